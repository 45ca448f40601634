/// Notes of a score that a track of its own is written for.
struct ScoreLine {
  var name: String
  /// Sorted by onset.
  var notes: [Note]
  /// The part or track that they come from.
  var track: Int
  /// For notes that have none, from 1 to 16, not that of percussion.
  var channel: Int

  /// One line for each track, staff and label, so that hands stay apart; tracks without notes keep
  /// their places.
  static func all(of score: Score) -> [ScoreLine] {
    var lines: [ScoreLine] = []
    let tracks = Dictionary(grouping: score.notes, by: \.track)
    for track in 1...max(1, score.trackNames.count, tracks.keys.max() ?? 1) {
      let notes = tracks[track] ?? []
      let name = score.name(ofTrack: track)
      let keys = Set(notes.map(Key.init)).sorted()
      let hasStaves = Set(keys.map(\.staff)).count > 1
      if keys.isEmpty {
        lines.append(ScoreLine(name: name, notes: [], track: track, channel: 1))
      }
      let groups = Dictionary(grouping: notes) { Key($0) }
      for key in keys {
        let words = [
          key.label.isEmpty ? name : key.label, hasStaves ? "staff \(key.staff)" : "",
        ].filter { !$0.isEmpty }
        lines.append(
          ScoreLine(
            name: words.joined(separator: ", "), notes: groups[key] ?? [], track: track, channel: 1)
        )
      }
    }
    let free = (1...16).filter { $0 != Note.percussionChannel }
    for index in lines.indices { lines[index].channel = free[index % free.count] }
    return lines
  }

  private struct Key: Hashable, Comparable {
    let staff: Int
    let label: String

    init(_ note: Note) {
      staff = note.staff ?? 0
      label = note.label
    }

    static func < (a: Key, b: Key) -> Bool { (a.staff, a.label) < (b.staff, b.label) }
  }
}
