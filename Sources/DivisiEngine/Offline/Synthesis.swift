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
    let grid = stft.grid
    let sampleCount = channels[0].count
    let frameCount = grid.frameCount(sampleCount: sampleCount)
    let stemCount = mask.partCount * channels.count
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
        let masks = Matrix(rowCount: grid.binCount, columnCount: mask.partCount)
        let scratch = Matrix(rowCount: grid.binCount, columnCount: 2)
        let analysis = stft.makeBuffer()
        let synthesis = stft.makeBuffer()
        for frame in first..<min(first + chunk, frameCount) {
          mask.compute(from: model, frame: frame, into: masks, scratch: scratch)
          for (index, channel) in channels.enumerated() {
            channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: analysis) }
            for part in 0..<mask.partCount {
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
    return (0..<mask.partCount).map { part in
      channels.indices.map { channel in
        // Freed one by one, so that only one stem is ever there twice.
        let output = outputs[part * channels.count + channel]
        defer { output.deallocate() }
        return Array(output)
      }
    }
  }
}
