import DivisiDSP
import DivisiEngine

/// What scores are held against: the best that masks could do, and nothing done at all.
struct Yardsticks {
  /// The ideal ratio mask's, by part.
  let oracle: [String: Scores]
  /// Those of the mixture as the estimate of every part.
  let baseline: [String: Scores]

  var meanOracle: Scores { .mean(of: oracle.values) }
  var meanBaseline: Scores { .mean(of: baseline.values) }

  /// - Parameters:
  ///   - references: one channel by part.
  ///   - mixture: one channel, as long as they.
  static func measure(
    references: [String: [Float]], mixture: [Float], grid: TimeGrid, exponent: Double,
    parallel: Parallel
  ) -> Yardsticks {
    let names = references.keys.sorted()
    let truth = names.map { references[$0]! }
    func byName(_ estimates: [[Float]]) -> [String: Scores] {
      let scores = Scores.measure(references: truth, estimates: estimates, parallel: parallel)
      return Dictionary(
        uniqueKeysWithValues: zip(names, scores).compactMap { name, scores in
          scores.map { (name, $0) }
        })
    }
    return Yardsticks(
      oracle: byName(
        IdealRatioMask.estimates(
          of: mixture, references: truth, grid: grid, exponent: Float(exponent), parallel: parallel)
      ),
      baseline: byName(names.map { _ in mixture }))
  }
}
