/// A stroke's spectrum, and its smoothed power.
struct StrokeSpectrum {
  /// Y / s.
  let whitened: [SIMD2<Float>]
  /// 1 / s, twice for each bin.
  let weights: [Float]
  /// Σ |Y|² / s.
  let energy: Float

  /// Smoothed over 0.5 % of the bins, three at least, with a floor 50 dB below the mean power.
  init(_ spectrum: [SIMD2<Float>]) {
    let count = spectrum.count
    let power = spectrum.map { ($0 * $0).sum() }
    var sums = [Double](repeating: 0, count: count + 1)
    for bin in 0..<count { sums[bin + 1] = sums[bin] + Double(power[bin]) }
    let half = max(3, count / 200) / 2
    let floor = 1e-5 * sums[count] / Double(count) + 1e-12
    var energy: Float = 0
    var weights = [Float](repeating: 0, count: 2 * count)
    whitened = [SIMD2<Float>](unsafeUninitializedCapacity: count) { whitened, initialized in
      for bin in 0..<count {
        let (lower, upper) = (max(0, bin - half), min(count, bin + half + 1))
        let inverse = Float(1 / ((sums[upper] - sums[lower]) / Double(upper - lower) + floor))
        weights[2 * bin] = inverse
        weights[2 * bin + 1] = inverse
        whitened[bin] = spectrum[bin] * inverse
        energy += power[bin] * inverse
      }
      initialized = count
    }
    self.weights = weights
    self.energy = energy
  }
}
