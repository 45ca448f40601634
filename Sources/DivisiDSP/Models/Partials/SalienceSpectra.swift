internal import Glibc

/// Spectra in which the partials of quiet tones stand out beside those of loud ones, and peaks are narrow: compressed
/// magnitudes of a window that is padded with as many zeros.
///
/// - Thread: any, once made.
public final class SalienceSpectra: Sendable {
  /// Magnitudes are raised to this power.
  private static let exponent: Float = 0.35
  private static let padding = 2

  private let values: Matrix
  private let hertzPerBin: Double

  /// - Parameters:
  ///   - channels: planar samples of equal length; their powers are summed.
  ///   - grid: where frames lie, and how long the window is before it is padded.
  ///   - highest: no frequency above this is kept, in hertz.
  /// - Complexity: O(frames · window · log window); 4 bytes for each bin below `highest` of each frame.
  public init(
    of channels: [[Float]], grid: TimeGrid, highest: Double, parallel: Parallel = sequentially
  ) {
    let length = Self.padding * grid.windowLength
    let stft = STFT(grid: grid, padding: Self.padding)
    hertzPerBin = grid.sampleRate / Double(length)
    let binCount = min(length / 2 + 1, Int(highest / hertzPerBin) + 2)
    let frameCount = grid.frameCount(sampleCount: channels[0].count)
    values = Matrix(rowCount: binCount, columnCount: frameCount)
    let columns = values.view
    let chunk = 32
    parallel((frameCount + chunk - 1) / chunk) { index in
      let buffer = stft.makeBuffer()
      for frame in index * chunk..<min((index + 1) * chunk, frameCount) {
        let column = UnsafeMutablePointer(mutating: columns.column(frame))
        for channel in channels {
          channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
          SpectrumKernels.addPower(of: buffer.spectrum, to: column, count: binCount)
        }
        for bin in 0..<binCount { column[bin] = powf(column[bin], Self.exponent / 2) }
      }
    }
  }

  /// N.
  public var frameCount: Int { values.columnCount }

  /// What is at a frequency in a frame, between two bins; 0 above the highest.
  public func value(atHertz hertz: Double, frame: Int) -> Float {
    let position = Float(hertz / hertzPerBin)
    let bin = Int(position)
    guard bin + 1 < values.rowCount else { return 0 }
    let column = values.column(frame)
    return column[bin] + (position - Float(bin)) * (column[bin + 1] - column[bin])
  }
}
