/// A level with the highest of the last moments, as on the mixer page.
struct Meter: Equatable, Sendable {
  /// How long a peak stays, in seconds, and how fast it falls then, in dB per second.
  private static let (holdSeconds, fall) = (1.5, 30.0)

  /// In dB.
  private(set) var level = -60.0
  private(set) var peak = -60.0
  private var peakTime = 0.0
  private var lastTime = 0.0

  /// Takes what was measured.
  mutating func set(_ decibels: Double) { level = decibels == decibels ? decibels : -60 }

  /// Goes on in time.
  ///
  /// - Parameter seconds: of a clock that does not go back.
  /// - Returns: whether anything changed.
  mutating func advance(to seconds: Double) -> Bool {
    let before = peak
    if level >= peak {
      peak = level
      peakTime = seconds
    } else if seconds - peakTime > Self.holdSeconds {
      peak = max(level, peak - Self.fall * max(0, seconds - lastTime))
    }
    lastTime = seconds
    return peak != before
  }
}
