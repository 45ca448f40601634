internal import DivisiKernels

#if arch(x86_64)
internal import DivisiKernelsAVX2
#endif

extension BlockKernels {
  /// y[i] ← Σ_s gains[i][s] · w[s] in sixteen bins, for four columns.
  @inline(__always)
  static func combine(
    _ w: UnsafePointer<Float>, stride: Int, count: Int, gains: Columns, to y: MutableColumns
  ) {
    if hasAVX2 {
      WideKernels.combine(w, stride: stride, count: count, gains: gains, to: y)
    } else {
      DivisiKernels.Kernels.combine(w, stride: stride, count: count, gains: gains, to: y)
    }
  }

  /// ⟨w[i], x⟩ and ⟨w[i], z⟩ for four columns w.
  @inline(__always)
  static func dots(
    _ w: Columns, _ x: UnsafePointer<Float>, _ z: UnsafePointer<Float>, count: Int
  ) -> (SIMD4<Float>, SIMD4<Float>) {
    hasAVX2
      ? WideKernels.dots(w, x, z, count: count)
      : DivisiKernels.Kernels.dots(w, x, z, count: count)
  }

  /// y[i] ← y[i] + Σ_k gains[k] · w[3 + i − k] for four successive columns.
  @inline(__always)
  static func follow(
    _ w: SevenColumns, gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>, stride: Int,
    over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.follow(w, gains: gains, to: y, stride: stride, over: blocks)
    } else {
      DivisiKernels.Kernels.follow(w, gains: gains, to: y, stride: stride, over: blocks)
    }
  }
}
