internal import Glibc

/// The step between the spectrum of N real samples and that of N/2 complex ones, which are the samples
/// two by two.
///
/// With Z the complex spectrum, M = N/2, and a bar for the conjugate, the real one is X_k = S + T and
/// X_(M−k) = conj(S − T), where 2 S = Z_k + conj(Z_(M−k)) comes from even samples and
/// 2 T = −i exp(−2πik/N) (Z_k − conj(Z_(M−k))) from odd ones. The inverse is the same with the other sign
/// of i, and without the halves the unscaled one.
///
/// - Thread: any; all but making and freeing is real-time safe.
/// - SeeAlso: Press et al., "Numerical Recipes", section 12.3, "FFT of single real function".
struct HalfSpectrum: ~Copyable, Sendable {
  /// −i exp(−2πik/N) for k from 0 below M/2, and one more.
  private let twiddles: Matrix
  /// What the step needs, for an audio thread too; valid as long as this is.
  let view: View

  /// - Parameter length: N, even.
  init(length: Int) {
    let half = length / 2
    let count = half / 2 + 2
    twiddles = Matrix(rowCount: 2 * count, columnCount: 1)
    let values = UnsafeMutableRawPointer(twiddles.column(0))
      .assumingMemoryBound(to: SIMD2<Float>.self)
    for index in 0..<count {
      let angle = 2 * Double.pi * Double(index) / Double(length)
      values[index] = SIMD2(Float(-sin(angle)), Float(-cos(angle)))
    }
    view = View(half: half, twiddles: UnsafePointer(values))
  }

  struct View: @unchecked Sendable {
    /// M.
    fileprivate let half: Int
    fileprivate let twiddles: UnsafePointer<SIMD2<Float>>
  }
}

extension HalfSpectrum.View {
  /// Makes M + 1 bins of the real spectrum out of M of the complex one, in place.
  @_noLocks
  func separate(_ spectrum: UnsafeMutableRawPointer) {
    let bins = spectrum.assumingMemoryBound(to: SIMD2<Float>.self)
    let first = bins[0]
    combine(bins, scale: 0.5, direction: 1)
    if half % 2 == 0 { bins[half / 2].y = -bins[half / 2].y }
    bins[0] = SIMD2(first.x + first.y, 0)
    bins[half] = SIMD2(first.x - first.y, 0)
  }

  /// Makes M bins of the complex spectrum, times two, out of M + 1 of the real one, in place.
  @_noLocks
  func join(_ spectrum: UnsafeMutableRawPointer) {
    let bins = spectrum.assumingMemoryBound(to: SIMD2<Float>.self)
    let (first, last) = (bins[0].x, bins[half].x)
    combine(bins, scale: 1, direction: -1)
    if half % 2 == 0 { bins[half / 2] = bins[half / 2] * SIMD2(2, -2) }
    bins[0] = SIMD2(first + last, first - last)
  }

  /// All pairs of bins k and M − k but the first and the middle one; two pairs at a time.
  @_noLocks @inline(__always)
  private func combine(
    _ bins: UnsafeMutablePointer<SIMD2<Float>>, scale: Float, direction: Float
  ) {
    let end = (half &+ 1) / 2
    let conjugate = SIMD4<Float>(1, -1, 1, -1)
    let turn = SIMD4<Float>(-direction, direction, -direction, direction)
    var bin = 1
    while bin &+ 1 < end {
      let low = UnsafeMutableRawPointer(bins + bin)
      let high = UnsafeMutableRawPointer(bins + (half &- bin &- 1))
      let t = UnsafeRawPointer(twiddles + bin).loadUnaligned(as: SIMD4<Float>.self)
      let a = low.loadUnaligned(as: SIMD4<Float>.self)
      let h = high.loadUnaligned(as: SIMD4<Float>.self)
      let b = SIMD4(h.z, h.w, h.x, h.y) * conjugate
      let (sum, difference) = (a + b, a - b)
      let crossed = SIMD4(difference.y, difference.x, difference.w, difference.z) * turn
      let product =
        SIMD4(t.x, t.x, t.z, t.z) * difference + SIMD4(t.y, t.y, t.w, t.w) * crossed
      low.storeBytes(of: (sum + product) * scale, as: SIMD4<Float>.self)
      let mirrored = (sum - product) * (conjugate * scale)
      high.storeBytes(
        of: SIMD4(mirrored.z, mirrored.w, mirrored.x, mirrored.y), as: SIMD4<Float>.self)
      bin &+= 2
    }
    if bin < end {
      let t = twiddles[bin]
      let (a, h) = (bins[bin], bins[half &- bin])
      let b = SIMD2(h.x, -h.y)
      let (sum, difference) = (a + b, a - b)
      let crossed = SIMD2(-difference.y, difference.x) * direction
      let product = difference * t.x + crossed * t.y
      bins[bin] = (sum + product) * scale
      bins[half &- bin] = (sum - product) * SIMD2(scale, -scale)
    }
  }
}
