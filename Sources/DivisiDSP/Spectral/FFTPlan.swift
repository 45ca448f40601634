internal import CFFTW
import Synchronization

/// FFTW's planner is not thread-safe; executing plans is.
let planner = Mutex(())

/// A pair of real FFTs of one length, forward and inverse.
///
/// Planned by estimate rather than by measurement: a measured plan depends on the clock, and
/// another plan rounds differently, so that the same command would not always give the same bytes.
/// The inverse is not scaled.
///
/// - Thread: made and freed anywhere; `forward` and `inverse` may run at once on any threads, each
///   with buffers of its own.
public final class FFTPlan: @unchecked Sendable {
  /// Samples in time.
  public let length: Int

  let forwardPlan: OpaquePointer
  let inversePlan: OpaquePointer

  /// - Precondition: the length is even and positive.
  public init(length: Int) {
    precondition(length > 0 && length % 2 == 0, "FFT of \(length) samples")
    self.length = length
    let time = FFTBuffer(length: length)
    (forwardPlan, inversePlan) = planner.withLock { _ in
      (
        fftwf_plan_dft_r2c_1d(Int32(length), time.time, time.complex, FFTW_ESTIMATE),
        fftwf_plan_dft_c2r_1d(Int32(length), time.complex, time.time, FFTW_ESTIMATE)
      )
    }
  }

  deinit {
    planner.withLock { _ in
      fftwf_destroy_plan(forwardPlan)
      fftwf_destroy_plan(inversePlan)
    }
  }

  /// Transforms `buffer.time` into `buffer.spectrum`.
  public func forward(_ buffer: FFTBuffer) {
    fftwf_execute_dft_r2c(forwardPlan, buffer.time, buffer.complex)
  }

  /// Transforms `buffer.spectrum` into `buffer.time`, times the length; the spectrum's contents are
  /// lost.
  public func inverse(_ buffer: FFTBuffer) {
    fftwf_execute_dft_c2r(inversePlan, buffer.complex, buffer.time)
  }
}

/// The two ends of a real FFT, aligned as FFTW wants them.
public final class FFTBuffer: @unchecked Sendable {
  /// Samples, as many as the FFT is long.
  public let time: UnsafeMutablePointer<Float>
  /// Bins, length / 2 + 1 pairs of real and imaginary part.
  public let spectrum: UnsafeMutablePointer<SIMD2<Float>>

  let complex: UnsafeMutablePointer<fftwf_complex>

  /// Makes buffers of zeros for an FFT of some samples.
  public init(length: Int) {
    let binCount = length / 2 + 1
    time = fftwf_alloc_real(length)
    complex = fftwf_alloc_complex(binCount)
    spectrum = UnsafeMutableRawPointer(complex).bindMemory(
      to: SIMD2<Float>.self, capacity: binCount)
    time.update(repeating: 0, count: length)
    spectrum.update(repeating: .zero, count: binCount)
  }

  deinit {
    fftwf_free(time)
    fftwf_free(complex)
  }
}
