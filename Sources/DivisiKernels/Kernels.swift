// The inner loops of every model: products over runs of bins.
//
// Compiled twice from this one file: for the baseline, and as DivisiKernelsAVX2 for processors with
// 256-bit vectors. Both do the same operations lane by lane and in the same order, none fused, so
// both give the same bits.
//
// Four frames are taken at a time, so that a value of the template is loaded once for four
// multiplications. Sums are kept in eight lanes and added at the end of a template: another order
// than a scalar loop, hence rounding that differs from it by a few units in the last place, and
// sums that drift less.

typealias Lane = SIMD8<Float>

/// Four columns.
public typealias Columns = (
  UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
)

/// Ranges of bins, both ends multiples of eight.
public typealias Runs = UnsafeBufferPointer<Range<Int32>>

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

/// Kernels over runs of bins. Pointers are to columns of aligned matrices; nothing is allocated.
///
/// Never inlined: code that is inlined elsewhere is compiled for the baseline.
///
/// - Thread: any; real-time safe.
public enum Kernels {
  /// y ← y + Σ gains[i] · x[i].
  @inline(never)
  public static func add(
    _ x: Columns, gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>, over runs: Runs
  ) {
    let a = Lane(repeating: gains[0])
    let b = Lane(repeating: gains[1])
    let c = Lane(repeating: gains[2])
    let d = Lane(repeating: gains[3])
    for run in runs {
      var bin = Int(run.lowerBound)
      while bin < Int(run.upperBound) {
        let sum =
          (a * x.0.lanes(bin) + b * x.1.lanes(bin)) + (c * x.2.lanes(bin) + d * x.3.lanes(bin))
        y.setLanes(bin, y.lanes(bin) + sum)
        bin &+= 8
      }
    }
  }

  /// ⟨w, x[i]⟩ for four columns.
  @inline(never)
  public static func dot(_ w: UnsafePointer<Float>, _ x: Columns, over runs: Runs) -> SIMD4<Float> {
    var a = Lane.zero
    var b = Lane.zero
    var c = Lane.zero
    var d = Lane.zero
    for run in runs {
      var bin = Int(run.lowerBound)
      while bin < Int(run.upperBound) {
        let weight = w.lanes(bin)
        a += weight * x.0.lanes(bin)
        b += weight * x.1.lanes(bin)
        c += weight * x.2.lanes(bin)
        d += weight * x.3.lanes(bin)
        bin &+= 8
      }
    }
    return SIMD4(a.sum(), b.sum(), c.sum(), d.sum())
  }

  /// y ← y + gain · x.
  @_noLocks @inline(never)
  public static func add(
    _ x: UnsafePointer<Float>, gain: Float, to y: UnsafeMutablePointer<Float>,
    over runs: UnsafePointer<Range<Int32>>, count: Int
  ) {
    let a = Lane(repeating: gain)
    var index = 0
    while index < count {
      var bin = Int(runs[index].lowerBound)
      let end = Int(runs[index].upperBound)
      while bin < end {
        y.setLanes(bin, y.lanes(bin) + a * x.lanes(bin))
        bin &+= 8
      }
      index &+= 1
    }
  }

  /// ⟨w, x⟩.
  @_noLocks @inline(never)
  public static func dot(
    _ w: UnsafePointer<Float>, _ x: UnsafePointer<Float>, over runs: UnsafePointer<Range<Int32>>,
    count: Int
  ) -> Float {
    var sum = Lane.zero
    var index = 0
    while index < count {
      var bin = Int(runs[index].lowerBound)
      let end = Int(runs[index].upperBound)
      while bin < end {
        sum += w.lanes(bin) * x.lanes(bin)
        bin &+= 8
      }
      index &+= 1
    }
    return sum.sum()
  }

  /// y ← v ⊘ (y + ε), whole blocks of eight.
  @inline(never)
  public static func divide(
    _ v: UnsafePointer<Float>, by y: UnsafeMutablePointer<Float>, epsilon: Float, count: Int
  ) {
    let floor = Lane(repeating: epsilon)
    var bin = 0
    while bin < count {
      y.setLanes(bin, v.lanes(bin) / (y.lanes(bin) + floor))
      bin &+= 8
    }
  }
}
