import DivisiDSP
internal import Glibc

/// Power spectra to magnitudes by semitone: triangles around the pitches 21 to 119 of an instrument in
/// some tuning.
struct SemitoneBands: Sendable {
  /// MIDI numbers of the bands.
  static let pitches = 21..<120
  static var count: Int { pitches.count }

  let grid: TimeGrid
  private let triangles: [(first: Int, weights: [Float])]

  /// A triangle is this much wider than to the middle of the next band.
  private static let widening = 1.3

  /// - Parameter tuningCents: against A4 = 440 Hz.
  init(grid: TimeGrid, tuningCents: Double) {
    self.grid = grid
    let binWidth = grid.sampleRate / Double(grid.windowLength)
    triangles = Self.pitches.map { pitch in
      let centre = 440 * exp2(Double(pitch - 69) / 12 + tuningCents / 1200)
      guard centre < 0.47 * grid.sampleRate else { return (0, []) }
      let half = max(centre * (exp2(0.5 / 12) - 1) * Self.widening, binWidth)
      let first = max(1, Int(((centre - half) / binWidth).rounded(.up)))
      let last = min(grid.binCount - 2, Int((centre + half) / binWidth))
      guard first <= last else { return (0, []) }
      return (
        first, (first...last).map { Float(max(0, 1 - abs(Double($0) * binWidth - centre) / half)) }
      )
    }
  }

  /// √Σ triangle · power, times a scale.
  ///
  /// - Parameters:
  ///   - power: K values.
  ///   - target: ``count`` values.
  func magnitudes(
    ofPower power: UnsafePointer<Float>, scale: Float, into target: UnsafeMutablePointer<Float>
  ) {
    for (band, triangle) in triangles.enumerated() {
      var sum: Float = 0
      for (offset, weight) in triangle.weights.enumerated() {
        sum += weight * power[triangle.first + offset]
      }
      target[band] = sum.squareRoot() * scale
    }
  }
}

/// What a pitch sounds like by semitone: partials of amplitude 0.8^(h − 1).
enum SemitoneComb {
  private static let partials = 16
  private static let decay = 0.8

  /// Amplitudes by band, of unit norm; a partial between two bands is shared by both.
  static func amplitudes(ofPitch pitch: Int) -> [Float] {
    var result = [Float](repeating: 0, count: SemitoneBands.count)
    for partial in 1...partials {
      let place = Double(pitch) + 12 * log2(Double(partial))
      let lower = Int(place.rounded(.down))
      let share = place - Double(lower)
      for (band, weight) in [(lower, 1 - share), (lower + 1, share)]
      where SemitoneBands.pitches.contains(band) {
        result[band - SemitoneBands.pitches.lowerBound] +=
          Float(pow(decay, Double(partial - 1)) * weight)
      }
    }
    let norm = result.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return norm > 0 ? result.map { $0 / norm } : result
  }
}
