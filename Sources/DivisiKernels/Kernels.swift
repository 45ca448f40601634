// The inner loops of every model: products over the bins where a template is free.
//
// Compiled twice from this one source: for the baseline, and as DivisiKernelsAVX2 for processors with
// 256-bit vectors. Both do the same operations lane by lane and in the same order, none fused, so
// both give the same bits. Off x86 nothing is wider, and the second module is empty.

#if arch(x86_64) || !FOR_AVX2
typealias Lane = SIMD8<Float>

extension UnsafePointer<Float> {
  @inline(__always)
  fileprivate func lanes(_ bin: Int) -> Lane {
    UnsafeRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  fileprivate func lanes(_ bin: Int) -> Lane { UnsafePointer(self).lanes(bin) }

  @inline(__always)
  fileprivate func setLanes(_ bin: Int, _ value: Lane) {
    UnsafeMutableRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee = value
  }
}

/// Kernels over blocks of bins. Pointers are to columns of aligned matrices; nothing is allocated.
///
/// Never inlined: code that is inlined elsewhere is compiled for the baseline.
///
/// - Thread: any; real-time safe.
public enum Kernels {
  /// y ← y + Σ gains[i] · x[i].
  @_noLocks @inline(never)
  public static func add(
    _ x: Columns, gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    let (a, b, c, d) = lanes(gains)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let sum =
        (a * x.0.lanes(bin) + b * x.1.lanes(bin)) + (c * x.2.lanes(bin) + d * x.3.lanes(bin))
      y.setLanes(bin, y.lanes(bin) + sum)
      index &+= 1
    }
  }

