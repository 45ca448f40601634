import DivisiDSP

/// The magnitudes of a recording by band, frame by frame.
///
/// - Thread: any, once it is filled.
final class BandSpectrum: Sendable {
  /// Where the frames lie.
  let grid: TimeGrid
  /// How many there are.
  var frameCount: Int { values.columnCount }
  /// Bands × frames; a sinusoid of amplitude 1 is 0.5.
  let values: Matrix

  /// What 95 % of the frames' largest values do not exceed.
  ///
  /// - Complexity: O(frames · (bands + log frames)).
  var reference: Float {
    LevelPooling.reference((0..<frameCount).map { values.maximum(ofColumns: $0..<$0 + 1) })
  }

  private let filter: BandFilter
  private let stft: STFT
  private let scale: Float

  /// Frames that one piece of work transforms.
  private static let chunk = 64

  /// Magnitudes that are all 0 yet.
  ///
  /// - Parameters:
  ///   - sampleCount: of each channel.
  ///   - channelCount: their powers are added, and shared by their number.
  ///   - grid: of the sample rate of the channels.
  ///   - bands: in which magnitudes are summed.
  init(sampleCount: Int, channelCount: Int, grid: TimeGrid, bands: Bands) {
    self.grid = grid
    values = Matrix(
      rowCount: bands.count, columnCount: grid.frameCount(sampleCount: sampleCount))
    filter = BandFilter(bands, grid: grid)
    stft = STFT(grid: grid)
    scale = 2 / Float(grid.windowLength) / Float(max(1, channelCount)).squareRoot()
  }

  /// - Parameter channels: planar samples of a whole recording, of equal length.
  convenience init(channels: [[Float]], grid: TimeGrid, bands: Bands, parallel: Parallel) {
    self.init(
      sampleCount: channels.first?.count ?? 0, channelCount: channels.count, grid: grid,
      bands: bands)
    fill(from: SoundStretch(whole: channels, grid: grid), parallel: parallel)
  }

  /// Transforms the frames of a stretch.
  ///
  /// - Complexity: O(frames · channels · window · log window).
  func fill(from stretch: SoundStretch, parallel: Parallel) {
    let frames = stretch.frames
    parallel((frames.count + Self.chunk - 1) / Self.chunk) { piece in
      let buffer = stft.makeBuffer()
      var power = [Float](repeating: 0, count: grid.binCount)
      let first = frames.lowerBound + piece * Self.chunk
      power.withUnsafeMutableBufferPointer { power in
        for index in first..<min(first + Self.chunk, frames.upperBound) {
          stretch.formPower(ofFrame: index, stft: stft, buffer: buffer, to: power.baseAddress!)
          filter.magnitudes(
            ofPower: power.baseAddress!, scale: scale, into: values.column(index))
        }
      }
    }
  }
}
