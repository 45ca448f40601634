/// What the tracks and channels of a MIDI file are: which have drums, which share a piano, and what
/// they are called.
struct MIDIRoles {
  /// What one track plays on one channel.
  struct Line: Hashable {
    /// From 0.
    var track: Int
    var address: MIDIAddress
  }

  private struct Role {
    var kind: Note.Kind
    var mayBePiano: Bool
    /// What stands in the place of an instrument's name; pianos have none.
    var name: String
  }

  /// Strokes that metronomes are played with: side stick, metronome, wood blocks and the like.
  private static let clickPitches: Set<Int> = [31, 32, 33, 34, 37, 56, 75, 76, 77]

  private var roles: [Line: Role] = [:]
  private let linesByTrack: [Int: [Line]]
  /// The names of channels where one track holds those of several; else empty.
  private(set) var channelNames: [Int: String] = [:]
  /// The program of each track that has only one; tracks from 1, programs from 0.
  private(set) var programs: [Int: Int] = [:]

  /// Finds the roles of all tracks that have notes.
  ///
  /// What is a drum: a line whose track is called so; else one whose channel has a drum kit; else one on
  /// channel 10 whose name is no other instrument's, unless drums are known elsewhere and what it plays
  /// is a click.
  init(_ tracks: [MIDITrack]) {
    let kits = MIDIKits(tracks.map(\.kits))
    var lines: [(line: Line, hint: NameHint?, pitches: Set<Int>)] = []
    for (index, track) in tracks.enumerated() {
      let notes = Dictionary(grouping: track.notes, by: \.address)
      let hint = NameHint(track.name) ?? NameHint(track.instrumentName)
      for (address, played) in notes {
        // The name of a track with several channels is that of the song.
        lines.append(
          (
            Line(track: index, address: address), notes.count > 1 ? nil : hint,
            Set(played.map(\.pitch))
          ))
      }
    }
    let named = lines.filter { $0.hint == .drums || kits.isDrums($0.line.address) == true }
    let hasDrumsElsewhere =
      !named.isEmpty && named.allSatisfy { $0.line.address.channel != Note.percussionChannel }
    let programs = tracks.reduce(into: [:]) { all, track in
      all.merge(track.programs) { $0.union($1) }
    }
    linesByTrack = Dictionary(grouping: lines.map(\.line), by: \.track)
    var played: [Int: Set<Int>] = [:]
    for (line, hint, pitches) in lines {
      let onChannel: Note.Kind =
        if line.address.channel != Note.percussionChannel || hint == .pitched
          || hint == .keyboard
        {
          .pitched
        } else if hasDrumsElsewhere && pitches.count <= 2 && pitches.isSubset(of: Self.clickPitches)
        {
          .click
        } else {
          .drum
        }
      let kind: Note.Kind =
        switch hint {
        case .click: .click
        case .drums: .drum
        default: kits.isDrums(line.address).map { $0 ? .drum : .pitched } ?? onChannel
        }
      let track = tracks[line.track]
      let own = track.programs[line.address] ?? programs[line.address] ?? []
      played[line.track + 1, default: []].formUnion(own)
      roles[line] = Role(
        kind: kind,
        mayBePiano: own.allSatisfy { $0 < GeneralMIDI.pianoCount } && hint?.isPiano ?? true,
        name: track.name.isEmpty ? track.instrumentName : track.name)
    }
    self.programs = played.compactMapValues { $0.count == 1 ? $0.first : nil }
    // A file of clicks alone is asked for by who reads it.
    if roles.values.allSatisfy({ $0.kind == .click }) {
      for line in roles.keys { roles[line]?.kind = .drum }
    }
    nameChannels(programs)
  }

  private mutating func nameChannels(_ programs: [MIDIAddress: Set<Int>]) {
    let channels = Set(roles.keys.map(\.address.channel))
    guard Set(roles.keys.map(\.track)).count == 1, channels.count > 1 else { return }
    for line in roles.keys.sorted(by: { $0.address.port < $1.address.port }) {
      let channel = line.address.channel
      let program = programs[line.address]?.min()
      let name =
        roles[line]?.kind == .drum ? "Drums" : program.map { GeneralMIDI.instruments[$0] }
      channelNames[channel] = channelNames[channel] ?? name ?? "Channel \(channel)"
    }
  }

  /// What the notes of a line are.
  func kind(of line: Line) -> Note.Kind { roles[line]?.kind ?? .pitched }

  /// Whether neither program nor name says that a line is no piano.
  func mayBePiano(_ line: Line) -> Bool { roles[line]?.mayBePiano ?? true }

  /// Numbers for the instruments of tracks: tracks that share a channel have an instrument each, unless
  /// they are the hands of one piano.
  func instruments(ofTracks tracks: Range<Int>) -> [Line: Int] {
    var result: [Line: Int] = [:]
    var count = 0
    let lines = tracks.flatMap { linesByTrack[$0] ?? [] }
    let byAddress = Dictionary(grouping: lines, by: \.address).sorted {
      ($0.key.port, $0.key.channel) < ($1.key.port, $1.key.channel)
    }
    for (_, lines) in byAddress {
      let isOnePiano = lines.allSatisfy { kind(of: $0) == .pitched && mayBePiano($0) }
      for (place, line) in lines.sorted(by: { $0.track < $1.track }).enumerated() {
        if !isOnePiano || place == 0 { count += 1 }
        result[line] = count
      }
    }
    return result
  }
}
