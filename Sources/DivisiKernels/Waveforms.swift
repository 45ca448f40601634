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
    let last = Int32(truncatingIfNeeded: phaseCount &- 1)
    var index = 0
    // Four at a time, which share the sums over lanes.
    while index &+ 4 <= count {
      let position = start + Double(index) * step
      let a = sums(x, at: position, all, size: size, phases: Float(phaseCount), last: last)
      let b = sums(
        x, at: start + Double(index &+ 1) * step, all, size: size, phases: Float(phaseCount),
        last: last)
      let c = sums(
        x, at: start + Double(index &+ 2) * step, all, size: size, phases: Float(phaseCount),
        last: last)
      let d = sums(
        x, at: start + Double(index &+ 3) * step, all, size: size, phases: Float(phaseCount),
        last: last)
      let (first, second) = (Lane(lowHalf: a, highHalf: b), Lane(lowHalf: c, highHalf: d))
      let pairs = Lane(
        lowHalf: first.evenHalf + first.oddHalf, highHalf: second.evenHalf + second.oddHalf)
      UnsafeMutableRawPointer(result + index).storeBytes(
        of: pairs.evenHalf + pairs.oddHalf, as: SIMD4<Float>.self)
      index &+= 4
    }
    while index < count {
      let four = sums(
        x, at: start + Double(index) * step, all, size: size, phases: Float(phaseCount), last: last)
      result[index] = (four[0] + four[1]) + (four[2] + four[3])
      index &+= 1
    }
  }

  /// What is left to be added up of one interpolated value.
  @_noLocks @inline(__always)
  private static func sums(
    _ x: UnsafePointer<Float>, at position: Double, _ taps: UnsafeRawPointer, size: Int,
    phases: Float, last: Int32
  ) -> SIMD4<Float> {
    // Truncated, which is rounded down where nothing is negative.
    let whole = Int32(position)
    let phase = Float(position - Double(whole)) * phases
    let row = min(Int32(phase), last)
    let fraction = Lane(repeating: phase - Float(row))
    let low = taps + Int(row) &* size
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
    return sum.lowHalf + sum.highHalf
  }

  /// result[i] ← Σ_j taps[j] · x[i + j].
  ///
  /// - Parameter x: readable up to `tapCount` values after the last i.
  @_noLocks @inline(never)
  public static func filter(
    _ x: UnsafePointer<Float>, taps: UnsafePointer<Float>, tapCount: Int,
    to result: UnsafeMutablePointer<Float>, count: Int
  ) {
    let target = UnsafeMutableRawPointer(result)
    var index = 0
    while index &+ 32 <= count {
      var (a, b, c, d) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
      var tap = 0
      while tap < tapCount {
        let weight = Lane(repeating: taps[tap])
        let samples = UnsafeRawPointer(x + (index &+ tap))
        a += weight * samples.loadUnaligned(as: Lane.self)
        b += weight * samples.loadUnaligned(fromByteOffset: 32, as: Lane.self)
        c += weight * samples.loadUnaligned(fromByteOffset: 64, as: Lane.self)
        d += weight * samples.loadUnaligned(fromByteOffset: 96, as: Lane.self)
        tap &+= 1
      }
      target.storeBytes(of: a, toByteOffset: 4 &* index, as: Lane.self)
      target.storeBytes(of: b, toByteOffset: 4 &* index &+ 32, as: Lane.self)
      target.storeBytes(of: c, toByteOffset: 4 &* index &+ 64, as: Lane.self)
      target.storeBytes(of: d, toByteOffset: 4 &* index &+ 96, as: Lane.self)
      index &+= 32
    }
    while index < count {
      var (sum, tap) = (Float(0), 0)
      while tap < tapCount {
        sum += taps[tap] * x[index &+ tap]
        tap &+= 1
      }
      result[index] = sum
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

  /// Adds up how nine hypotheses about a variance fit some bins: v_j = b + shares[j] · o for eight of them, and
  /// v₈ = n.
  ///
  /// - Parameters:
  ///   - statistics: columns p, e, m, b, o and n, `stride` values from one to the next.
  ///   - shares: eight.
  ///   - sums: eight Σ p / v_j, eight Σ e / v_j, eight Σ m / v_j, eight Σ ln v_j, Σ m / v₈ and Σ ln v₈; added to.
  @_noLocks @inline(never)
  public static func addFits(
    _ statistics: UnsafePointer<Float>, stride: Int, count: Int, shares: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let all = UnsafeMutableRawPointer(sums)
    let shares = UnsafeRawPointer(shares).loadUnaligned(as: Lane.self)
    var products = all.loadUnaligned(as: Lane.self)
    var energies = all.loadUnaligned(fromByteOffset: 32, as: Lane.self)
    var misfits = all.loadUnaligned(fromByteOffset: 64, as: Lane.self)
    var (lastMisfit, lastExponent, lastMantissa) = (sums[32], Int32(0), Float(1))
    // Logarithms of products: exponents are added, mantissas multiplied. 64 of them are below 2⁶⁴.
    var exponents = SIMD8<Int32>.zero
    var mantissas = Lane(repeating: 1)
    let one = Lane(repeating: 1)
    let bias = SIMD8<Int32>(repeating: 127)
    let places = SIMD8<Int32>(repeating: 23)
    let fraction = SIMD8<Int32>(repeating: 0x7f_ffff)
    let unit = SIMD8<Int32>(repeating: 0x3f80_0000)
    var index = 0
    while index < count {
      let p = statistics[index]
      let e = statistics[stride &+ index]
      let m = statistics[2 &* stride &+ index]
      let b = statistics[3 &* stride &+ index]
      let o = statistics[4 &* stride &+ index]
      let n = statistics[5 &* stride &+ index]
      let v = Lane(repeating: b) + shares * Lane(repeating: o)
      let q = one / v
      products += Lane(repeating: p) * q
      energies += Lane(repeating: e) * q
      misfits += Lane(repeating: m) * q
      let bits = unsafeBitCast(v, to: SIMD8<Int32>.self)
      exponents &+= (bits &>> places) &- bias
      mantissas *= unsafeBitCast((bits & fraction) | unit, to: Lane.self)
      lastMisfit += m / n
      let lastBits = Int32(bitPattern: n.bitPattern)
      lastExponent &+= (lastBits &>> 23) &- 127
      lastMantissa *= Float(bitPattern: UInt32(bitPattern: (lastBits & 0x7f_ffff) | 0x3f80_0000))
      index &+= 1
      if index & 63 == 0 {
        let bits = unsafeBitCast(mantissas, to: SIMD8<Int32>.self)
        exponents &+= (bits &>> places) &- bias
        mantissas = unsafeBitCast((bits & fraction) | unit, to: Lane.self)
        let lastBits = Int32(bitPattern: lastMantissa.bitPattern)
        lastExponent &+= (lastBits &>> 23) &- 127
        lastMantissa = Float(
          bitPattern: UInt32(bitPattern: (lastBits & 0x7f_ffff) | 0x3f80_0000))
      }
    }
    all.storeBytes(of: products, as: Lane.self)
    all.storeBytes(of: energies, toByteOffset: 32, as: Lane.self)
    all.storeBytes(of: misfits, toByteOffset: 64, as: Lane.self)
    let logs = logarithm(mantissas)
    var lane = 0
    while lane < 8 {
      sums[24 &+ lane] += Float(exponents[lane]) * 0.693_147_18 + logs[lane]
      lane &+= 1
    }
    sums[32] = lastMisfit
    sums[33] += Float(lastExponent) * 0.693_147_18 + logarithm(Lane(repeating: lastMantissa))[0]
  }
}
#endif
