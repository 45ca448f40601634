public import DivisiDSP

/// What a mosaic is made of: all frames of one or more recordings.
public final class MosaicSource: Sendable {
  /// Where frames lie.
  public let grid: TimeGrid
  /// Channels of the mosaic.
  public let channelCount: Int
  let stft: STFT
  let templates: MosaicTemplates
  /// How loud each bin is.
  let loudness: [Float]
  /// A column for each frame: for each channel K pairs of real and imaginary part.
  let spectra: Matrix

  /// Memory that a source takes, in bytes.
  public static func memoryEstimate(
    sampleCount: Int, sampleRate: Double, channelCount: Int, settings: MosaicSettings
  ) -> Int {
    let grid = grid(sampleRate: sampleRate, settings)
    return 4 * grid.frameCount(sampleCount: sampleCount) * grid.binCount * (1 + 2 * channelCount)
  }

  private static func grid(sampleRate: Double, _ settings: MosaicSettings) -> TimeGrid {
    TimeGrid(
      sampleRate: sampleRate, resolution: settings.windowLength,
      hopAtResolution: settings.hopSize)
  }

  /// Analyses recordings.
  ///
  /// - Parameters:
  ///   - recordings: recordings[recording][channel], all with one number of channels; silence lies between them.
  ///   - sampleRate: of the target, and of all recordings.
  /// - Complexity: O(samples · log window).
  public init(
    _ recordings: [[[Float]]], sampleRate: Double, settings: MosaicSettings, parallel: Parallel
  ) {
    let grid = Self.grid(sampleRate: sampleRate, settings)
    let stft = STFT(grid: grid)
    let gap = settings.restraints.continuity / 2 + 1
    let counts = recordings.map { grid.frameCount(sampleCount: $0[0].count) }
    let frames = counts.reduce(0) { $0 + $1 + gap } - gap
    let channels = recordings[0].count
    let spectra = Matrix(rowCount: 2 * grid.binCount * channels, columnCount: frames)
    let magnitudes = Matrix(rowCount: grid.binCount, columnCount: frames)
    var first = 0
    for (recording, count) in zip(recordings, counts) {
      for channel in 0..<channels {
        Self.analyse(
          recording[channel], stft, frames: first..<first + count, to: spectra, channel: channel,
          adding: magnitudes, parallel: parallel)
      }
      first += count + gap
    }
    let scale = Float(1) / Float(channels)
    for frame in 0..<frames {
      let column = magnitudes.column(frame)
      for bin in 0..<grid.binCount { column[bin] = (scale * column[bin]).squareRoot() }
    }
    self.grid = grid
    self.stft = stft
    loudness = Loudness.weights(grid)
    channelCount = channels
    self.spectra = spectra
    templates = MosaicTemplates(magnitudes)
  }

  /// Spectra of a channel, and their power added to that of others.
  private static func analyse(
    _ samples: [Float], _ stft: STFT, frames: Range<Int>, to spectra: borrowing Matrix,
    channel: Int, adding power: borrowing Matrix, parallel: Parallel
  ) {
    let K = stft.grid.binCount
    let blockLength = 64
    let scale = 2 / Float(stft.grid.windowLength)
    nonisolated(unsafe) let (target, sum) = (spectra.column(0) + 2 * K * channel, power.column(0))
    let (stride, sumStride) = (spectra.columnStride, power.columnStride)
    parallel((frames.count + blockLength - 1) / blockLength) { block in
      let buffer = stft.makeBuffer()
      samples.withUnsafeBufferPointer { samples in
        for index in block * blockLength..<min(frames.count, (block + 1) * blockLength) {
          stft.analyse(samples, frame: index, into: buffer)
          let column = target + (frames.lowerBound + index) * stride
          let powers = sum + (frames.lowerBound + index) * sumStride
          for bin in 0..<K {
            let value = buffer.spectrum[bin] * scale
            column[2 * bin] = value.x
            column[2 * bin + 1] = value.y
            powers[bin] += value.x * value.x + value.y * value.y
          }
        }
      }
    }
  }

  /// S, with the silence between recordings.
  public var frameCount: Int { templates.count }

  /// The magnitudes of a frame, K values.
  public func magnitudes(ofFrame frame: Int) -> [Float] {
    let column = templates.values.column(frame)
    return (0..<grid.binCount).map { column[$0] * templates.sums[frame] }
  }
}
