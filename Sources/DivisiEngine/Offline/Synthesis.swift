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
    of channels: [[Float]], stft: STFT, model: ConvolutiveNMF, mask: WienerMask, parallel: Parallel
  ) -> [[[Float]]] {
    stems(of: channels, stft: stft, partCount: mask.partCount, parallel: parallel) {
      mask.compute(from: model, frame: $0, into: $1, scratch: $2)
    }
  }

  /// The same with masks from elsewhere.
  ///
  /// - Parameter fill: writes the masks of a frame, K × parts; the last argument is scratch of K × 2.
  static func stems(
    of channels: [[Float]], stft: STFT, partCount: Int, parallel: Parallel,
    masks fill: @escaping @Sendable (_ frame: Int, borrowing Matrix, borrowing Matrix) -> Void
  ) -> [[[Float]]] {
    let grid = stft.grid
    let sampleCount = channels[0].count
    let frameCount = grid.frameCount(sampleCount: sampleCount)
    let stemCount = partCount * channels.count
    let outputs = (0..<stemCount).map { _ in
      let output = UnsafeMutableBufferPointer<Float>.allocate(capacity: sampleCount)
      output.initialize(repeating: 0)
      return output
    }
    nonisolated(unsafe) let results = outputs
    let chunk = max(minimumChunk, grid.windowLength / grid.hopSize + 1)
    let chunks = (frameCount + chunk - 1) / chunk
    // Neighbouring chunks overlap in the signal: even ones first, then odd ones, no two of either
    // overlapping.
    for parity in 0..<2 {
      parallel((chunks + 1 - parity) / 2) { pair in
        let first = (2 * pair + parity) * chunk
        let masks = Matrix(rowCount: grid.binCount, columnCount: partCount)
        let scratch = Matrix(rowCount: grid.binCount, columnCount: 2)
        let analysis = stft.makeBuffer()
        let synthesis = stft.makeBuffer()
        for frame in first..<min(first + chunk, frameCount) {
          fill(frame, masks, scratch)
          for (index, channel) in channels.enumerated() {
            channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: analysis) }
            for part in 0..<partCount {
              let gains = masks.column(part)
              for bin in 0..<grid.binCount {
                synthesis.spectrum[bin] = analysis.spectrum[bin] * gains[bin]
              }
              stft.overlapAdd(synthesis, frame: frame, to: results[part * channels.count + index])
            }
          }
        }
      }
    }
    parallel(stemCount) { stft.normalise(results[$0]) }
    return (0..<partCount).map { part in
      channels.indices.map { channel in
        // Freed one by one, so that only one stem is ever there twice.
        let output = outputs[part * channels.count + channel]
        defer { output.deallocate() }
        return Array(output)
      }
    }
  }
}
