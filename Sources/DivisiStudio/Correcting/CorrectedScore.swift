import DivisiCommandLine
import DivisiScore

/// A take's score with corrections, as a file for another take: a track for each part, in seconds of the recording.
struct CorrectedScore {
  let score: Score
  /// Parts that have notes, and the tracks that these are on.
  let tracks: [(part: PlacedScore.SeparatedPart, track: Int)]
  private let isOfDrums: Bool

  /// - Parameter corrections: that have no ``Corrections/problem(for:)``.
  init(_ placed: PlacedScore, _ corrections: Corrections) {
    let isOfDrums = placed.parts.contains { $0.notes.contains(where: \.isDrum) }
    let kind: Note.Kind = isOfDrums ? .drum : .pitched
    self.isOfDrums = isOfDrums
    let deleted = Set(corrections.deletions)
    let moves = Dictionary(
      corrections.moves.map { (Corrections.NotePlace(part: $0.part, index: $0.index), $0.to) },
      uniquingKeysWith: { $1 })
    var notes: [Note] = []
    for (part, source) in placed.parts.enumerated() {
      for (index, note) in source.notes.enumerated() {
        let place = Corrections.NotePlace(part: part, index: index)
        guard !deleted.contains(place) else { continue }
        let target = moves[place] ?? part
        // A drum is what its number says.
        let pitch =
          isOfDrums && target != part
          ? Self.usualPitch(of: placed.parts[target]) ?? note.pitch : note.pitch
        notes.append(
          Note(
            onsetSeconds: note.start, releaseSeconds: note.release, dampedSeconds: note.damped,
            pitch: pitch, velocity: note.velocity, track: target + 1,
            kind: kind))
      }
    }
    notes += corrections.additions.map {
      Note(
        onsetSeconds: $0.start, releaseSeconds: $0.end, pitch: $0.pitch, velocity: $0.velocity,
        track: $0.part + 1, kind: kind)
    }
    let pedals = Self.pedals(of: placed)
    var score = Score(
      notes: notes, trackNames: placed.parts.map(\.name), hasPedal: !pedals.isEmpty)
    score.pedals = pedals
    score.bars = placed.bars.map {
      Bar(number: $0.number, beats: $0.beats, endSeconds: $0.end, beatUnit: $0.unit)
    }
    self.score = score
    let used = Set(score.notes.map(\.track))
    tracks = placed.parts.enumerated().compactMap { index, part in
      used.contains(index + 1) ? (part, index + 1) : nil
    }
  }

  /// The options of `divisi separate` that divide it into its parts.
  var options: [String] {
    // Drums are divided by their numbers.
    guard !isOfDrums else { return ["--drum-map=general-midi"] }
    let parts = tracks.map { "\($0.part.name)=track:\($0.track)" }.joined(separator: ",")
    let groups = Dictionary(grouping: tracks, by: \.part.instrument).sorted { $0.key < $1.key }
      .map { $0.value.map(\.part.name).joined(separator: "+") }.joined(separator: ",")
    return ["--parts=\(parts)", "--instruments=\(groups)"]
  }

  /// The number that a part's strokes have most often.
  private static func usualPitch(of part: PlacedScore.SeparatedPart) -> Int? {
    Dictionary(grouping: part.notes, by: \.pitch)
      .max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
  }

  /// The pedals of each part: those of the channels or tracks that its notes came from.
  private static func pedals(of placed: PlacedScore) -> [PedalSpan] {
    placed.parts.enumerated().flatMap { index, part in
      let channels = Set(part.notes.compactMap(\.channel))
      let sources = Set(part.notes.map(\.track))
      return placed.pedals.filter { pedal in
        pedal.channel.map { channels.contains($0) } ?? pedal.track.map { sources.contains($0) }
          ?? true
      }.map {
        PedalSpan(startSeconds: $0.start, endSeconds: $0.end, track: index + 1)
      }
    }
  }
}
