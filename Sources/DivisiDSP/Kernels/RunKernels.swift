internal import CCPU
internal import DivisiKernels
internal import DivisiKernelsAVX2

// Products over the runs of bins that a template may use. The two that take nearly all the time are
// in DivisiKernels, in a build for the processor at hand; the rest is here.

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
  typealias Columns = (
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
  )

  /// Asked once.
  static let hasAVX2 = divisi_has_avx2()

  /// y ← y + gain · x.
  @inline(__always)
  static func add(
    _ x: UnsafePointer<Float>, gain: Float, to y: UnsafeMutablePointer<Float>,
    over runs: [BinRuns.Run]
  ) {
    runs.withUnsafeBufferPointer { runs in
      guard let base = runs.baseAddress else { return }
      if hasAVX2 {
        DivisiKernelsAVX2.Kernels.add(x, gain: gain, to: y, over: base, count: runs.count)
      } else {
        DivisiKernels.Kernels.add(x, gain: gain, to: y, over: base, count: runs.count)
      }
    }
  }

  /// y ← v ⊘ (y + ε).
  ///
  /// - Parameter count: whole blocks.
  @inline(__always)
  static func divide(
    _ v: UnsafePointer<Float>, by y: UnsafeMutablePointer<Float>, count: Int
  ) {
    if hasAVX2 {
      DivisiKernelsAVX2.Kernels.divide(v, by: y, epsilon: epsilon, count: count)
    } else {
      DivisiKernels.Kernels.divide(v, by: y, epsilon: epsilon, count: count)
    }
  }

  /// y ← y + Σ gains[i] · x[i], four columns at once.
  @inline(__always)
  static func add(
    _ x: Columns, gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>, over runs: [BinRuns.Run]
  ) {
    runs.withUnsafeBufferPointer { runs in
      if hasAVX2 {
        DivisiKernelsAVX2.Kernels.add(x, gains: gains, to: y, over: runs)
      } else {
        DivisiKernels.Kernels.add(x, gains: gains, to: y, over: runs)
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
      var bin = Int(run.lowerBound)
      let end = Int(run.upperBound)
      while bin < end {
        sum += w.lanes(bin) * x.lanes(bin)
        bin &+= BinRuns.blockLength
      }
    }
    return sum.sum()
  }

  /// ⟨w, x[i]⟩ for four columns at once.
  @inline(__always)
  static func dot(_ w: UnsafePointer<Float>, _ x: Columns, over runs: [BinRuns.Run])
    -> SIMD4<Float>
  {
    runs.withUnsafeBufferPointer { runs in
      hasAVX2
        ? DivisiKernelsAVX2.Kernels.dot(w, x, over: runs)
        : DivisiKernels.Kernels.dot(w, x, over: runs)
    }
  }

  /// Σ w.
  @inline(__always)
  static func sum(_ w: UnsafePointer<Float>, over runs: [BinRuns.Run]) -> Float {
    var sum = Lane.zero
    for run in runs {
      var bin = Int(run.lowerBound)
      let end = Int(run.upperBound)
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
      var bin = Int(run.lowerBound)
      let end = Int(run.upperBound)
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
      var bin = Int(run.lowerBound)
      let end = Int(run.upperBound)
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
      var bin = Int(run.lowerBound)
      let end = Int(run.upperBound)
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
      (y + Int(run.lowerBound)).update(repeating: 0, count: run.count)
    }
  }

  /// The small number in every denominator, for spectrograms scaled to a maximum of 1.
  static var epsilon: Float { @_noLocks @inline(__always) get { 1e-9 } }
}
