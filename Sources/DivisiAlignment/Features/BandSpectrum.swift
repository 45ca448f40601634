import DivisiDSP

/// The magnitudes of a recording by semitone, frame by frame.
///
/// - Thread: any; unchanging once made.
final class BandSpectrum: Sendable {
  /// Where the frames lie.
  let grid: TimeGrid
  /// The frames that it holds.
  let frames: Range<Int>
  /// Bands × frames; a sinusoid of amplitude 1 is 0.5.
  let values: Matrix

  /// Frames that one piece of work transforms.
  private static let chunk = 64

  /// - Parameters:
  ///   - channels: planar samples, of equal length; their powers are added, and shared by their number.
  ///   - grid: of the sample rate of the channels.
  ///   - tuningCents: against A4 = 440 Hz.
  ///   - frames: which of the grid; nil for all of the recording.
  /// - Complexity: O(frames · channels · window · log window).
  init(
    channels: [[Float]], grid: TimeGrid, tuningCents: Double, frames: Range<Int>? = nil,
    parallel: Parallel
  ) {
    let all = 0..<grid.frameCount(sampleCount: channels.first?.count ?? 0)
    let frames = frames?.clamped(to: all) ?? all
    let values = Matrix(rowCount: SemitoneBands.count, columnCount: frames.count)
    let bands = SemitoneBands(grid: grid, tuningCents: tuningCents)
    let stft = STFT(grid: grid)
    let scale = 2 / Float(grid.windowLength) / Float(max(1, channels.count)).squareRoot()
    parallel((frames.count + Self.chunk - 1) / Self.chunk) { piece in
      let buffer = stft.makeBuffer()
      var power = [Float](repeating: 0, count: grid.binCount)
      let first = piece * Self.chunk
      power.withUnsafeMutableBufferPointer { power in
        for index in first..<min(first + Self.chunk, frames.count) {
          power.update(repeating: 0)
          for channel in channels {
            channel.withUnsafeBufferPointer {
              stft.analyse($0, frame: frames.lowerBound + index, into: buffer)
            }
            SpectrumKernels.addPower(
              of: buffer.spectrum, to: power.baseAddress!, count: grid.binCount)
          }
          bands.magnitudes(
            ofPower: power.baseAddress!, scale: scale, into: values.column(index))
        }
      }
    }
    self.grid = grid
    self.frames = frames
    self.values = values
  }
}
