internal import Glibc

/// The short-time Fourier transform on a ``TimeGrid``, and its least-squares inverse.
///
/// The window is a periodic Hann window, for analysis and synthesis.
///
/// - Thread: one frame at a time per `FFTBuffer`; distinct buffers may be used at once.
/// - SeeAlso: Griffin & Lim, "Signal estimation from modified short-time Fourier transform", IEEE
///   TASSP 1984, eq. 6.
public final class STFT: Sendable {
  /// Where the frames lie.
  public let grid: TimeGrid

  private let window: [Float]
  private let plan: FFTPlan
  private let length: Int

  /// - Complexity: O(window); plans two FFTs.
  public convenience init(grid: TimeGrid) { self.init(grid: grid, padding: 1) }

  /// - Parameter padding: by what factor zeros lengthen a window before it is transformed; above 1 there is no inverse.
  init(grid: TimeGrid, padding: Int) {
    self.grid = grid
    length = padding * grid.windowLength
    window = (0..<grid.windowLength).map { index in
      let phase = 2 * Double.pi * Double(index) / Double(grid.windowLength)
      return Float(0.5 - 0.5 * cos(phase))
    }
    plan = FFTPlan(length: length)
  }

  /// A buffer of the length that ``analyse(_:frame:into:)`` needs.
  public func makeBuffer() -> FFTBuffer { FFTBuffer(length: length) }

  /// Transforms one frame of a signal into `buffer.spectrum`.
  ///
  /// - Parameters:
  ///   - signal: the whole signal; zero is assumed outside it.
  ///   - frame: the index on the grid.
  ///   - buffer: from ``makeBuffer()``.
  /// - Complexity: O(window · log window); allocates nothing.
  public func analyse(_ signal: UnsafeBufferPointer<Float>, frame: Int, into buffer: FFTBuffer) {
    let first = frame * grid.hopSize - grid.windowLength / 2
    let lower = min(max(0, -first), grid.windowLength)
    let upper = max(lower, min(grid.windowLength, signal.count - first))
    let time = buffer.time
    time.update(repeating: 0, count: lower)
    if lower < upper, let samples = signal.baseAddress {
      window.withUnsafeBufferPointer { window in
        SpectrumKernels.multiply(
          samples + (first + lower), by: window.baseAddress! + lower, to: time + lower,
          count: upper - lower)
      }
    }
    (time + upper).update(repeating: 0, count: length - upper)
    plan.forward(buffer)
  }

  /// Adds one frame, given as `buffer.spectrum`, to a signal under construction.
  ///
  /// Once all frames are added, ``normalise(_:)`` turns the sum into the least-squares estimate.
  ///
  /// - Parameters:
  ///   - buffer: the spectrum; its contents are lost.
  ///   - frame: the index on the grid.
  ///   - signal: as long as the original.
  /// - Complexity: O(window · log window); allocates nothing.
  public func overlapAdd(
    _ buffer: FFTBuffer, frame: Int, to signal: UnsafeMutableBufferPointer<Float>
  ) {
    plan.inverse(buffer)
    let first = frame * grid.hopSize - grid.windowLength / 2
    let lower = max(0, -first)
    let upper = min(grid.windowLength, signal.count - first)
    guard lower < upper, let samples = signal.baseAddress else { return }
    window.withUnsafeBufferPointer { window in
      SpectrumKernels.addProduct(
        buffer.time + lower, window.baseAddress! + lower, to: samples + (first + lower),
        count: upper - lower)
    }
  }

  /// Divides a sum of frames by the sum of squared windows and by the length of the FFT.
  ///
  /// - Complexity: O(samples + window² / hop).
  public func normalise(_ signal: UnsafeMutableBufferPointer<Float>) {
    let half = grid.windowLength / 2
    let frames = grid.frameCount(sampleCount: signal.count)
    // Between these, all frames that reach a sample exist, and the sum repeats with the hop.
    let start = min(half, signal.count)
    let end = max(start, min(signal.count, (frames - 1) * grid.hopSize - half))
    for index in 0..<start { signal[index] /= gain(at: index, frames: frames) }
    let period = (start..<start + min(grid.hopSize, end - start)).map {
      gain(at: $0, frames: frames)
    }
    for first in stride(from: start, to: end, by: grid.hopSize) {
      for offset in 0..<min(grid.hopSize, end - first) {
        signal[first &+ offset] /= period[offset]
      }
    }
    for index in end..<signal.count { signal[index] /= gain(at: index, frames: frames) }
  }

  /// What a sum of frames is too large by at a sample.
  private func gain(at index: Int, frames: Int) -> Float {
    let half = grid.windowLength / 2
    let firstFrame = max(0, (index - half) / grid.hopSize)
    let lastFrame = min(frames - 1, (index + half) / grid.hopSize)
    var sum: Float = 0
    for frame in firstFrame...max(firstFrame, lastFrame) {
      let offset = index - frame * grid.hopSize + half
      if offset >= 0 && offset < grid.windowLength { sum += window[offset] * window[offset] }
    }
    return sum * Float(grid.windowLength)
  }
}
