public import DivisiScore

extension AlignmentOptions.Jumps {
  /// Where a recording may take fewer repeats than a score that is written out, or other endings.
  ///
  ///     written out    1 2 3 4 │ 1 2 3 5 6        the bars of a score with a repeat and two endings
  ///     played         1 2 3 ───────▶ 5 6         from bar 3, before the first ending, to bar 5
  ///
  /// Bars whose numbers do not follow on one another tell where the score repeats: there, passages end and
  /// begin.
  ///
  /// - Parameter bars: in the order of playing.
  /// - Returns: ``none`` for a score without repeats.
  /// - Complexity: O(bars · breaks).
  public static func repeats(of bars: [Bar]) -> Self {
    var ends: Set<Double> = []
    var starts: Set<Double> = []
    for (place, bar) in bars.enumerated().dropFirst() {
      let last = bars[place - 1]
      guard bar.number != last.number + 1, bar.number != last.number else { continue }
      ends.insert(last.endSeconds)
      starts.insert(bar.beats[0])
      if bar.number < last.number {
        // What would follow without the repeat.
        if let next = bars[place...].first(where: { $0.number == last.number + 1 }) {
          starts.insert(next.beats[0])
        }
      } else {
        // The passage may have been left there the first time already.
        for earlier in bars[..<(place - 1)] where earlier.number == last.number {
          ends.insert(earlier.endSeconds)
        }
      }
    }
    return ends.isEmpty ? .none : .marked(ends: ends.sorted(), starts: starts.sorted())
  }
}
