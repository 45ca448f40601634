internal import CCPU
internal import DivisiKernels

#if arch(x86_64)
internal import DivisiKernelsAVX2

/// The kernels for processors with AVX2.
typealias WideKernels = DivisiKernelsAVX2.Kernels
#else
/// Nothing is wider than what every processor has.
typealias WideKernels = DivisiKernels.Kernels
#endif

// Products over the blocks of bins that a template may use. Those that take nearly all the time are
// in DivisiKernels, in a build for the processor at hand; what is done once per template is here.

@usableFromInline typealias Lane = SIMD8<Float>

extension UnsafePointer<Float> {
  @inlinable @_noLocks @inline(__always)
  func lanes(_ bin: Int) -> Lane {
    UnsafeRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee
  }
}

extension UnsafeMutablePointer<Float> {
  @inlinable @_noLocks @inline(__always)
  func lanes(_ bin: Int) -> Lane {
    UnsafeRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee
  }

  @inlinable @_noLocks @inline(__always)
  func setLanes(_ bin: Int, _ value: Lane) {
    UnsafeMutableRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee = value
  }
}

/// Kernels over blocks of bins. Pointers are to aligned matrix columns; nothing is allocated.
///
/// - Thread: any; real-time safe.
enum BlockKernels {
  typealias Columns = DivisiKernels.Columns

  #if arch(x86_64)
  /// Asked once.
  static let hasAVX2 = divisi_has_avx2()
  #else
  static var hasAVX2: Bool { false }
  #endif

  /// The small number in every denominator, for spectrograms scaled to a maximum of 1.
  static var epsilon: Float { @_noLocks @inline(__always) get { 1e-9 } }

  // MARK: For the processor at hand

