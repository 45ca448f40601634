internal import DivisiKernels

#if arch(x86_64)
internal import DivisiKernelsAVX2
#endif

extension BlockKernels {
  /// result[i] ← x at start + i · step, between its values by the taps of a filter.
  @inline(__always)
  static func interpolate(
    _ x: UnsafePointer<Float>, from start: Double, step: Double, taps: UnsafePointer<Float>,
    tapCount: Int, phaseCount: Int, to result: UnsafeMutablePointer<Float>, count: Int
  ) {
    if hasAVX2 {
      WideKernels.interpolate(
        x, from: start, step: step, taps: taps, tapCount: tapCount,
        phaseCount: phaseCount, to: result, count: count)
    } else {
      DivisiKernels.Kernels.interpolate(
        x, from: start, step: step, taps: taps, tapCount: tapCount,
        phaseCount: phaseCount, to: result, count: count)
    }
  }

  /// result[i] ← Σ_j taps[j] · x[i + j].
  @inline(__always)
  static func filter(
    _ x: UnsafePointer<Float>, taps: UnsafePointer<Float>, tapCount: Int,
    to result: UnsafeMutablePointer<Float>, count: Int
  ) {
    if hasAVX2 {
      WideKernels.filter(x, taps: taps, tapCount: tapCount, to: result, count: count)
    } else {
      DivisiKernels.Kernels.filter(x, taps: taps, tapCount: tapCount, to: result, count: count)
    }
  }

  /// result ← conj(t) ⊙ y of complex values; Σ weights · |t|², each weight given twice.
  @inline(__always)
  static func correlate(
    _ t: UnsafePointer<Float>, _ y: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Float>, count: Int
  ) -> Float {
    hasAVX2
      ? WideKernels.correlate(t, y, weights: weights, to: result, count: count)
      : DivisiKernels.Kernels.correlate(t, y, weights: weights, to: result, count: count)
  }

  /// Adds up how nine hypotheses about a variance fit some bins.
  ///
  /// - SeeAlso: `Kernels.addFits`, which says what the columns and the sums are.
  @inline(__always)
  static func addFits(
    _ statistics: UnsafePointer<Float>, stride: Int, count: Int, shares: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Float>
  ) {
    if hasAVX2 {
      WideKernels.addFits(statistics, stride: stride, count: count, shares: shares, to: sums)
    } else {
      DivisiKernels.Kernels.addFits(
        statistics, stride: stride, count: count, shares: shares, to: sums)
    }
  }
}