  /// y ← y + Σ gains[i] · x[i] and z ← z + Σ others[i] · x[i].
  @_noLocks @inline(never)
  public static func add(
    _ x: Columns, gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>,
    gains others: SIMD4<Float>, to z: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    let (a, b, c, d) = lanes(gains)
    let (e, f, g, h) = lanes(others)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let (first, second) = (x.0.lanes(bin), x.1.lanes(bin))
      let (third, fourth) = (x.2.lanes(bin), x.3.lanes(bin))
      y.setLanes(bin, y.lanes(bin) + ((a * first + b * second) + (c * third + d * fourth)))
      z.setLanes(bin, z.lanes(bin) + ((e * first + f * second) + (g * third + h * fourth)))
      index &+= 1
    }
  }

  /// y ← y + gain · x.
  @_noLocks @inline(never)
  public static func add(
    _ x: UnsafePointer<Float>, gain: Float, to y: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    let a = Lane(repeating: gain)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      y.setLanes(bin, y.lanes(bin) + a * x.lanes(bin))
      index &+= 1
    }
  }

  /// y[i] ← y[i] + gains[i] · x for four columns.
  @_noLocks @inline(never)
  public static func add(
    _ x: UnsafePointer<Float>, gains: SIMD4<Float>, to y: MutableColumns, over blocks: Blocks
  ) {
    let (a, b, c, d) = lanes(gains)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let value = x.lanes(bin)
      y.0.setLanes(bin, y.0.lanes(bin) + a * value)
      y.1.setLanes(bin, y.1.lanes(bin) + b * value)
      y.2.setLanes(bin, y.2.lanes(bin) + c * value)
      y.3.setLanes(bin, y.3.lanes(bin) + d * value)
      index &+= 1
    }
  }

  /// ⟨w, x[i]⟩ for four columns.
  @_noLocks @inline(never)
  public static func dot(
    _ w: UnsafePointer<Float>, _ x: Columns, over blocks: Blocks
  ) -> SIMD4<Float> {
    var (a, b, c, d) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let weight = w.lanes(bin)
      a += weight * x.0.lanes(bin)
      b += weight * x.1.lanes(bin)
      c += weight * x.2.lanes(bin)
      d += weight * x.3.lanes(bin)
      index &+= 1
    }
    return SIMD4(a.sum(), b.sum(), c.sum(), d.sum())
  }

  /// ⟨w, x⟩.
  @_noLocks @inline(never)
  public static func dot(
    _ w: UnsafePointer<Float>, _ x: UnsafePointer<Float>, over blocks: Blocks
  ) -> Float {
    var sum = Lane.zero
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      sum += w.lanes(bin) * x.lanes(bin)
      index &+= 1
    }
    return sum.sum()
  }

  /// Each of four gains in all lanes.
  @_noLocks @inline(__always)
  private static func lanes(_ gains: SIMD4<Float>) -> (Lane, Lane, Lane, Lane) {
    (
      Lane(repeating: gains[0]), Lane(repeating: gains[1]), Lane(repeating: gains[2]),
      Lane(repeating: gains[3])
    )
  }

  // MARK: Four delays of four successive frames

  // Seven columns serve for sixteen multiplications, where one delay at a time would read sixteen. Columns
  // are given by the first, and by the distance from one to the next.

  /// Σ_k ⟨w[k], x[i + k]⟩ for four i: how a template of four frames agrees with what follows four
  /// onsets.
  @_noLocks @inline(never)
  public static func correlate(
    _ w: UnsafePointer<Float>, stride: Int, _ x: UnsafePointer<Float>, stride xStride: Int,
    over blocks: Blocks
  ) -> SIMD4<Float> {
    let (w1, w2, w3) = (w + stride, w + 2 &* stride, w + 3 &* stride)
    let (x1, x2, x3) = (x + xStride, x + 2 &* xStride, x + 3 &* xStride)
    let (x4, x5, x6) = (x + 4 &* xStride, x + 5 &* xStride, x + 6 &* xStride)
    var (a, b, c, d) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let (p, q, r, s) = (w.lanes(bin), w1.lanes(bin), w2.lanes(bin), w3.lanes(bin))
      let (f1, f2, f3) = (x1.lanes(bin), x2.lanes(bin), x3.lanes(bin))
      let (f4, f5) = (x4.lanes(bin), x5.lanes(bin))
      a += (p * x.lanes(bin) + q * f1) + (r * f2 + s * f3)
      b += (p * f1 + q * f2) + (r * f3 + s * f4)
      c += (p * f2 + q * f3) + (r * f4 + s * f5)
      d += (p * f3 + q * f4) + (r * f5 + s * x6.lanes(bin))
      index &+= 1
    }
    return SIMD4(a.sum(), b.sum(), c.sum(), d.sum())
  }

  /// y[k] ← y[k] + Σ_i gains[i] · x[i + k] for four k: what follows four onsets.
  @_noLocks @inline(never)
  public static func addDelayed(
    _ x: UnsafePointer<Float>, stride xStride: Int, gains: SIMD4<Float>,
    to y: UnsafeMutablePointer<Float>, stride: Int, over blocks: Blocks
  ) {
    let (a, b, c, d) = lanes(gains)
    let (y1, y2, y3) = (y + stride, y + 2 &* stride, y + 3 &* stride)
    let (x1, x2, x3) = (x + xStride, x + 2 &* xStride, x + 3 &* xStride)
    let (x4, x5, x6) = (x + 4 &* xStride, x + 5 &* xStride, x + 6 &* xStride)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let (f1, f2, f3) = (x1.lanes(bin), x2.lanes(bin), x3.lanes(bin))
      let (f4, f5) = (x4.lanes(bin), x5.lanes(bin))
      y.setLanes(bin, y.lanes(bin) + ((a * x.lanes(bin) + b * f1) + (c * f2 + d * f3)))
      y1.setLanes(bin, y1.lanes(bin) + ((a * f1 + b * f2) + (c * f3 + d * f4)))
      y2.setLanes(bin, y2.lanes(bin) + ((a * f2 + b * f3) + (c * f4 + d * f5)))
      y3.setLanes(bin, y3.lanes(bin) + ((a * f3 + b * f4) + (c * f5 + d * x6.lanes(bin))))
      index &+= 1
    }
  }

  /// y[i] ← y[i] + Σ_k gains[3 + i − k] · w[k] for four i: four successive frames of a template’s sound.
  ///
  /// - Parameter gains: seven values, of successive onsets.
  @_noLocks @inline(never)
  public static func convolve(
    _ w: UnsafePointer<Float>, stride: Int, gains: UnsafePointer<Float>,
    to y: UnsafeMutablePointer<Float>, stride yStride: Int, over blocks: Blocks
  ) {
    let g0 = Lane(repeating: gains[0])
    let g1 = Lane(repeating: gains[1])
    let g2 = Lane(repeating: gains[2])
    let g3 = Lane(repeating: gains[3])
    let g4 = Lane(repeating: gains[4])
    let g5 = Lane(repeating: gains[5])
    let g6 = Lane(repeating: gains[6])
    let (w1, w2, w3) = (w + stride, w + 2 &* stride, w + 3 &* stride)
    let (y1, y2, y3) = (y + yStride, y + 2 &* yStride, y + 3 &* yStride)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let (p, q, r, s) = (w.lanes(bin), w1.lanes(bin), w2.lanes(bin), w3.lanes(bin))
      y.setLanes(bin, y.lanes(bin) + ((g3 * p + g2 * q) + (g1 * r + g0 * s)))
      y1.setLanes(bin, y1.lanes(bin) + ((g4 * p + g3 * q) + (g2 * r + g1 * s)))
      y2.setLanes(bin, y2.lanes(bin) + ((g5 * p + g4 * q) + (g3 * r + g2 * s)))
      y3.setLanes(bin, y3.lanes(bin) + ((g6 * p + g5 * q) + (g4 * r + g3 * s)))
      index &+= 1
    }
  }

  // MARK: V and V̂

  /// y ← v ⊘ (y + ε).
  @_noLocks @inline(never)
  public static func divide(
    _ v: UnsafePointer<Float>, by y: UnsafeMutablePointer<Float>, epsilon: Float,
    over blocks: Blocks
  ) {
    let floor = Lane(repeating: epsilon)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      y.setLanes(bin, v.lanes(bin) / (y.lanes(bin) + floor))
      index &+= 1
    }
  }

  /// y ← y − v.
  @_noLocks @inline(never)
  public static func subtract(
    _ v: UnsafePointer<Float>, from y: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      y.setLanes(bin, y.lanes(bin) - v.lanes(bin))
      index &+= 1
    }
  }

  /// Σ v ln(v / a) − v + a, with a = y + ε: the Kullback-Leibler divergence.
  @_noLocks @inline(never)
  public static func kullbackLeibler(
    _ v: UnsafePointer<Float>, from y: UnsafePointer<Float>, epsilon: Float, over blocks: Blocks
  ) -> Float {
    let floor = Lane(repeating: epsilon)
    var sum = Lane.zero
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let (value, approximation) = (v.lanes(bin), y.lanes(bin) + floor)
      sum += value * logarithm(value / approximation) + (approximation - value)
      index &+= 1
    }
    return sum.sum()
  }

  /// ln x to rounding, for x ≥ 0; of 0 a finite number.
  ///
  /// x = 2ⁿ m with m from √½ to √2, and ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s = (m − 1) /
  /// (m + 1), |s| < 0.172.
  @_noLocks @inline(__always)
  static func logarithm(_ x: Lane) -> Lane {
    let bits = unsafeBitCast(x, to: SIMD8<Int32>.self)
    let exponent = (bits &- SIMD8(repeating: 0x3f35_04f3)) &>> SIMD8(repeating: 23)
    let m = unsafeBitCast(bits &- (exponent &<< SIMD8(repeating: 23)), to: Lane.self)
    // An integer added to the bits of 1.5 · 2²³ is added to its value.
    let n =
      unsafeBitCast(exponent &+ SIMD8(repeating: 0x4b40_0000), to: Lane.self)
      - Lane(repeating: 12_582_912)
    let one = Lane(repeating: 1)
    let s = (m - one) / (m + one)
    let t = s * s
    var series = Lane(repeating: 2.0 / 9) * t + Lane(repeating: 2.0 / 7)
    series = series * t + Lane(repeating: 2.0 / 5)
    series = series * t + Lane(repeating: 2.0 / 3)
    series = series * t + Lane(repeating: 2)
    return n * Lane(repeating: 0.693_147_18) + s * series
  }
}
#endif
