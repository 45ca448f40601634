/// Notes that a recording lacks because it plays a passage less often than the score has it written out.
enum LeftOutRepeats {
  /// Onsets of two passes agree by this, in seconds of the score.
  private static let tolerance = 0.01
  /// How much of a passage has to be played in another pass.
  private static let share = 0.8

  /// Which of the notes that are not used are played in another pass of the same passage.
  ///
  /// Passes begin as much later than one another as marks do.
  ///
  /// - Parameters:
  ///   - used: indices of the notes that the recording has.
  ///   - jumps: where the score marks repeats.
  /// - Returns: indices of notes; none for a score without marks.
  /// - Complexity: O(marks² · notes · log notes), of which most scores have few.
  static func find(
    in notes: [SketchedNote], used: Set<Int>, jumps: AlignmentOptions.Jumps
  ) -> Set<Int> {
    guard case .marked(let ends, let starts) = jumps else { return [] }
    let unused = notes.indices.filter { !used.contains($0) }
    guard !unused.isEmpty else { return [] }
    var played: [Int: [Double]] = [:]
    for index in notes.indices where used.contains(index) {
      played[notes[index].pitch, default: []].append(notes[index].onset)
    }
    let first = notes.lazy.map(\.onset).min() ?? 0
    let marks = Set(ends + starts + [0, first]).sorted()
    let shifts = Set(marks.flatMap { a in marks.map { $0 - a } }).filter { $0 != 0 }
    // A passage from one mark to the next is left out as a whole.
    let passages = Dictionary(grouping: unused) { index in
      marks.lastIndex { $0 <= notes[index].onset + tolerance } ?? 0
    }
    return Set(
      passages.values.filter { passage in
        shifts.contains { shift in
          let found = passage.filter {
            contains(played[notes[$0].pitch] ?? [], notes[$0].onset + shift)
          }
          return Double(found.count) >= share * Double(passage.count)
        }
      }.joined())
  }

  /// Whether ascending times hold one.
  private static func contains(_ times: [Double], _ time: Double) -> Bool {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time - tolerance { low = middle + 1 } else { high = middle }
    }
    return low < times.count && times[low] <= time + tolerance
  }
}
