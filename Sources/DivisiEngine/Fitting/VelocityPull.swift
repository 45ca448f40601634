import DivisiDSP
internal import Glibc

/// Draws the activations of drum strokes towards what their velocities say, as far as velocities
/// can be trusted.
///
/// A stroke owns the frames from its first one to its component's next stroke. Its gain g is the
/// sum of H there; the velocity v says that log g should be 2 log(v / 100) plus a constant of the
/// component. Each application multiplies the stroke's frames by (expected / found)^μ.
struct VelocityPull {
  private struct Owned {
    let entries: Range<Int>
    let expected: Double
  }

  /// μ of trusted velocities: full trust in velocities that lie by 30 % would cost 1 dB SDR on drums.
  private static let strength = 0.5
  /// Correlation of log gains and log velocities at which velocities begin to count, and how far
  /// above they count in full.
  private static let trustFrom = 0.7
  private static let trustRange = 0.15
  /// No application changes a stroke by more than 26 dB.
  private static let factorRange = 0.05...20.0

  private let components: [[Owned]]

  /// μ, from 0 (velocities are ignored) to 0.5.
  var exponent = 0.0

  /// - Parameters:
  ///   - strokes: of each component of the pattern.
  ///   - frames: strokes that begin elsewhere are left alone; nil for none.
  init(pattern: ActivationPattern, strokes: [[Stroke]], beginningIn frames: Range<Int>? = nil) {
    components = strokes.enumerated().map { component, strokes in
      var entries = pattern.entries(ofComponent: component)
      return strokes.indices.compactMap { index in
        let end = index + 1 < strokes.count ? strokes[index + 1].firstFrame : Int.max
        let owned = entries.prefix { Int(pattern.frames[$0]) < end }
        entries = owned.endIndex..<entries.upperBound
        let velocity = Double(max(strokes[index].velocity, 1))
        let isSeen = frames?.contains(strokes[index].firstFrame) ?? true
        return owned.isEmpty || !isSeen
          ? nil
          : Owned(entries: owned.startIndex..<owned.endIndex, expected: 2 * log(velocity / 100))
      }
    }
  }

  /// Whether velocities say nothing: no component has strokes of different strength.
  var isEmpty: Bool {
    components.allSatisfy { strokes in
      strokes.allSatisfy { $0.expected == strokes[0].expected }
    }
  }

  /// Decides how far velocities are to be trusted, from activations that were found without them.
  mutating func trust(_ H: UnsafeMutableBufferPointer<Float>) {
    var product = 0.0
    var gainEnergy = 0.0
    var velocityEnergy = 0.0
    for strokes in components where strokes.count > 1 {
      let gains = strokes.map { log(max(gain(of: $0, H), 1e-12)) }
      let velocities = strokes.map { $0.expected / 2 }
      let meanGain = gains.reduce(0, +) / Double(gains.count)
      let meanVelocity = velocities.reduce(0, +) / Double(gains.count)
      for (gain, velocity) in zip(gains, velocities) {
        product += (gain - meanGain) * (velocity - meanVelocity)
        gainEnergy += (gain - meanGain) * (gain - meanGain)
        velocityEnergy += (velocity - meanVelocity) * (velocity - meanVelocity)
      }
    }
    let norm = (gainEnergy * velocityEnergy).squareRoot()
    let correlation = norm > 0 ? product / norm : 0
    exponent = Self.strength * min(max((correlation - Self.trustFrom) / Self.trustRange, 0), 1)
  }

  /// Multiplies the frames of each stroke once.
  func apply(to H: UnsafeMutableBufferPointer<Float>) {
    guard exponent > 0 else { return }
    for strokes in components where strokes.count > 1 {
      let gains = strokes.map { gain(of: $0, H) }
      let offset =
        log(max(gains.reduce(0, +), 1e-12)) - log(strokes.reduce(0.0) { $0 + exp($1.expected) })
      for (stroke, gain) in zip(strokes, gains) where gain > 0 {
        let factor = exp(exponent * (stroke.expected + offset - log(gain)))
        let clipped = Float(
          min(max(factor, Self.factorRange.lowerBound), Self.factorRange.upperBound))
        for entry in stroke.entries { H[entry] *= clipped }
      }
    }
  }

  private func gain(of stroke: Owned, _ H: UnsafeMutableBufferPointer<Float>) -> Double {
    stroke.entries.reduce(0.0) { $0 + Double(H[$1]) }
  }
}
