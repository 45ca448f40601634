/// What a score says that is not played, and what in it was put right.
struct ReadingNotes {
  private var unplayed: [String: Int] = [:]
  private var mended: [String: Int] = [:]

  /// Counts a mark that is not played, by its name in the plural.
  mutating func leaveOut(_ mark: String, count: Int = 1) { unplayed[mark, default: 0] += count }

  /// Counts what was put right, in the plural: "negative durations, taken as 0".
  mutating func mend(_ what: String, count: Int = 1) { mended[what, default: 0] += count }

  /// Adds the counts of another part.
  mutating func add(_ other: ReadingNotes) {
    unplayed.merge(other.unplayed, uniquingKeysWith: +)
    mended.merge(other.mended, uniquingKeysWith: +)
  }

  /// A line for each kind of mend, and one for all marks.
  func lines(name: String) -> [String] {
    var lines = mended.sorted { $0.key < $1.key }.map {
      onOneLine("\(name): \($0.key): \($0.value)")
    }
    if !unplayed.isEmpty {
      let marks = unplayed.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      lines.append(
        onOneLine(
          "\(name): marks that are not played: "
            + marks.map { "\($0.key) \($0.value)" }.joined(separator: ", ")))
    }
    return lines
  }
}
