internal import Glibc

extension Divergence {
  /// Turns the output of a decoder into the derivative of the divergence by that output.
  ///
  /// - Parameters:
  ///   - V: K magnitudes.
  ///   - approximation: the output before g on entry; (V̂^(β−1) − V̂^(β−2) ⊙ V) ⊙ g′ on return.
  ///   - count: K.
  ///   - nonlinearity: g; nil where V̂ is the output itself.
  func differentiate(
    _ V: UnsafePointer<Float>, approximation: UnsafeMutablePointer<Float>, count: Int,
    nonlinearity: Nonlinearity?
  ) {
    let floor = BlockKernels.epsilon
    if let nonlinearity {
      for bin in 0..<count {
        let before = approximation[bin]
        approximation[bin] =
          slope(V[bin], nonlinearity(before) + (beta == 2 ? 0 : floor)) * nonlinearity.slope(before)
      }
      return
    }
    switch beta {
    case 2: for bin in 0..<count { approximation[bin] -= V[bin] }
    case 1: for bin in 0..<count { approximation[bin] = 1 - V[bin] / (approximation[bin] + floor) }
    default:
      for bin in 0..<count { approximation[bin] = slope(V[bin], approximation[bin] + floor) }
    }
  }

  @inline(__always)
  private func slope(_ v: Float, _ a: Float) -> Float {
    switch beta {
    case 2: a - v
    case 1: 1 - v / a
    default: powf(a, beta - 1) - v * powf(a, beta - 2)
    }
  }
}
