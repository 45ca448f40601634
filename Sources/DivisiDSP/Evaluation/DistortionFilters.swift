/// The filters that bring some references closest to an estimate, in the least-squares sense.
///
/// Solves the normal equations: their matrix holds the inner products of all delayed references and
/// is block-Toeplitz and symmetric.
struct DistortionFilters: ~Copyable {
  private let correlations: LagCorrelations
  private let sources: [Int]
  private let factor: CholeskyFactor

  /// Factors the normal equations for some of the references.
  ///
  /// References whose delayed copies depend on each other, such as a pure tone or two equal stems,
  /// leave no unique filters. The diagonal is then raised until the matrix can be factored, which
  /// picks filters that are small; the error this leaves in a projection is 120 dB below its
  /// reference.
  ///
  /// - Complexity: O((sources · taps)³).
  init(correlations: LagCorrelations, sources: [Int], parallel: Parallel) {
    self.correlations = correlations
    self.sources = sources
    factor = Self.factor(correlations, sources: sources, parallel: parallel)
  }

  private static func factor(
    _ correlations: LagCorrelations, sources: [Int], parallel: Parallel
  ) -> CholeskyFactor {
    let lagCount = correlations.lagCount
    var ridge = 0.0
    while true {
      let matrix = CholeskyFactor.Matrix(order: sources.count * lagCount)
      for (row, i) in sources.enumerated() {
        for (column, j) in sources.enumerated().prefix(row + 1) {
          let (ij, ji) = (
            Array(correlations.lags(reference: i, signal: j)),
            Array(correlations.lags(reference: j, signal: i))
          )
          for a in 0..<lagCount {
            let values = matrix.row(row * lagCount + a) + column * lagCount
            for b in 0..<lagCount { values[b] = a >= b ? ij[a &- b] : ji[b &- a] }
          }
        }
        for a in 0..<lagCount {
          let index = row * lagCount + a
          matrix.row(index)[index] *= 1 + ridge
        }
      }
      if let factor = CholeskyFactor(consuming: matrix, parallel: parallel) { return factor }
      ridge = ridge == 0 ? 1e-12 : 10 * ridge
    }
  }

  /// The filters for one estimate, one per source.
  func filters(estimate: Int) -> [[Double]] {
    let signal = correlations.referenceCount + estimate
    let products = sources.flatMap { correlations.lags(reference: $0, signal: signal) }
    let solution = factor.solve(products)
    let lagCount = correlations.lagCount
    return sources.indices.map { Array(solution[$0 * lagCount..<($0 + 1) * lagCount]) }
  }
}
