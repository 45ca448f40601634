import DivisiDSP

extension ConvolutiveNMF {
  /// A factorisation in which everything is open: the units of each source, one source after the other.
  ///
  /// - Parameters:
  ///   - counts: how many units each source has; entries of a source belong to the part of its index.
  ///   - fill: gets each template to be filled, K values.
  convenience init(
    sources counts: [Int], in V: Spectrogram, beta: Double, parallel: @escaping Parallel,
    _ fill: (_ unit: Int, _ column: UnsafeMutablePointer<Float>, _ binCount: Int) -> Void
  ) {
    let support = BinBlocks.full(binCount: V.binCount)
    let templates = Templates(
      binCount: V.binCount, supports: counts.flatMap { Array(repeating: support, count: $0) },
      frameCount: 1)
    for unit in 0..<templates.componentCount {
      fill(unit, templates.frame(0, ofComponent: unit), V.binCount)
    }
    let rows = counts.enumerated().flatMap { part, count in
      (0..<count).map { _ in
        var row = ActivationPattern.Row(frameCount: V.frameCount)
        row.open(0..<V.frameCount, part: part)
        return row
      }
    }
    self.init(
      spectrogram: V, templates: templates,
      pattern: ActivationPattern(rows: rows, frameCount: V.frameCount),
      divergence: Divergence(beta: Float(beta)), parallel: parallel)
  }
}
