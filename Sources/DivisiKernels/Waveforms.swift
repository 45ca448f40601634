// What is done with each sample and bin of a stroke's waveform.

#if arch(x86_64) || !FOR_AVX2
extension Kernels {
  /// result[i] ← Σ_j tap_j(φ) · x[p + j], with p the whole part of start + i · step and φ its fraction; taps are
  /// interpolated between phases.
  ///
  /// - Parameters:
  ///   - x: readable up to `tapCount` values after the last p.
  ///   - start, step: so that no position is negative.
  ///   - taps: `tapCount`, a multiple of 16, for each of the phases from 0 to `phaseCount`, both included.
  @_noLocks @inline(never)
  public static func interpolate(
    _ x: UnsafePointer<Float>, from start: Double, step: Double, taps: UnsafePointer<Float>,
    tapCount: Int, phaseCount: Int, to result: UnsafeMutablePointer<Float>, count: Int
  ) {
    let all = UnsafeRawPointer(taps)
    let size = 4 &* tapCount
    var index = 0
    while index < count {
      let position = start + Double(index) * step
      // Truncated, which is rounded down where nothing is negative.
      let whole = Int32(position)
      let phase = Float(position - Double(whole)) * Float(phaseCount)
      let row = min(Int32(phase), Int32(truncatingIfNeeded: phaseCount &- 1))
      let fraction = Lane(repeating: phase - Float(row))
      let low = all + Int(row) &* size
      let high = low + size
      let samples = UnsafeRawPointer(x + Int(whole))
      var first = Lane.zero
      var second = Lane.zero
      var offset = 0
      while offset < size {
        let a = low.loadUnaligned(fromByteOffset: offset, as: Lane.self)
        let b = high.loadUnaligned(fromByteOffset: offset, as: Lane.self)
        let c = low.loadUnaligned(fromByteOffset: offset &+ 32, as: Lane.self)
        let d = high.loadUnaligned(fromByteOffset: offset &+ 32, as: Lane.self)
        let x = samples.loadUnaligned(fromByteOffset: offset, as: Lane.self)
        let y = samples.loadUnaligned(fromByteOffset: offset &+ 32, as: Lane.self)
        first += (a + (b - a) * fraction) * x
        second += (c + (d - c) * fraction) * y
        offset &+= 64
      }
      let sum = first + second
      let four = sum.lowHalf + sum.highHalf
      result[index] = (four[0] + four[1]) + (four[2] + four[3])
      index &+= 1
    }
  }

  /// result ← conj(t) ⊙ y.
  ///
  /// - Parameters:
  ///   - t, y, result: `count` complex values.
  ///   - weights: two equal values for each of them.
  /// - Returns: Σ weights · |t|².
  @_noLocks @inline(never)
  public static func correlate(
    _ t: UnsafePointer<Float>, _ y: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Float>, count: Int
  ) -> Float {
    let (first, second, weight) = (
      UnsafeRawPointer(t), UnsafeRawPointer(y), UnsafeRawPointer(weights)
    )
    let target = UnsafeMutableRawPointer(result)
    let signs = Lane(1, -1, 1, -1, 1, -1, 1, -1)
    var sums = Lane.zero
    var index = 0
    while index &+ 4 <= count {
      let a = first.loadUnaligned(fromByteOffset: 8 &* index, as: Lane.self)
      let b = second.loadUnaligned(fromByteOffset: 8 &* index, as: Lane.self)
      let real = Lane(a[0], a[0], a[2], a[2], a[4], a[4], a[6], a[6])
      let imaginary = Lane(a[1], a[1], a[3], a[3], a[5], a[5], a[7], a[7])
      let turned = Lane(b[1], b[0], b[3], b[2], b[5], b[4], b[7], b[6]) * signs
      target.storeBytes(
        of: real * b + imaginary * turned, toByteOffset: 8 &* index, as: Lane.self)
      sums += a * a * weight.loadUnaligned(fromByteOffset: 8 &* index, as: Lane.self)
      index &+= 4
    }
    var sum = sums.sum()
    while index < count {
      let (a, b) = ((t[2 &* index], t[2 &* index &+ 1]), (y[2 &* index], y[2 &* index &+ 1]))
      result[2 &* index] = a.0 * b.0 + a.1 * b.1
      result[2 &* index &+ 1] = a.0 * b.1 - a.1 * b.0
      sum += (a.0 * a.0 + a.1 * a.1) * weights[2 &* index]
      index &+= 1
    }
    return sum
  }
}
#endif
