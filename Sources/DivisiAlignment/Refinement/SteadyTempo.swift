/// Estimates of strokes, moved to where a steady tempo has them.
///
/// A coarse path errs by a tenth of a second here and there, most of all at the last stroke; who plays drums keeps time.
struct SteadyTempo {
  /// In seconds of the score, before and after a stroke.
  let reachSeconds: Double

  /// Fewer strokes than this say nothing of a tempo.
  private static let leastStrokes = 8
  /// So far apart two strokes are that say something of it, in seconds of the score; and how many pairs of such there are.
  private static let (leastSpan, leastPairs) = (0.2, 3)
  /// Estimates lie so far from the line, in the median: where they do not, as at a wait or a repeat, there is no steady
  /// tempo. In seconds.
  private static let mostSpread = 0.03
  /// A stroke that lies farther from the line is no error of the path: a jump or a wait lies between it and most
  /// strokes around. In seconds.
  private static let mostShift = 0.3

  /// - Returns: the notes with estimates that lie on a line, another for each stroke: its slope is the median of those
  ///   between pairs of the strokes around, and so is its offset. Where they are few, or the line is far, estimates stay.
  /// - Complexity: O(notes · strokes around · log).
  /// - SeeAlso: Theil, "A rank-invariant method of linear and polynomial regression analysis", 1950; here of pairs half
  ///   the strokes apart.
  func steadied(_ notes: [NoteEstimate]) -> [NoteEstimate] {
    let order = notes.indices.sorted { (notes[$0].scoreOnset, $0) < (notes[$1].scoreOnset, $1) }
    var result = notes
    var (low, high) = (0, 0)
    for index in order {
      let score = notes[index].scoreOnset
      while notes[order[low]].scoreOnset < score - reachSeconds { low += 1 }
      while high < order.count, notes[order[high]].scoreOnset <= score + reachSeconds { high += 1 }
      if let estimate = Self.estimate(atScore: score, from: order[low..<high].map { notes[$0] }),
        abs(estimate - notes[index].estimate) <= Self.mostShift
      {
        result[index].estimate = estimate
      }
    }
    return result
  }

  private static func estimate(atScore score: Double, from around: [NoteEstimate]) -> Double? {
    guard around.count >= leastStrokes else { return nil }
    let half = around.count / 2
    let slopes = zip(around, around.dropFirst(half)).compactMap { first, second -> Double? in
      let span = second.scoreOnset - first.scoreOnset
      return span > leastSpan ? (second.estimate - first.estimate) / span : nil
    }
    guard slopes.count >= leastPairs else { return nil }
    let slope = median(slopes)
    guard slope > 0 else { return nil }
    let offsets = around.map { $0.estimate - slope * $0.scoreOnset }
    let offset = median(offsets)
    guard median(offsets.map { abs($0 - offset) }) <= mostSpread else { return nil }
    return slope * score + offset
  }
}
