// The inner loops of every model: products over the bins where a template is free.
//
// Compiled twice from this one file: for the baseline, and as DivisiKernelsAVX2 for processors with
// 256-bit vectors. Both do the same operations lane by lane and in the same order, none fused, so
// both give the same bits.
//
// A mask of partials is many short runs of bins, and a loop over each would be mispredicted at the
// end of every one. So free bins are given as offsets of whole blocks of eight, and there is one
// loop. Four frames are taken at a time, so that a value of the template is loaded once for four
// multiplications. Sums are kept in eight lanes and added at the end of a template: another order
// than a scalar loop, hence rounding that differs from it by a few units in the last place, and
// sums that drift less.

typealias Lane = SIMD8<Float>

/// Four columns.
public typealias Columns = (
  UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
)

/// Four columns to write to, no two the same.
public typealias MutableColumns = (
  UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>,
  UnsafeMutablePointer<Float>
)

/// The first bins of blocks of eight, each a multiple of eight, ascending.
public typealias Blocks = UnsafeBufferPointer<Int32>

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
    let a = Lane(repeating: gains[0])
    let b = Lane(repeating: gains[1])
    let c = Lane(repeating: gains[2])
    let d = Lane(repeating: gains[3])
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
    let a = Lane(repeating: gains[0])
    let b = Lane(repeating: gains[1])
    let c = Lane(repeating: gains[2])
    let d = Lane(repeating: gains[3])
    let e = Lane(repeating: others[0])
    let f = Lane(repeating: others[1])
    let g = Lane(repeating: others[2])
    let h = Lane(repeating: others[3])
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
    let a = Lane(repeating: gains[0])
    let b = Lane(repeating: gains[1])
    let c = Lane(repeating: gains[2])
    let d = Lane(repeating: gains[3])
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
    var a = Lane.zero
    var b = Lane.zero
    var c = Lane.zero
    var d = Lane.zero
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
}
