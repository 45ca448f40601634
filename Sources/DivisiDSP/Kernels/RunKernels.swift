// The inner loops of every model: products over the runs of bins that a template may use.
//
// Four frames are taken at a time, so that a value of the template is loaded once for four
// multiplications. Sums are kept in eight lanes and added at the end of a template: another order
// than a scalar loop, hence rounding that differs from it by a few units in the last place, and
// sums that drift less.

@usableFromInline typealias Lane = SIMD8<Float>

extension UnsafePointer<Float> {
  @inlinable @inline(__always)
  func lanes(_ bin: Int) -> Lane {
    UnsafeRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee
  }
}

extension UnsafeMutablePointer<Float> {
  @inlinable @inline(__always)
  func lanes(_ bin: Int) -> Lane {
    UnsafeRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee
  }

  @inlinable @inline(__always)
  func setLanes(_ bin: Int, _ value: Lane) {
    UnsafeMutableRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee = value
  }
}

/// Kernels over runs of bins. Pointers are to aligned matrix columns; nothing is allocated.
///
/// - Thread: any; real-time safe.
enum RunKernels {
  /// y ← y + gain · x.
  @inline(__always)
  static func add(
    _ x: UnsafePointer<Float>, gain: Float, to y: UnsafeMutablePointer<Float>,
    over runs: [BinRuns.Run]
  ) {
    let a = Lane(repeating: gain)
    for run in runs {
      var bin = Int(run.start)
      let end = bin &+ Int(run.count)
      while bin < end {
        y.setLanes(bin, y.lanes(bin) + a * x.lanes(bin))
        bin &+= BinRuns.blockLength
      }
    }
  }

  /// y ← y + Σ gains[i] · x[i], four columns at once.
  @inline(__always)
  static func add(
    _ x: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>),
    gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>, over runs: [BinRuns.Run]
  ) {
    let a = Lane(repeating: gains[0])
    let b = Lane(repeating: gains[1])
    let c = Lane(repeating: gains[2])
    let d = Lane(repeating: gains[3])
    for run in runs {
      var bin = Int(run.start)
      let end = bin &+ Int(run.count)
      while bin < end {
        let sum =
          (a * x.0.lanes(bin) + b * x.1.lanes(bin)) + (c * x.2.lanes(bin) + d * x.3.lanes(bin))
        y.setLanes(bin, y.lanes(bin) + sum)
        bin &+= BinRuns.blockLength
      }
    }
  }

  /// ⟨w, x⟩.
  @inline(__always)
  static func dot(_ w: UnsafePointer<Float>, _ x: UnsafePointer<Float>, over runs: [BinRuns.Run])
    -> Float
  {
    var sum = Lane.zero
    for run in runs {
      var bin = Int(run.start)
      let end = bin &+ Int(run.count)
      while bin < end {
        sum += w.lanes(bin) * x.lanes(bin)
        bin &+= BinRuns.blockLength
      }
    }
    return sum.sum()
  }

  /// ⟨w, x[i]⟩ for four columns at once.
  @inline(__always)
  static func dot(
    _ w: UnsafePointer<Float>,
    _ x: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>),
    over runs: [BinRuns.Run]
  ) -> SIMD4<Float> {
    var a = Lane.zero
    var b = Lane.zero
    var c = Lane.zero
    var d = Lane.zero
    for run in runs {
      var bin = Int(run.start)
      let end = bin &+ Int(run.count)
      while bin < end {
        let weight = w.lanes(bin)
        a += weight * x.0.lanes(bin)
        b += weight * x.1.lanes(bin)
        c += weight * x.2.lanes(bin)
        d += weight * x.3.lanes(bin)
        bin &+= BinRuns.blockLength
      }
    }
    return SIMD4(a.sum(), b.sum(), c.sum(), d.sum())
  }

  /// Σ w.
  @inline(__always)
  static func sum(_ w: UnsafePointer<Float>, over runs: [BinRuns.Run]) -> Float {
    var sum = Lane.zero
    for run in runs {
      var bin = Int(run.start)
      let end = bin &+ Int(run.count)
      while bin < end {
        sum += w.lanes(bin)
        bin &+= BinRuns.blockLength
      }
    }
    return sum.sum()
  }

  /// w ← w ⊙ numerator ⊘ (denominator + ε).
  @inline(__always)
  static func multiply(
    _ w: UnsafeMutablePointer<Float>, by numerator: UnsafePointer<Float>,
    over denominator: UnsafePointer<Float>,
    runs: [BinRuns.Run]
  ) {
    let floor = Lane(repeating: epsilon)
    for run in runs {
      var bin = Int(run.start)
      let end = bin &+ Int(run.count)
      while bin < end {
        w.setLanes(bin, w.lanes(bin) * numerator.lanes(bin) / (denominator.lanes(bin) + floor))
        bin &+= BinRuns.blockLength
      }
    }
  }

  /// w ← w ⊙ x · gain.
  @inline(__always)
  static func multiply(
    _ w: UnsafeMutablePointer<Float>, by x: UnsafePointer<Float>, gain: Float,
    over runs: [BinRuns.Run]
  ) {
    let a = Lane(repeating: gain)
    for run in runs {
      var bin = Int(run.start)
      let end = bin &+ Int(run.count)
      while bin < end {
        w.setLanes(bin, w.lanes(bin) * (x.lanes(bin) * a))
        bin &+= BinRuns.blockLength
      }
    }
  }

  /// w ← gain · w.
  @inline(__always)
  static func scale(_ w: UnsafeMutablePointer<Float>, by gain: Float, over runs: [BinRuns.Run]) {
    let a = Lane(repeating: gain)
    for run in runs {
      var bin = Int(run.start)
      let end = bin &+ Int(run.count)
      while bin < end {
        w.setLanes(bin, w.lanes(bin) * a)
        bin &+= BinRuns.blockLength
      }
    }
  }

  /// y ← 0.
  @inline(__always)
  static func clear(_ y: UnsafeMutablePointer<Float>, over runs: [BinRuns.Run]) {
    for run in runs {
      (y + Int(run.start)).update(repeating: 0, count: Int(run.count))
    }
  }

  /// The small number in every denominator, for spectrograms scaled to a maximum of 1.
  static let epsilon: Float = 1e-9
}
