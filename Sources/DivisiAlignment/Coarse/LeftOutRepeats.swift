/// Notes that a recording lacks because it plays a passage less often than the score has it written out.
enum LeftOutRepeats {
  /// Onsets of two passes agree by this, in seconds of the score.
  private static let tolerance = 0.01
  /// How much of a passage has to be played in another pass.
  private static let share = 0.8
  /// From how many of its notes another pass is looked for.
  private static let leaders = 3

  /// Which of the notes that are not used are played in another pass of the same passage.
  ///
  /// - Parameters:
  ///   - used: indices of the notes that the recording has.
  ///   - jumps: where the score marks repeats.
  /// - Returns: indices of notes; none for a score without marks.
  /// - Complexity: O(notes² · log notes) at worst; few notes have the same pitch.
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
    let marks = Set(ends + starts + [first]).sorted()
    // A passage from one mark to the next is left out as a whole.
    let passages = Dictionary(grouping: unused) { index in
      marks.lastIndex { $0 <= notes[index].onset + tolerance } ?? 0
    }
    func isPlayed(_ passage: [Int], later shift: Double) -> Bool {
      let found = passage.filter {
        contains(played[notes[$0].pitch] ?? [], notes[$0].onset + shift)
      }
      return Double(found.count) >= share * Double(passage.count)
    }
    return Set(
      passages.values.filter { passage in
        // Any of its first notes says where it may be played.
        passage.prefix(leaders).contains { leader in
          (played[notes[leader].pitch] ?? []).contains {
            isPlayed(passage, later: $0 - notes[leader].onset)
          }
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
