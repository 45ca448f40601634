internal import Glibc

/// How loud a drum is at a velocity: log energy = intercept + exponent · log velocity.
public struct LevelLaw: Sendable, Equatable {
  /// In decibels at a velocity of 1, as of ``CutStroke/level``.
  public var intercept: Double
  /// Of the energy: 4 means that the amplitude grows with the square of the velocity.
  public var exponent: Double

  /// That of most samplers, and of SFZ.
  static let usualExponent = 4.0
  /// What drums do; beyond them velocities say something else.
  private static let exponents = 1.0...8.0
  /// Velocities that say less about levels are not used.
  private static let leastCorrelation = 0.5
  /// The largest gain: 6 dB, which is what SFZ allows.
  private static let mostGain = 1.995

  /// A law.
  public init(intercept: Double, exponent: Double) {
    self.intercept = intercept
    self.exponent = exponent
  }

  /// The law that strokes of one drum follow, by least squares.
  ///
  /// Where velocities say little of levels, the usual exponent puts the mean level at the mean velocity.
  ///
  /// - Parameter strokes: at least one.
  init(of strokes: [CutStroke]) {
    let count = Double(strokes.count)
    let x = strokes.map { 10 * log10(Double(max(1, $0.note.velocity))) }
    let y = strokes.map(\.level)
    let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    let xx = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
    let yy = y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
    let xy = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
    let isTrusted =
      strokes.count > 2 && xx > 1 && xy > Self.leastCorrelation * (xx * yy).squareRoot()
    exponent =
      isTrusted
      ? min(max(xy / xx, Self.exponents.lowerBound), Self.exponents.upperBound)
      : Self.usualExponent
    intercept = meanY - exponent * meanX
  }

  /// The velocity at which a level is reached, 1 to 127.
  public func velocity(atLevel level: Double) -> Double {
    min(max(pow(10, (level - intercept) / (10 * exponent)), 1), 127)
  }

  /// What a sample of some velocity has to be multiplied by to sound like another; 6 dB at most.
  public func gain(from own: Double, to wanted: Double) -> Double {
    min(pow(wanted / own, exponent / 2), Self.mostGain)
  }
}
