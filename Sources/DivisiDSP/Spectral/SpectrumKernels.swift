internal import CCPU

/// Loops over the bins or samples of one frame, in vectors.
///
/// Pointers need not be aligned.
///
/// - Thread: any; real-time safe.
public enum SpectrumKernels {
  /// values ← 0.
  @_noLocks
  public static func clear(_ values: UnsafeMutablePointer<Float>, count: Int) {
    var index = 0
    while index < count {
      values[index] = 0
      index &+= 1
    }
  }

  /// result ← x ⊙ y.
  @_noLocks
  static func multiply(
    _ x: UnsafePointer<Float>, by y: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Float>, count: Int
  ) {
    var index = 0
    while index < count {
      result[index] = x[index] * y[index]
      index &+= 1
    }
  }

  /// result ← result + x ⊙ y.
  @_noLocks
  static func addProduct(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    var index = 0
    while index < count {
      result[index] += x[index] * y[index]
      index &+= 1
    }
  }

  /// result ← gains ⊙ spectrum.
  ///
  /// - Parameters:
  ///   - spectrum: `count` values.
  ///   - gains: `count` values.
  ///   - result: `count` values; may be the spectrum itself.
  @_noLocks
  public static func multiply(
    _ spectrum: UnsafePointer<SIMD2<Float>>, by gains: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<SIMD2<Float>>, count: Int
  ) {
    var bin = 0
    while bin &+ 4 <= count {
      let gain = UnsafeRawPointer(gains + bin).loadUnaligned(as: SIMD4<Float>.self)
      let source = UnsafeRawPointer(spectrum + bin)
      let target = UnsafeMutableRawPointer(result + bin)
      let low = source.loadUnaligned(as: SIMD4<Float>.self)
      let high = source.loadUnaligned(fromByteOffset: 16, as: SIMD4<Float>.self)
      target.storeBytes(of: low * SIMD4(gain.x, gain.x, gain.y, gain.y), as: SIMD4<Float>.self)
      target.storeBytes(
        of: high * SIMD4(gain.z, gain.z, gain.w, gain.w), toByteOffset: 16, as: SIMD4<Float>.self)
      bin &+= 4
    }
    while bin < count {
      result[bin] = spectrum[bin] * gains[bin]
      bin &+= 1
    }
  }

  /// power ← |spectrum|².
  ///
  /// - Parameters:
  ///   - spectrum: `count` values.
  ///   - power: `count` values, overwritten.
  @_noLocks
  public static func formPower(
    of spectrum: UnsafePointer<SIMD2<Float>>, to power: UnsafeMutablePointer<Float>, count: Int
  ) {
    collectPower(of: spectrum, to: power, count: count, isAdded: false)
  }

  /// power ← power + |spectrum|².
  ///
  /// - Parameters:
  ///   - spectrum: `count` values.
  ///   - power: `count` values, added to.
  @_noLocks
  public static func addPower(
    of spectrum: UnsafePointer<SIMD2<Float>>, to power: UnsafeMutablePointer<Float>, count: Int
  ) {
    collectPower(of: spectrum, to: power, count: count, isAdded: true)
  }

  @_noLocks @inline(__always)
  private static func collectPower(
    of spectrum: UnsafePointer<SIMD2<Float>>, to power: UnsafeMutablePointer<Float>, count: Int,
    isAdded: Bool
  ) {
    var bin = 0
    while bin &+ 4 <= count {
      let source = UnsafeRawPointer(spectrum + bin)
      let low = source.loadUnaligned(as: SIMD4<Float>.self)
      let high = source.loadUnaligned(fromByteOffset: 16, as: SIMD4<Float>.self)
      let (a, b) = (low * low, high * high)
      var sum = SIMD4(a.x, a.z, b.x, b.z) + SIMD4(a.y, a.w, b.y, b.w)
      let target = UnsafeMutableRawPointer(power + bin)
      if isAdded { sum += target.loadUnaligned(as: SIMD4<Float>.self) }
      target.storeBytes(of: sum, as: SIMD4<Float>.self)
      bin &+= 4
    }
    while bin < count {
      let value = spectrum[bin]
      let sum = value.x * value.x + value.y * value.y
      power[bin] = isAdded ? power[bin] + sum : sum
      bin &+= 1
    }
  }

  /// power ← scale · √power.
  @_noLocks
  public static func formMagnitude(
    _ power: UnsafeMutablePointer<Float>, scale: Float = 1, count: Int
  ) {
    var bin = 0
    while bin < count {
      power[bin] = divisi_sqrtf(power[bin]) * scale
      bin &+= 1
    }
  }

  /// Σ x, four sums at a time.
  @_noLocks
  public static func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var sums = SIMD4<Float>.zero
    var bin = 0
    while bin &+ 4 <= count {
      sums += UnsafeRawPointer(x + bin).loadUnaligned(as: SIMD4<Float>.self)
      bin &+= 4
    }
    var sum = sums.sum()
    while bin < count {
      sum += x[bin]
      bin &+= 1
    }
    return sum
  }

  /// ⟨x, y⟩, four sums at a time.
  @_noLocks
  public static func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Float
  {
    var sums = SIMD4<Float>.zero
    var bin = 0
    while bin &+ 4 <= count {
      sums +=
        UnsafeRawPointer(x + bin).loadUnaligned(as: SIMD4<Float>.self)
        * UnsafeRawPointer(y + bin).loadUnaligned(as: SIMD4<Float>.self)
      bin &+= 4
    }
    var sum = sums.sum()
    while bin < count {
      sum += x[bin] * y[bin]
      bin &+= 1
    }
    return sum
  }
}
