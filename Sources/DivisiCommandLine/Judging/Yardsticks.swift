import DivisiDSP
import DivisiEngine

/// What scores are held against: the best that masks could do, and nothing done at all.
struct Yardsticks {
  /// The ideal ratio mask's, by part.
  let oracle: [String: Scores]
  /// Those of the mixture as the estimate of every part.
  let mixture: [String: Scores]

  var meanOracle: Scores { .mean(of: oracle.values) }
  var meanMixture: Scores { .mean(of: mixture.values) }

  /// Masks each channel by the true stems of that channel.
  ///
  /// - Parameter mixture: all channels, or those of them that are compared; as long as the references.
  static func measure(
    _ references: References, mixture: [[Float]], grid: TimeGrid, exponent: Double,
    parallel: Parallel
  ) -> Yardsticks {
    let mixture = references.channelUse.applied(to: mixture)
    let names = references.stems.keys.sorted()
    let channels = mixture.indices.map { channel in
      IdealRatioMask.estimates(
        of: mixture[channel], references: names.map { references.stems[$0]![channel] }, grid: grid,
        exponent: Float(exponent), parallel: parallel)
    }
    func scores(_ estimate: (Int) -> [[Float]]) -> [String: Scores] {
      let estimates = names.indices.map { (names[$0], estimate($0)) }
      return references.scores(
        stems: Dictionary(uniqueKeysWithValues: estimates), parallel: parallel)
    }
    return Yardsticks(
      oracle: scores { part in channels.map { $0[part] } }, mixture: scores { _ in mixture })
  }
}
