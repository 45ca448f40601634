/// A time of the score and one of the recording that belong together.
struct PathPoint: Sendable, Equatable {
  /// Seconds of the score.
  var score: Double
  /// Seconds of the recording.
  var recording: Double
}

/// A line through points, straight between them and beyond its ends.
struct PointLine: Sendable {
  private let points: [PathPoint]
  /// Seconds of the recording per second of the score, beyond the ends.
  private let slope: Double

  /// - Parameters:
  ///   - points: ascending in the score; at least one.
  ///   - slope: beyond the first and the last.
  init(_ points: [PathPoint], slope: Double) {
    self.points = points
    self.slope = slope
  }

  /// Seconds of the recording at a time of the score.
  func recording(atScore score: Double) -> Double {
    let (first, last) = (points[0], points[points.count - 1])
    if score <= first.score { return first.recording + (score - first.score) * slope }
    if score >= last.score { return last.recording + (score - last.score) * slope }
    var (lower, upper) = (0, points.count - 1)
    while upper - lower > 1 {
      let middle = (lower + upper) / 2
      if points[middle].score <= score { lower = middle } else { upper = middle }
    }
    let (a, b) = (points[lower], points[upper])
    return a.recording
      + (b.recording - a.recording) * (score - a.score) / max(1e-9, b.score - a.score)
  }
}
