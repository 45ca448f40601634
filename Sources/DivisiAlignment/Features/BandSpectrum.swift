import DivisiDSP

/// The magnitudes of a recording by band, frame by frame.
///
/// - Thread: any; unchanging once made.
final class BandSpectrum: Sendable {
  /// Where the frames lie.
  let grid: TimeGrid
  /// How many there are.
  var frameCount: Int { values.columnCount }
  /// Bands × frames; a sinusoid of amplitude 1 is 0.5.
  let values: Matrix

  /// Frames that one piece of work transforms.
  private static let chunk = 64

  /// - Parameters:
  ///   - channels: planar samples, of equal length; their powers are added, and shared by their number.
  ///   - grid: of the sample rate of the channels.
  ///   - bands: in which magnitudes are summed.
  /// - Complexity: O(frames · channels · window · log window).
  init(
    channels: [[Float]], grid: TimeGrid, bands: Bands, parallel: Parallel
  ) {
    let frameCount = grid.frameCount(sampleCount: channels.first?.count ?? 0)
    let values = Matrix(rowCount: bands.count, columnCount: frameCount)
    let filter = BandFilter(bands, grid: grid)
    let stft = STFT(grid: grid)
    let scale = 2 / Float(grid.windowLength) / Float(max(1, channels.count)).squareRoot()
    parallel((frameCount + Self.chunk - 1) / Self.chunk) { piece in
      let buffer = stft.makeBuffer()
      var power = [Float](repeating: 0, count: grid.binCount)
      let first = piece * Self.chunk
      power.withUnsafeMutableBufferPointer { power in
        for index in first..<min(first + Self.chunk, frameCount) {
          power.update(repeating: 0)
          for channel in channels {
            channel.withUnsafeBufferPointer {
              stft.analyse($0, frame: index, into: buffer)
            }
            SpectrumKernels.addPower(
              of: buffer.spectrum, to: power.baseAddress!, count: grid.binCount)
          }
          filter.magnitudes(
            ofPower: power.baseAddress!, scale: scale, into: values.column(index))
        }
      }
    }
    self.grid = grid
    self.values = values
  }
}
