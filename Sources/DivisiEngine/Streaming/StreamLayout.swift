// Thread: any

public import DivisiScore

/// The parts of a stream, which are fixed before any score is known.
public enum StreamLayout: Sendable, Equatable {
  /// A keyboard player's hands.
  case hands
  /// The parts of a drum kit.
  case drums
  /// Eight parts: tracks, or MIDI channels.
  case parts
  /// Parts that the caller has found, under these names.
  case named([String], isPercussive: Bool)

  /// The stems' names, in the order of outputs.
  public var partNames: [String] {
    switch self {
    case .hands: NamedPart.hands.map(\.name)
    case .drums: NamedPart.kit.map(\.name)
    case .parts: NamedPart.numbered.map(\.name)
    case .named(let names, _): names
    }
  }

  /// Whether templates are drums rather than pitches.
  public var isPercussive: Bool {
    switch self {
    case .hands, .parts: false
    case .drums: true
    case .named(_, let isPercussive): isPercussive
    }
  }

  /// Notes of a clip that a keyboard cuts in two are cut here: middle C belongs to the right hand.
  private static let splitPitch = 60

  /// Sorts the notes of a score into the stream's parts.
  ///
  /// Hands of several players that the score does not tell apart are cut at middle C. More than eight
  /// parts share the last output. Drums that are no part of the kit are left out.
  ///
  /// - Parameter name: the score's file, for errors.
  /// - Returns: as many parts as ``partNames``, some perhaps without notes, and a remark where the
  ///   score did not quite fit.
  public func parts(
    of score: Score, name: String
  ) throws(ScoreError) -> (parts: [Part], remark: String?) {
    switch self {
    case .hands:
      do throws(ScoreError) {
        let hands = PartSelection.hands
        return (
          arranged(try hands.parts(of: score, name: name)), hands.remark(on: score, name: name)
        )
      } catch {
        let split = PartSelection.split(pitch: Self.splitPitch)
        return (
          arranged(try split.parts(of: score, name: name)),
          "\(error); the hands are cut at middle C"
        )
      }
    case .drums: return (arranged(try PartSelection.drums.parts(of: score, name: name)), nil)
    case .parts, .named:
      let found = try instruments(
        of: PartSelection.tracks.parts(of: score, name: name), in: score)
      var parts = zip(partNames, found).map {
        Part(name: $0, notes: $1.notes, instrument: $1.instrument)
      }
      let rest = found.dropFirst(partNames.count)
      guard !rest.isEmpty else {
        let silent = partNames.indices.dropFirst(parts.count).map {
          Part(name: partNames[$0], notes: [], instrument: $0)
        }
        return (parts + silent, nil)
      }
      let last = parts.count - 1
      parts[last].notes += rest.flatMap(\.notes)
      parts[last].notes.sort { $0.onsetSeconds < $1.onsetSeconds }
      return (
        parts, "\(name): \(found.count) parts; those from the \(parts.count)th on share an output"
      )
    }
  }

  /// Parts with the instruments that the score says.
  private func instruments(of parts: [Part], in score: Score) throws(ScoreError) -> [Part] {
    do {
      return try Instrumentation.score.assigned(to: parts, of: score)
    } catch {
      // Only names can be wrong, and none was named.
      return parts
    }
  }

  private func arranged(_ found: [Part]) -> [Part] {
    partNames.map { name in found.first { $0.name == name } ?? Part(name: name, notes: []) }
  }

  /// The number under which a stream knows a pitch: drums that sound alike share one.
  func number(ofPitch pitch: Int) -> Int {
    isPercussive ? DrumKit.articulation(ofPitch: pitch) : pitch
  }

  /// How many instruments there may be: hands are one, and so is a kit; parts are one each unless a score says
  /// otherwise. By MIDI, each part is an instrument.
  var instrumentCount: Int {
    switch self {
    case .hands, .drums: 1
    case .parts, .named: isPercussive ? 1 : partNames.count
    }
  }

  /// Pitches of all instruments, which a stream tells apart: pitch p of instrument i is voice 128 i + p.
  var voiceCount: Int { 128 * instrumentCount }

  /// The instrument of a part that says another, or none.
  func instrument(ofPart part: Int, saying instrument: Int?) -> Int {
    instrumentCount == 1 ? 0 : min(max(instrument ?? part, 0), instrumentCount - 1)
  }

  /// What may arrive by MIDI: the keys of a piano, or the drums of the kit.
  var playablePitches: Set<Int> {
    isPercussive
      ? Set(
        (0..<128).filter { partNames.contains(DrumMap.group(of: $0)) }.map { number(ofPitch: $0) })
      : Set(21...108)
  }

  /// What may sound at any time where there are no notes: the keys of a piano, or the drums of which
  /// every kit has one.
  var freePitches: [Int] { isPercussive ? [36, 38, 42, 46] : Array(21...108) }

  /// The part of each MIDI channel and pitch, for notes that arrive with the sound.
  ///
  /// Hands: channel 2 is the left, 3 the right, all others are cut at middle C. Drums: by General
  /// MIDI number on any channel. Parts: by channel, those from 8 on share the last.
  ///
  /// - Returns: 16 × 128 indices, channel after channel; −1 for notes of no part.
  func partTable() -> [Int16] {
    (0..<16).flatMap { channel in
      (0..<128).map { pitch in
        switch self {
        case .hands: channel == 1 ? 0 : channel == 2 ? 1 : pitch < Self.splitPitch ? 0 : 1
        case .drums: Int16(partNames.firstIndex(of: DrumMap.group(of: pitch)) ?? -1)
        case .parts, .named: Int16(min(channel, partNames.count - 1))
        }
      }
    }
  }
}
