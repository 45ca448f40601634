/// The oracle: what a separation by masks would give if every part were known.
///
/// M_s = |S_s|^α ⊘ Σ |S_s|^α from the STFTs of the true stems, applied to the mixture. It is a ceiling
/// for models that mask the mixture's STFT, on the same grid and with the same exponent, though not a
/// strict one: BSS Eval forgives filters that a mask does not have.
///
/// - SeeAlso: Vincent, Gribonval & Plumbley, "Oracle estimators for the benchmarking of source
///   separation algorithms", Signal Processing 2007.
public enum IdealRatioMask {
  /// Separates a mixture by the masks of its true stems.
  ///
  /// - Parameters:
  ///   - mixture: one channel.
  ///   - references: the true stems, each as long as the mixture; at least one.
  ///   - grid: the STFT.
  ///   - exponent: α, above 0; 2 for powers.
  ///   - parallel: where the work runs; the samples do not depend on it.
  /// - Returns: one estimate per reference; where all references are silent in a bin, all share it.
  /// - Complexity: O(S · samples · window / hop · log window).
  public static func estimates(
    of mixture: [Float], references: [[Float]], grid: TimeGrid, exponent: Float,
    parallel: Parallel = sequentially
  ) -> [[Float]] {
    precondition(
      references.allSatisfy { $0.count == mixture.count },
      "references of \(references.map(\.count)) samples for a mixture of \(mixture.count)")
    let sampleCount = mixture.count
    let sources = references.count
    let stft = STFT(grid: grid)
    let frameCount = grid.frameCount(sampleCount: sampleCount)
    let samples = SharedValues(repeating: Float(0), count: sources * sampleCount)
    @Sendable func output(_ source: Int) -> UnsafeMutableBufferPointer<Float> {
      UnsafeMutableBufferPointer(
        start: samples.values(from: source * sampleCount), count: sampleCount)
    }
    // No sharing of masks between bins: every bin is known.
    let mask = WienerMask(
      partCount: sources, exponent: exponent, hasResidual: false, extrapolationBins: 0..<0)
    // Neighbouring chunks overlap in the signal: even ones first, then odd ones.
    let chunk = max(64, grid.windowLength / grid.hopSize + 1)
    let chunks = (frameCount + chunk - 1) / chunk
    for parity in 0..<2 {
      parallel((chunks + 1 - parity) / 2) { pair in
        let first = (2 * pair + parity) * chunk
        let buffer = stft.makeBuffer()
        let masked = stft.makeBuffer()
        let masks = Matrix(rowCount: grid.binCount, columnCount: sources)
        let scratch = Matrix(rowCount: grid.binCount, columnCount: 2)
        for frame in first..<min(first + chunk, frameCount) {
          for (source, reference) in references.enumerated() {
            reference.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
            let column = masks.column(source)
            for bin in 0..<grid.binCount {
              let value = buffer.spectrum[bin]
              // A floor of −300 dB, so that bins where nothing sounds are shared.
              column[bin] = (value * value).sum().squareRoot() + 1e-15
            }
          }
          scratch.column(0).update(repeating: 0, count: scratch.columnStride)
          mask.share(
            V: scratch.column(0), fitted: grid.binCount, masks: masks.column(0),
            stride: masks.columnStride, binCount: grid.binCount, total: scratch.column(0),
            largest: scratch.column(1))
          mixture.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
          for source in 0..<sources {
            let gains = masks.column(source)
            for bin in 0..<grid.binCount {
              masked.spectrum[bin] = buffer.spectrum[bin] * gains[bin]
            }
            stft.overlapAdd(masked, frame: frame, to: output(source))
          }
        }
      }
    }
    parallel(sources) { stft.normalise(output($0)) }
    return (0..<sources).map { Array(output($0)) }
  }
}
