// Products of whole matrices, where each template may sound in each frame.

#if arch(x86_64) || !FOR_AVX2
extension UnsafePointer<Float> {
  @_noLocks @inline(__always)
  fileprivate func lanes(_ bin: Int) -> Lane {
    UnsafeRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee
  }
}

extension UnsafeMutablePointer<Float> {
  @_noLocks @inline(__always)
  fileprivate func setLanes(_ bin: Int, _ value: Lane) {
    UnsafeMutableRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee = value
  }
}

extension Kernels {
  /// y[i] ← Σ_s gains[i][s] · w[s] in sixteen bins, for four columns.
  ///
  /// - Parameters:
  ///   - w: the bins in the first column; aligned, and `stride` values from one column to the next.
  ///   - gains: four times `count` values.
  ///   - y: the same bins in four columns.
  @_noLocks @inline(never)
  public static func combine(
    _ w: UnsafePointer<Float>, stride: Int, count: Int, gains: Columns, to y: MutableColumns
  ) {
    var (a, b, c, d) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
    var (e, f, g, h) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
    var column = UnsafeRawPointer(w)
    let step = 4 &* stride
    var index = 0
    while index < count {
      let low = column.load(as: Lane.self)
      let high = column.load(fromByteOffset: 32, as: Lane.self)
      let first = Lane(repeating: gains.0[index])
      let second = Lane(repeating: gains.1[index])
      let third = Lane(repeating: gains.2[index])
      let fourth = Lane(repeating: gains.3[index])
      a += first * low
      e += first * high
      b += second * low
      f += second * high
      c += third * low
      g += third * high
      d += fourth * low
      h += fourth * high
      column += step
      index &+= 1
    }
    y.0.setLanes(0, a)
    y.0.setLanes(8, e)
    y.1.setLanes(0, b)
    y.1.setLanes(8, f)
    y.2.setLanes(0, c)
    y.2.setLanes(8, g)
    y.3.setLanes(0, d)
    y.3.setLanes(8, h)
  }

  /// ⟨w[i], x⟩ and ⟨w[i], z⟩ for four columns w.
  ///
  /// - Parameter count: values of each column, a multiple of eight.
  @_noLocks @inline(never)
  public static func dots(
    _ w: Columns, _ x: UnsafePointer<Float>, _ z: UnsafePointer<Float>, count: Int
  ) -> (SIMD4<Float>, SIMD4<Float>) {
    var (a, b, c, d) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
    var (e, f, g, h) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
    var bin = 0
    while bin < count {
      let (first, second) = (w.0.lanes(bin), w.1.lanes(bin))
      let (third, fourth) = (w.2.lanes(bin), w.3.lanes(bin))
      let (x, z) = (x.lanes(bin), z.lanes(bin))
      a += first * x
      e += first * z
      b += second * x
      f += second * z
      c += third * x
      g += third * z
      d += fourth * x
      h += fourth * z
      bin &+= 8
    }
    return (
      SIMD4(a.total, b.total, c.total, d.total), SIMD4(e.total, f.total, g.total, h.total)
    )
  }
}

extension SIMD8<Float> {
  /// In an order that every processor adds in.
  @inline(__always)
  fileprivate var total: Float {
    @_noLocks get {
      let four = lowHalf + highHalf
      return (four[0] + four[1]) + (four[2] + four[3])
    }
  }
}
#endif
