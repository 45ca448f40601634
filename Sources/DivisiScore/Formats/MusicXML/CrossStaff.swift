extension WrittenPart {
  /// Puts notes that a voice has on another staff into the hand that plays them.
  ///
  /// A hand that plays a voice reaches over to the other staff while the other hand is busy there; where
  /// nothing else sounds on that staff, its hand takes the notes, as in passages that go from hand to
  /// hand. Of notes of one chord, all are the voice's.
  ///
  /// A note that names no staff is on the first.
  ///
  /// - Returns: how many notes were moved.
  mutating func settleStaves() -> Int {
    let hasStaves = measures.lazy.flatMap(\.notes).contains { $0.staff ?? 1 > 1 }
    guard hasStaves else { return 0 }
    for index in measures.indices {
      for note in measures[index].notes.indices where measures[index].notes[note].staff == nil {
        measures[index].notes[note].staff = 1
      }
    }
    var counts: [Int?: [Int: Int]] = [:]
    for note in measures.lazy.flatMap(\.notes) {
      guard let staff = note.staff else { continue }
      counts[note.voice, default: [:]][staff, default: 0] += 1
    }
    guard Set(counts.values.flatMap(\.keys)).count > 1 else { return 0 }
    var moved = 0
    for index in measures.indices {
      moved += measures[index].settleStaves { voice, first in
        // Where a voice has as many notes on either staff, it is at home where it begins.
        let staves = counts[voice] ?? [:]
        let most = staves.values.max() ?? 0
        return staves[first] == most ? first : staves.first { $0.value == most }?.key ?? first
      }
    }
    return moved
  }
}

extension WrittenMeasure {
  private struct RunKey: Hashable {
    var run: Int
    var voice: Int?
  }

  /// Notes that a chord or passage has in common.
  private struct Run {
    var notes: [Int]
    var home: Int
  }

  fileprivate mutating func settleStaves(home: (_ voice: Int?, _ first: Int) -> Int) -> Int {
    guard notes.count <= Self.longest, Set(notes.map(\.staff)).count > 1 else { return 0 }
    let byRun = Dictionary(grouping: notes.indices.filter { notes[$0].staff != nil }) {
      RunKey(run: notes[$0].run, voice: notes[$0].voice)
    }
    let runs = byRun.values.map { indices in
      let sorted = indices.sorted()
      let staves = Dictionary(grouping: sorted) { notes[$0].staff ?? 1 }.mapValues(\.count)
      let most = staves.values.max() ?? 0
      let first = notes[sorted[0]].staff ?? 1
      let leading = staves.filter { $0.value == most }.keys
      return Run(
        notes: sorted,
        home: leading.count == 1
          ? leading.first ?? first : home(notes[sorted[0]].voice, first))
    }
    var moves: [(note: Int, staff: Int)] = []
    for run in runs {
      for index in run.notes where notes[index].staff != run.home {
        let note = notes[index]
        let isChord = run.notes.contains {
          $0 != index && notes[$0].position == note.position && notes[$0].staff == run.home
        }
        let isBusy = runs.contains { other in
          other.home == note.staff
            && other.notes.contains {
              notes[$0].run != note.run && notes[$0].staff == note.staff
                && notes[$0].position < note.position + 1e-6
                && notes[$0].position + notes[$0].duration > note.position + 1e-6
            }
        }
        if isChord || isBusy { moves.append((index, run.home)) }
      }
    }
    for move in moves { notes[move.note].staff = move.staff }
    return moves.count
  }
}
