/// A sound whose partials lie at multiples of a frequency that moves from frame to frame.
public struct MovingTone: Sendable {
  /// What it shares the levels of its partials with: tones of one source have one timbre.
  public let source: Int
  /// The part that it belongs to.
  public let part: Int
  /// The first frame in which it may sound.
  public let firstFrame: Int
  /// Where its first partial lies in each frame from there on, in bins, fractional; above 0.
  public let bins: [Float]

  /// Takes what it is told.
  public init(source: Int, part: Int, firstFrame: Int, bins: [Float]) {
    self.source = source
    self.part = part
    self.firstFrame = firstFrame
    self.bins = bins
  }

  /// The frames in which it may sound.
  public var frames: Range<Int> { firstFrame..<firstFrame + bins.count }

  /// How fast the first partial moves, in bins per frame.
  func speed(atIndex index: Int) -> Float {
    let (before, after) = (max(index - 1, 0), min(index + 1, bins.count - 1))
    return after > before ? abs(bins[after] - bins[before]) / Float(after - before) : 0
  }
}
