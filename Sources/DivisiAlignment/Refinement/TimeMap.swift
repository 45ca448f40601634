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
  /// Seconds of the recording in a second of the score, on the whole.
  public let meanTempo: Double
  /// Of each stretch the same before its first and after its last point.
  private let edgeTempi: [EdgeTempi]

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
    let mean = meanTempo
    edgeTempi = stretches.map {
      EdgeTempi(
        before: Self.usualTempo(from: $0) ?? mean,
        after: Self.usualTempo(from: $0.reversed()) ?? mean)
    }
  }

  private struct EdgeTempi: Equatable {
    var before: Double
    var after: Double
  }

  /// How much of the score tells the tempo at an edge, and how far apart moments are whose tempo counts, in seconds.
  private static let (edgeSeconds, tempoSeconds) = (8.0, 0.25)

  /// The tempo near the first of some points: the median of its steps, each counted by its length, so that a wait is
  /// none of it; nil if they span too little.
  private static func usualTempo(from points: some Sequence<Point>) -> Double? {
    var steps: [(tempo: Double, length: Double)] = []
    var (edge, latest): (Point?, Point?)
    for point in points {
      guard let first = edge, let last = latest else {
        (edge, latest) = (point, point)
        continue
      }
      guard abs(last.score - first.score) < edgeSeconds else { break }
      let length = abs(point.score - last.score)
      guard length >= tempoSeconds else { continue }
      steps.append((abs(point.audio - last.audio) / length, length))
      latest = point
    }
    steps.sort { $0.tempo < $1.tempo }
    var rest = steps.reduce(0) { $0 + $1.length } / 2
    for step in steps {
      rest -= step.length
      if rest <= 0 { return step.tempo > 0 ? step.tempo : nil }
    }
    return nil
  }

  private static func span(_ points: [Point]) -> Double {
    (points.last?.score ?? 0) - (points.first?.score ?? 0)
  }

  /// When the recording plays a moment of the score.
  ///
  /// - Parameters:
  ///   - score: in seconds of the score; beyond the stretch the usual tempo of the eight seconds at its edge holds.
  ///   - stretch: an index into ``stretches``.
  /// - Complexity: O(log of the points).
  public func audioSeconds(atScore score: Double, stretch: Int = 0) -> Double {
    guard stretches.indices.contains(stretch), let first = stretches[stretch].first else {
      return score
    }
    let points = stretches[stretch]
    guard score > first.score else {
      return first.audio - (first.score - score) * edgeTempi[stretch].before
    }
    var (low, high) = (0, points.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if points[middle].score <= score { low = middle } else { high = middle }
    }
    let left = points[low]
    guard low + 1 < points.count else {
      return left.audio + (score - left.score) * edgeTempi[stretch].after
    }
    let right = points[low + 1]
    let share = (score - left.score) / (right.score - left.score)
    return left.audio + share * (right.audio - left.audio)
  }
}
