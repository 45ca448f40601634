import DivisiDSP

/// Finds out where the parts of a recording lie, from what masks make of its channels.
enum SpatialAnalysis {
  /// How often covariances are found from what those before gave: the second gains 2 dB on panned, dry
  /// recordings, the third 0.5, and neither loses 0.1 in rooms.
  static let roundCount = 3
  /// More channels are masked alike: no recording has so many of one place.
  private static let channelRange = 2...8
  /// Groups of frames that are summed on their own; constant, so that sums never depend on the number of
  /// threads.
  private static let groupCount = 8

  /// Frames that overlap by three quarters are enough: more of them say the same again.
  private static let overlap = 4

  /// Whether a recording of so many channels has places.
  static func applies(channelCount: Int) -> Bool { channelRange.contains(channelCount) }

  /// Bytes that ``covariances(of:stft:partCount:parallel:masks:)`` takes at its peak.
  static func memoryEstimate(binCount: Int, channelCount: Int, partCount: Int) -> Double {
    let values = binCount * (partCount + 1) * channelCount * channelCount
    return 4 * Double(values) * Double(groupCount + 3)
  }

  /// - Parameter model: fitted to the recording.
  static func covariances(
    of channels: [[Float]], stft: STFT, model: ConvolutiveNMF, mask: WienerMask,
    parallel: Parallel
  ) -> SpatialCovariances {
    covariances(of: channels, stft: stft, partCount: mask.partCount, parallel: parallel) {
      mask.compute(from: model, frame: $0, into: $1, scratch: $2)
    }
  }

  /// - Parameters:
  ///   - channels: the recording.
  ///   - fill: writes the masks of a frame.
  /// - Complexity: O(rounds · (frames · (window · log window + masks) + K · C² · parts)).
  static func covariances(
    of channels: [[Float]], stft: STFT, partCount: Int, parallel: Parallel,
    masks fill: @escaping Synthesis.Masks
  ) -> SpatialCovariances {
    let frameCount = stft.grid.frameCount(sampleCount: channels[0].count)
    var result = SpatialCovariances(
      binCount: stft.grid.binCount, channelCount: channels.count, partCount: partCount)
    let step = max(1, stft.grid.windowLength / (overlap * stft.grid.hopSize))
    let count = (frameCount + step - 1) / step
    let groups = (0..<groupCount).map {
      count * $0 / groupCount..<count * ($0 + 1) / groupCount
    }
    for _ in 0..<roundCount {
      let covariances = result
      let sums = groups.map { _ in Sums(like: covariances, grid: stft.grid) }
      parallel(groupCount) { group in
        let analysis = Frame(stft: stft, channelCount: channels.count, partCount: partCount)
        for frame in groups[group] {
          analysis.solve(frame * step, of: channels, covariances, masks: fill)
          sums[group].values.add(
            analysis.frame, covariances.view, masks: analysis.masks.column(0))
        }
      }
      for other in sums.dropFirst() { sums[0].values.add(other.values) }
      result = sums[0].values.covariances()
    }
    return result
  }

  /// Sums that one group of frames adds to.
  private final class Sums: Sendable {
    let values: SpatialSums

    init(like covariances: SpatialCovariances, grid: TimeGrid) {
      values = SpatialSums(like: covariances, grid: grid)
    }
  }

  /// What one thread needs for a frame.
  struct Frame: ~Copyable {
    let masks: Matrix
    let frame: SpatialFrame
    private let scratch: Matrix
    private let buffer: FFTBuffer
    private let stft: STFT

    init(stft: STFT, channelCount: Int, partCount: Int) {
      self.stft = stft
      masks = Matrix(rowCount: stft.grid.binCount, columnCount: partCount)
      scratch = Matrix(rowCount: stft.grid.binCount, columnCount: 2 + partCount)
      frame = SpatialFrame(binCount: stft.grid.binCount, channelCount: channelCount)
      buffer = stft.makeBuffer()
    }

    /// Takes a frame of all channels and solves it.
    func solve(
      _ index: Int, of channels: [[Float]], _ covariances: SpatialCovariances,
      masks fill: Synthesis.Masks
    ) {
      fill(index, masks, scratch)
      for (channel, samples) in channels.enumerated() {
        samples.withUnsafeBufferPointer { stft.analyse($0, frame: index, into: buffer) }
        frame.take(buffer.spectrum, channel: channel)
      }
      frame.solve(covariances.view, masks: masks.column(0))
    }

    /// Whether a part has any share in the frame.
    func sounds(_ part: Int) -> Bool {
      UnsafeMutableBufferPointer(start: masks.column(part), count: masks.rowCount)
        .contains { $0 != 0 }
    }
  }
}