  /// y ← y + gain · x.
  @inline(__always)
  static func add(
    _ x: UnsafePointer<Float>, gain: Float, to y: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.add(x, gain: gain, to: y, over: blocks)
    } else {
      DivisiKernels.Kernels.add(x, gain: gain, to: y, over: blocks)
    }
  }

  /// y ← y + Σ gains[i] · x[i], four columns at once.
  @inline(__always)
  static func add(
    _ x: Columns, gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.add(x, gains: gains, to: y, over: blocks)
    } else {
      DivisiKernels.Kernels.add(x, gains: gains, to: y, over: blocks)
    }
  }

  /// y ← y + Σ gains[i] · x[i] and z ← z + Σ others[i] · x[i].
  @inline(__always)
  static func add(
    _ x: Columns, gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>,
    gains others: SIMD4<Float>, to z: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.add(x, gains: gains, to: y, gains: others, to: z, over: blocks)
    } else {
      DivisiKernels.Kernels.add(x, gains: gains, to: y, gains: others, to: z, over: blocks)
    }
  }

  /// y[i] ← y[i] + gains[i] · x, four columns at once.
  @inline(__always)
  static func add(
    _ x: UnsafePointer<Float>, gains: SIMD4<Float>, to y: MutableColumns, over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.add(x, gains: gains, to: y, over: blocks)
    } else {
      DivisiKernels.Kernels.add(x, gains: gains, to: y, over: blocks)
    }
  }

  /// ⟨w, x⟩.
  @inline(__always)
  static func dot(
    _ w: UnsafePointer<Float>, _ x: UnsafePointer<Float>, over blocks: Blocks
  ) -> Float {
    hasAVX2
      ? WideKernels.dot(w, x, over: blocks)
      : DivisiKernels.Kernels.dot(w, x, over: blocks)
  }

  /// ⟨w, x[i]⟩ for four columns at once.
  @inline(__always)
  static func dot(_ w: UnsafePointer<Float>, _ x: Columns, over blocks: Blocks) -> SIMD4<Float> {
    hasAVX2
      ? WideKernels.dot(w, x, over: blocks)
      : DivisiKernels.Kernels.dot(w, x, over: blocks)
  }

  /// Σ_k ⟨w[k], x[i + k]⟩ of four successive columns, for four i.
  @inline(__always)
  static func correlate(
    _ w: UnsafePointer<Float>, stride: Int, _ x: UnsafePointer<Float>, stride xStride: Int,
    over blocks: Blocks
  ) -> SIMD4<Float> {
    hasAVX2
      ? WideKernels.correlate(w, stride: stride, x, stride: xStride, over: blocks)
      : DivisiKernels.Kernels.correlate(w, stride: stride, x, stride: xStride, over: blocks)
  }

  /// y[k] ← y[k] + Σ_i gains[i] · x[i + k] for four successive columns.
  @inline(__always)
  static func addDelayed(
    _ x: UnsafePointer<Float>, stride xStride: Int, gains: SIMD4<Float>,
    to y: UnsafeMutablePointer<Float>, stride: Int, over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.addDelayed(
        x, stride: xStride, gains: gains, to: y, stride: stride, over: blocks)
    } else {
      DivisiKernels.Kernels.addDelayed(
        x, stride: xStride, gains: gains, to: y, stride: stride, over: blocks)
    }
  }

  /// y[i] ← y[i] + Σ_k gains[3 + i − k] · w[k] for four successive columns.
  @inline(__always)
  static func convolve(
    _ w: UnsafePointer<Float>, stride: Int, gains: UnsafePointer<Float>,
    to y: UnsafeMutablePointer<Float>, stride yStride: Int, over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.convolve(
        w, stride: stride, gains: gains, to: y, stride: yStride, over: blocks)
    } else {
      DivisiKernels.Kernels.convolve(
        w, stride: stride, gains: gains, to: y, stride: yStride, over: blocks)
    }
  }

  /// y ← v ⊘ (y + ε).
  @inline(__always)
  static func divide(
    _ v: UnsafePointer<Float>, by y: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.divide(v, by: y, epsilon: epsilon, over: blocks)
    } else {
      DivisiKernels.Kernels.divide(v, by: y, epsilon: epsilon, over: blocks)
    }
  }

  /// y ← y − v.
  @inline(__always)
  static func subtract(
    _ v: UnsafePointer<Float>, from y: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    if hasAVX2 {
      WideKernels.subtract(v, from: y, over: blocks)
    } else {
      DivisiKernels.Kernels.subtract(v, from: y, over: blocks)
    }
  }

  /// The Kullback-Leibler divergence of v from y + ε.
  @inline(__always)
  static func kullbackLeibler(
    _ v: UnsafePointer<Float>, from y: UnsafePointer<Float>, over blocks: Blocks
  ) -> Float {
    hasAVX2
      ? WideKernels.kullbackLeibler(v, from: y, epsilon: epsilon, over: blocks)
      : DivisiKernels.Kernels.kullbackLeibler(v, from: y, epsilon: epsilon, over: blocks)
  }

  // MARK: Once per template

  /// Σ w.
  @inline(__always)
  static func sum(_ w: UnsafePointer<Float>, over blocks: Blocks) -> Float {
    var sum = Lane.zero
    for bin in blocks { sum += w.lanes(Int(bin)) }
    return sum.sum()
  }

  /// w ← w ⊙ numerator ⊘ (denominator + ε).
  @inline(__always)
  static func multiply(
    _ w: UnsafeMutablePointer<Float>, by numerator: UnsafePointer<Float>,
    over denominator: UnsafePointer<Float>, blocks: Blocks
  ) {
    let floor = Lane(repeating: epsilon)
    for bin in blocks {
      let bin = Int(bin)
      w.setLanes(bin, w.lanes(bin) * numerator.lanes(bin) / (denominator.lanes(bin) + floor))
    }
  }

  /// w ← w ⊙ numerator ⊘ (gain · denominator + ε).
  @inline(__always)
  static func multiply(
    _ w: UnsafeMutablePointer<Float>, by numerator: UnsafePointer<Float>,
    over denominator: UnsafePointer<Float>, gain: Float, blocks: Blocks
  ) {
    let (a, floor) = (Lane(repeating: gain), Lane(repeating: epsilon))
    for bin in blocks {
      let bin = Int(bin)
      w.setLanes(bin, w.lanes(bin) * numerator.lanes(bin) / (a * denominator.lanes(bin) + floor))
    }
  }

  /// w ← w ⊙ x · gain.
  @inline(__always)
  static func multiply(
    _ w: UnsafeMutablePointer<Float>, by x: UnsafePointer<Float>, gain: Float, over blocks: Blocks
  ) {
    let a = Lane(repeating: gain)
    for bin in blocks {
      let bin = Int(bin)
      w.setLanes(bin, w.lanes(bin) * (x.lanes(bin) * a))
    }
  }

  /// w ← gain · w.
  @inline(__always)
  static func scale(_ w: UnsafeMutablePointer<Float>, by gain: Float, over blocks: Blocks) {
    let a = Lane(repeating: gain)
    for bin in blocks { w.setLanes(Int(bin), w.lanes(Int(bin)) * a) }
  }

  /// y ← 0.
  @inline(__always)
  static func clear(_ y: UnsafeMutablePointer<Float>, over blocks: Blocks) {
    for bin in blocks { y.setLanes(Int(bin), .zero) }
  }
}
