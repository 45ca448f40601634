internal import CFFTW
internal import Glibc

/// The STFT of a stream: one frame at a time, from and to ring buffers.
///
/// The same transform as ``STFT``, where all frames that reach a sample exist; the synthesis window
/// already contains what ``STFT/normalise(_:)`` divides by. It owns its memory.
///
/// - Thread: ``analyse(_:mask:frame:)`` and ``overlapAdd(to:mask:frame:)`` on one thread at a time,
///   real-time safe.
public struct StreamTransform: ~Copyable {
  /// Where the frames lie.
  public let grid: TimeGrid
  /// K values after ``analyse(_:mask:frame:)``; ``overlapAdd(to:mask:frame:)`` destroys them.
  public let spectrum: UnsafeMutablePointer<SIMD2<Float>>

  private let plan: Unmanaged<FFTPlan>
  private let buffer: Unmanaged<FFTBuffer>
  private let view: FFTPlan.View
  private let time: UnsafeMutablePointer<Float>
  private let pairs: UnsafeMutablePointer<fftwf_complex>
  private let complex: UnsafeMutablePointer<fftwf_complex>
  private let analysisWindow: UnsafeMutablePointer<Float>
  private let synthesisWindow: UnsafeMutablePointer<Float>

  /// - Complexity: O(window); plans two FFTs.
  public init(grid: TimeGrid) {
    self.grid = grid
    let length = grid.windowLength
    let plan = FFTPlan(length: length)
    let buffer = FFTBuffer(length: length)
    view = plan.view
    time = buffer.time
    pairs = buffer.pairs
    spectrum = buffer.spectrum
    complex = buffer.complex
    self.plan = .passRetained(plan)
    self.buffer = .passRetained(buffer)
    analysisWindow = .allocate(capacity: length)
    synthesisWindow = .allocate(capacity: length)
    let window = (0..<length).map { index in
      Float(0.5 - 0.5 * cos(2 * Double.pi * Double(index) / Double(length)))
    }
    _ = UnsafeMutableBufferPointer(start: analysisWindow, count: length).initialize(from: window)
    var gains = [Float](repeating: 0, count: grid.hopSize)
    for index in 0..<length { gains[index % grid.hopSize] += window[index] * window[index] }
    for index in 0..<length {
      let gain = gains[index % grid.hopSize] * Float(length)
      (synthesisWindow + index).initialize(to: window[index] / gain)
    }
  }

  deinit {
    plan.release()
    buffer.release()
    analysisWindow.deallocate()
    synthesisWindow.deallocate()
  }

  /// Transforms one frame of a signal into ``spectrum``.
  ///
  /// - Parameters:
  ///   - signal: a ring; sample n is at n & mask.
  ///   - mask: length of the ring, a power of two not below the window, minus 1.
  ///   - frame: the index on the grid; may be negative.
  @_noLocks
  public func analyse(_ signal: UnsafePointer<Float>, mask: Int, frame: Int) {
    let length = grid.windowLength
    let start = (frame &* grid.hopSize &- length / 2) & mask
    // The ring in two pieces, each of which is contiguous.
    let before = min(length, mask &+ 1 &- start)
    SpectrumKernels.multiply(signal + start, by: analysisWindow, to: time, count: before)
    SpectrumKernels.multiply(
      signal, by: analysisWindow + before, to: time + before, count: length &- before)
    view.forward(pairs, complex)
  }

  /// Inverts ``spectrum`` and adds it to a signal under construction.
  @_noLocks
  public func overlapAdd(to signal: UnsafeMutablePointer<Float>, mask: Int, frame: Int) {
    view.inverse(complex, pairs)
    let length = grid.windowLength
    let start = (frame &* grid.hopSize &- length / 2) & mask
    let before = min(length, mask &+ 1 &- start)
    SpectrumKernels.addProduct(time, synthesisWindow, to: signal + start, count: before)
    SpectrumKernels.addProduct(
      time + before, synthesisWindow + before, to: signal, count: length &- before)
  }
}
