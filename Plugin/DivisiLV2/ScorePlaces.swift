// Thread: audio ⇄ worker

import DivisiAlignment

/// Where in the score a recording is, for the audio thread.
final class ScorePlaces: Sendable {
  /// What it holds, valid as long as it.
  let table: Table

  /// Points in the order of the recording; none where the score is used as it is.
  struct Table: BitwiseCopyable, @unchecked Sendable {
    fileprivate let points: UnsafeMutablePointer<SIMD2<Double>>
    fileprivate let count: Int
    /// Seconds of the score in a second of the recording, beyond the points.
    fileprivate let tempo: Double
  }

  /// - Parameter alignment: nil for a score that is used as it is.
  init(_ alignment: HeardAlignment?) {
    let points = alignment?.points ?? []
    let start = UnsafeMutablePointer<SIMD2<Double>>.allocate(capacity: max(1, points.count))
    for (index, point) in points.enumerated() {
      (start + index).initialize(
        to: SIMD2(point.audio - (alignment?.offsetSeconds ?? 0), point.score))
    }
    table = Table(
      points: start, count: points.count, tempo: 1 / TimeMap(points).meanTempo)
  }

  deinit { table.points.deallocate() }
}

extension ScorePlaces.Table {
  /// The second of the score.
  ///
  /// - Parameter seconds: where the streams are.
  /// - Complexity: O(log points).
  @_noLocks
  func score(at seconds: Double) -> Double {
    guard count > 0 else { return seconds }
    var (low, high) = (0, count)
    while high &- low > 1 {
      let middle = (low &+ high) / 2
      if points[middle].x <= seconds { low = middle } else { high = middle }
    }
    let left = points[low]
    let beyond = left.y + (seconds - left.x) * tempo
    guard low &+ 1 < count, seconds >= left.x else { return beyond }
    let right = points[low &+ 1]
    // Before a jump the score goes on at its tempo.
    guard right.y >= left.y, right.x > left.x else { return beyond }
    return left.y + (right.y - left.y) * (seconds - left.x) / (right.x - left.x)
  }
}
