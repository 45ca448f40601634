internal import CFFTW

/// A pair of real FFTs of one length in double precision, where sums of squares have to be exact to
/// many digits; sound is transformed by ``FFTPlan``.
///
/// The inverse is not scaled.
///
/// - Thread: made and freed anywhere; `forward` and `inverse` may run at once on any threads, each
///   with buffers of its own.
final class DoubleFFTPlan: @unchecked Sendable {
  private let forwardPlan: OpaquePointer
  private let inversePlan: OpaquePointer

  /// - Precondition: the length is even and positive.
  init(length: Int) {
    precondition(length > 0 && length % 2 == 0, "FFT of \(length) samples")
    let buffer = DoubleFFTBuffer(length: length)
    (forwardPlan, inversePlan) = planner.withLock { _ in
      (
        fftw_plan_dft_r2c_1d(Int32(length), buffer.time, buffer.complex, FFTW_ESTIMATE),
        fftw_plan_dft_c2r_1d(Int32(length), buffer.complex, buffer.time, FFTW_ESTIMATE)
      )
    }
  }

  deinit {
    planner.withLock { _ in
      fftw_destroy_plan(forwardPlan)
      fftw_destroy_plan(inversePlan)
    }
  }

  /// Transforms `buffer.time` into `buffer.spectrum`.
  func forward(_ buffer: DoubleFFTBuffer) {
    fftw_execute_dft_r2c(forwardPlan, buffer.time, buffer.complex)
  }

  /// Transforms `buffer.spectrum` into `buffer.time`, times the length; the spectrum's contents are
  /// lost.
  func inverse(_ buffer: DoubleFFTBuffer) {
    fftw_execute_dft_c2r(inversePlan, buffer.complex, buffer.time)
  }
}

/// The two ends of a real FFT in double precision.
final class DoubleFFTBuffer: @unchecked Sendable {
  let length: Int
  /// Pairs of real and imaginary part, length / 2 + 1.
  let binCount: Int
  let time: UnsafeMutablePointer<Double>
  let spectrum: UnsafeMutablePointer<SIMD2<Double>>

  fileprivate let complex: UnsafeMutablePointer<fftw_complex>

  /// Makes buffers of zeros.
  init(length: Int) {
    self.length = length
    binCount = length / 2 + 1
    time = fftw_alloc_real(length)
    complex = fftw_alloc_complex(binCount)
    spectrum = UnsafeMutableRawPointer(complex).bindMemory(
      to: SIMD2<Double>.self, capacity: binCount)
    time.update(repeating: 0, count: length)
    spectrum.update(repeating: .zero, count: binCount)
  }

  deinit {
    fftw_free(time)
    fftw_free(complex)
  }

  /// Puts `count` samples of a signal into `time`, then zeros; zeros as well outside the signal.
  func load(_ signal: [Float], from start: Int, count: Int) {
    assert(count <= length, "\(count) samples into \(length)")
    let lower = min(max(0, -start), count)
    let upper = max(lower, min(count, signal.count - start))
    time.update(repeating: 0, count: lower)
    for index in lower..<upper { time[index] = Double(signal[start &+ index]) }
    (time + upper).update(repeating: 0, count: length - upper)
  }
}
