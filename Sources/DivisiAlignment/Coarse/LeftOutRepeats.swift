/// Notes that a recording lacks because it plays a passage less often than the score has it written out.
enum LeftOutRepeats {
  /// Onsets of two passes agree by this, in seconds of the score.
  private static let tolerance = 0.01
  /// How much of a passage has to be played in another pass.
  private static let share = 0.8
  /// From how many of its notes another pass is looked for.
  private static let leaders = 3
  /// Without marks, fewer notes than this may be missing for other reasons.
  private static let fewNotes = 8

  /// Which of the notes that are not used are played in another pass of the same passage.
  ///
  /// - Parameters:
  ///   - used: indices of the notes that the recording has.
  ///   - jumps: where the recording may leave the order of the score.
  /// - Returns: indices of notes; none where the recording may not jump.
  /// - Complexity: O(notes² · log notes) at worst; few notes have the same pitch.
  static func find(
    in notes: [SketchedNote], used: Set<Int>, jumps: AlignmentOptions.Jumps
  ) -> Set<Int> {
    let unused = notes.indices.filter { !used.contains($0) }
    guard !unused.isEmpty, jumps != .none else { return [] }
    var played: [Int: [Double]] = [:]
    for index in notes.indices where used.contains(index) {
      played[notes[index].pitch, default: []].append(notes[index].onset)
    }
    /// The most notes that another pass has, all by the same time earlier or later.
    func explained(_ passage: [Int]) -> [Int] {
      // Any of its first notes says where it may be played.
      let shifts = passage.prefix(leaders).flatMap { leader in
        (played[notes[leader].pitch] ?? []).map { $0 - notes[leader].onset }
      }
      return shifts.map { shift in
        passage.filter { contains(played[notes[$0].pitch] ?? [], notes[$0].onset + shift) }
      }.max { $0.count < $1.count } ?? []
    }
    return Set(
      passages(of: unused, in: notes, jumps).filter { passage in
        var rest = passage
        repeat {
          let found = Set(explained(rest))
          guard Double(found.count) >= share * Double(passage.count) || found.count >= fewNotes
          else { return false }
          rest.removeAll(where: found.contains)
          // Without marks a path may leave a pass anywhere and go on in the next.
        } while jumps == .anywhere && Double(rest.count) > (1 - share) * Double(passage.count)
        return Double(rest.count) <= (1 - share) * Double(passage.count) + 1e-9
      }.joined())
  }

  /// Notes that may have been left out together.
  private static func passages(
    of unused: [Int], in notes: [SketchedNote], _ jumps: AlignmentOptions.Jumps
  ) -> [[Int]] {
    guard case .marked(let ends, let starts) = jumps else {
      // Anything from a note that is played to the next.
      var runs: [[Int]] = []
      for index in unused {
        if runs.last?.last == index - 1 {
          runs[runs.count - 1].append(index)
        } else {
          runs.append([index])
        }
      }
      return runs.filter { $0.count >= fewNotes }
    }
    let first = notes.lazy.map(\.onset).min() ?? 0
    let marks = Set(ends + starts + [first]).sorted()
    // From one mark to the next.
    let passages = Dictionary(grouping: unused) { index in
      marks.lastIndex { $0 <= notes[index].onset + tolerance } ?? 0
    }
    return Array(passages.values)
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
