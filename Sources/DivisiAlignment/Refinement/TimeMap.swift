/// Where moments of a score lie in a recording.
///
/// Straight lines between points; where the recording goes back in the score, a new stretch begins.
public struct TimeMap: Sendable, Equatable {
  /// A moment of the score and of the recording, in seconds.
  public struct Point: Sendable, Equatable {
    /// In seconds of the score.
    public var score: Double
    /// In seconds of the recording.
    public var audio: Double

    /// A point of a map.
    public init(score: Double, audio: Double) {
      self.score = score
      self.audio = audio
    }
  }

  /// Stretches that the recording plays one after the other; in each both times ascend. Each has at
  /// least one point.
  public let stretches: [[Point]]
  /// Seconds of the recording in a second of the score, on the whole: what holds beyond the first and
  /// the last point of a stretch.
  public let meanTempo: Double

  /// The map through points in the order of the recording; a point whose score time lies before the
  /// last one's begins a new stretch.
  public init(_ points: [Point]) {
    var stretches: [[Point]] = []
    var latest = -Double.infinity
    for point in points {
      latest = max(latest, point.audio)
      let next = Point(score: point.score, audio: latest)
      if let last = stretches.last?.last, next.score >= last.score {
        // Of several points at one score time the last one counts.
        if next.score - last.score < 1e-9 { stretches[stretches.count - 1].removeLast() }
        stretches[stretches.count - 1].append(next)
      } else {
        stretches.append([next])
      }
    }
    self.stretches = stretches
    let longest = stretches.max { Self.span($0) < Self.span($1) } ?? []
    if let first = longest.first, let last = longest.last, last.score - first.score > 1e-3,
      last.audio - first.audio > 1e-3
    {
      meanTempo = (last.audio - first.audio) / (last.score - first.score)
    } else {
      meanTempo = 1
    }
  }

  private static func span(_ points: [Point]) -> Double {
    (points.last?.score ?? 0) - (points.first?.score ?? 0)
  }

  /// When the recording plays a moment of the score.
  ///
  /// - Parameters:
  ///   - score: in seconds of the score; beyond the stretch the mean tempo holds.
  ///   - stretch: an index into ``stretches``.
  /// - Complexity: O(log of the points).
  public func audioSeconds(atScore score: Double, stretch: Int = 0) -> Double {
    guard stretches.indices.contains(stretch), let first = stretches[stretch].first else {
      return score
    }
    let points = stretches[stretch]
    guard score > first.score else { return first.audio - (first.score - score) * meanTempo }
    var (low, high) = (0, points.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if points[middle].score <= score { low = middle } else { high = middle }
    }
    let left = points[low]
    guard low + 1 < points.count else { return left.audio + (score - left.score) * meanTempo }
    let right = points[low + 1]
    let share = (score - left.score) / (right.score - left.score)
    return left.audio + share * (right.audio - left.audio)
  }
}
