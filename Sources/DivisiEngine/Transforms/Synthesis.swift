import DivisiDSP

/// Turns masks back into sound, one stem per part.
enum Synthesis {
  /// Frames that are resynthesised together at least; constant, so that sums never depend on the
  /// number of threads.
  private static let minimumChunk = 64

  /// Applies each part's mask to the mixture's STFT and inverts it.
  ///
  /// - Returns: stems[part][channel], as long as the recording.
  static func stems(
    of channels: [[Float]], stft: STFT, model: ConvolutiveNMF, mask: WienerMask,
    covariances: SpatialCovariances? = nil, parallel: Parallel
  ) -> [[[Float]]] {
    stems(
      of: channels, stft: stft, partCount: mask.partCount, covariances: covariances,
      parallel: parallel
    ) {
      mask.compute(from: model, frame: $0, into: $1, scratch: $2)
    }
  }

  /// Writes the masks of a frame, K × parts; the last argument is scratch of K × (2 + parts).
  typealias Masks = @Sendable (_ frame: Int, borrowing Matrix, borrowing Matrix) -> Void

  /// The same with masks from elsewhere.
  ///
  /// - Parameter covariances: where the parts lie; nil where each mask serves all channels alike.
  static func stems(
    of channels: [[Float]], stft: STFT, partCount: Int, covariances: SpatialCovariances? = nil,
    parallel: Parallel, masks fill: @escaping Masks
  ) -> [[[Float]]] {
    let stemCount = partCount * channels.count
    let stems = signals(count: stemCount, length: channels[0].count) { stems in
      nonisolated(unsafe) let results = stems
      parallel(stemCount) { results[$0].initialize(repeating: 0) }
      let frameCount = stft.grid.frameCount(sampleCount: channels[0].count)
      let chunk = max(minimumChunk, stft.grid.windowLength / stft.grid.hopSize + 1)
      let chunks = (frameCount + chunk - 1) / chunk
      // Neighbouring chunks overlap in the signal: even ones first, then odd ones, no two of either
      // overlapping.
      for parity in 0..<2 {
        parallel((chunks + 1 - parity) / 2) { pair in
          let first = (2 * pair + parity) * chunk
          add(
            first..<min(first + chunk, frameCount), of: channels, stft: stft, partCount: partCount,
            covariances: covariances, masks: fill, to: results)
        }
      }
      parallel(stemCount) { stft.normalise(results[$0]) }
    }
    return (0..<partCount).map { Array(stems[$0 * channels.count..<($0 + 1) * channels.count]) }
  }

  /// Adds some frames to all stems, channel after channel of each part; silent masks are left out.
  private static func add(
    _ frames: Range<Int>, of channels: [[Float]], stft: STFT, partCount: Int,
    covariances: SpatialCovariances?, masks fill: Masks,
    to stems: [UnsafeMutableBufferPointer<Float>]
  ) {
    if let covariances {
      return addImages(
        frames, of: channels, stft: stft, partCount: partCount, covariances: covariances,
        masks: fill, to: stems)
    }
    let binCount = stft.grid.binCount
    let masks = Matrix(rowCount: binCount, columnCount: partCount)
    let scratch = Matrix(rowCount: binCount, columnCount: 2 + partCount)
    let analysis = stft.makeBuffer()
    let synthesis = stft.makeBuffer()
    for frame in frames {
      fill(frame, masks, scratch)
      for (index, channel) in channels.enumerated() {
        channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: analysis) }
        for part in 0..<partCount {
          let gains = UnsafeMutableBufferPointer(start: masks.column(part), count: binCount)
          guard gains.contains(where: { $0 != 0 }) else { continue }
          SpectrumKernels.multiply(
            analysis.spectrum, by: gains.baseAddress!, to: synthesis.spectrum, count: binCount)
          stft.overlapAdd(synthesis, frame: frame, to: stems[part * channels.count + index])
        }
      }
    }
  }

  /// The same where parts lie in different places.
  private static func addImages(
    _ frames: Range<Int>, of channels: [[Float]], stft: STFT, partCount: Int,
    covariances: SpatialCovariances, masks fill: Masks,
    to stems: [UnsafeMutableBufferPointer<Float>]
  ) {
    let analysis = SpatialAnalysis.Frame(
      stft: stft, channelCount: channels.count, partCount: partCount)
    let synthesis = stft.makeBuffer()
    for frame in frames {
      analysis.solve(frame, of: channels, covariances, masks: fill)
      for part in 0..<partCount where analysis.sounds(part) {
        for channel in channels.indices {
          analysis.frame.image(
            of: part, channel: channel, in: covariances.view, mask: analysis.masks.column(part),
            to: synthesis.spectrum)
          stft.overlapAdd(synthesis, frame: frame, to: stems[part * channels.count + channel])
        }
      }
    }
  }

  /// Signals that a piece of work initialises.
  private static func signals(
    count: Int, length: Int, after buffers: [UnsafeMutableBufferPointer<Float>] = [],
    _ work: ([UnsafeMutableBufferPointer<Float>]) -> Void
  ) -> [[Float]] {
    guard buffers.count < count else {
      work(buffers)
      return []
    }
    var rest: [[Float]] = []
    let signal = [Float](unsafeUninitializedCapacity: length) { buffer, initializedCount in
      preferLargePages(UnsafeMutableRawBufferPointer(buffer))
      initializedCount = length
      let all = UnsafeMutableBufferPointer(rebasing: buffer[..<length])
      rest = signals(count: count, length: length, after: buffers + [all], work)
    }
    return [signal] + rest
  }
}
