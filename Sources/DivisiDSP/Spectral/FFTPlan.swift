internal import CFFTW
import Synchronization

/// FFTW's planner is not thread-safe; executing plans is.
let planner = Mutex(())

/// A pair of real FFTs of one length, forward and inverse.
///
/// Each is a complex FFT of half the length, which FFTW does more than twice as fast as a real one, and
/// one pass that takes even and odd samples apart: with its window, a frame of 2048 samples takes 1.9 µs
/// in place of 2.7.
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

  /// The same transform for an audio thread; valid as long as the plan.
  let view: View
  private let halfSpectrum: HalfSpectrum

  /// - Precondition: the length is even and positive.
  public init(length: Int) {
    precondition(length > 0 && length % 2 == 0, "FFT of \(length) samples")
    self.length = length
    let buffer = FFTBuffer(length: length)
    let half = length / 2
    let (forward, inverse) = planner.withLock { _ in
      (
        fftwf_plan_dft_1d(
          Int32(half), buffer.pairs, buffer.complex, FFTW_FORWARD, FFTW_ESTIMATE)!,
        fftwf_plan_dft_1d(
          Int32(half), buffer.complex, buffer.pairs, FFTW_BACKWARD, FFTW_ESTIMATE)!
      )
    }
    halfSpectrum = HalfSpectrum(length: length)
    view = View(forwardPlan: forward, inversePlan: inverse, spectrum: halfSpectrum.view)
  }

  deinit {
    planner.withLock { _ in
      fftwf_destroy_plan(view.forwardPlan)
      fftwf_destroy_plan(view.inversePlan)
    }
  }

  /// Transforms `buffer.time` into `buffer.spectrum`.
  public func forward(_ buffer: FFTBuffer) { view.forward(buffer.pairs, buffer.complex) }

  /// Transforms `buffer.spectrum` into `buffer.time`, times the length; the spectrum's contents are
  /// lost.
  public func inverse(_ buffer: FFTBuffer) { view.inverse(buffer.complex, buffer.pairs) }

  /// What a transform needs to run.
  struct View: @unchecked Sendable {
    let forwardPlan: OpaquePointer
    let inversePlan: OpaquePointer
    let spectrum: HalfSpectrum.View

    /// - Parameters:
    ///   - time: the samples, two by two.
    ///   - result: K bins.
    @_noLocks
    func forward(
      _ time: UnsafeMutablePointer<fftwf_complex>, _ result: UnsafeMutablePointer<fftwf_complex>
    ) {
      divisi_transform(forwardPlan, time, result)
      spectrum.separate(UnsafeMutableRawPointer(result))
    }

    /// - Parameters:
    ///   - bins: K of them; lost.
    ///   - time: the samples, two by two.
    @_noLocks
    func inverse(
      _ bins: UnsafeMutablePointer<fftwf_complex>, _ time: UnsafeMutablePointer<fftwf_complex>
    ) {
      spectrum.join(UnsafeMutableRawPointer(bins))
      divisi_transform(inversePlan, bins, time)
    }
  }
}

/// The two ends of a real FFT, aligned as FFTW wants them.
public final class FFTBuffer: @unchecked Sendable {
  /// Samples, as many as the FFT is long.
  public let time: UnsafeMutablePointer<Float>
  /// Bins, length / 2 + 1 pairs of real and imaginary part.
  public let spectrum: UnsafeMutablePointer<SIMD2<Float>>

  /// ``time``, two samples by two.
  let pairs: UnsafeMutablePointer<fftwf_complex>
  let complex: UnsafeMutablePointer<fftwf_complex>

  /// Makes buffers of zeros for an FFT of some samples.
  public init(length: Int) {
    let binCount = length / 2 + 1
    pairs = fftwf_alloc_complex(max(length / 2, 1))
    time = UnsafeMutableRawPointer(pairs).bindMemory(to: Float.self, capacity: length)
    complex = fftwf_alloc_complex(binCount)
    spectrum = UnsafeMutableRawPointer(complex).bindMemory(
      to: SIMD2<Float>.self, capacity: binCount)
    time.update(repeating: 0, count: length)
    spectrum.update(repeating: .zero, count: binCount)
  }

  deinit {
    fftwf_free(pairs)
    fftwf_free(complex)
  }
}
