internal import Glibc

/// BSS Eval version 3: how much of an estimated stem is its true stem, how much the other stems,
/// and how much neither.
///
/// A stem may be delayed and filtered by up to 512 taps without counting as wrong: the estimate is
/// projected onto the delayed copies of its own reference (the target), then onto those of all
/// references; the difference is interference, what remains are artifacts. The numbers agree with
/// `bss_eval_sources` of mir_eval, without its search for the best order, to 1e-4 dB.
///
/// - SeeAlso: Vincent, Gribonval & Févotte, "Performance measurement in blind audio source
///   separation", IEEE TASLP 2006, sections III.B and IV.
public enum BSSEval {
  /// How good one estimate is, in decibels; higher is better.
  public struct Scores: Sendable, Equatable {
    /// Signal to distortion: target against interference and artifacts together.
    public let sdrDecibels: Double
    /// Signal to interference: target against what leaks from the other references; infinite if
    /// there are none.
    public let sirDecibels: Double
    /// Signal to artifacts: what the references explain against what they do not.
    public let sarDecibels: Double
  }

  /// The taps of the distortion filters that published figures use.
  public static let standardFilterLength = 512

  /// Scores estimates against the references at the same index.
  ///
  /// A pair of which either is silent has no scores, and takes no part in those of the others.
  ///
  /// - Parameters:
  ///   - references: the true stems, one channel each.
  ///   - estimates: the separated stems, in the same order.
  ///   - filterLength: taps of the filters that a stem may have passed.
  ///   - parallel: where the work runs; the scores do not depend on it.
  /// - Precondition: there are as many estimates as references, all of one length; the filter has
  ///   at least one tap.
  /// - Complexity: O(S² · samples · log taps + (S · taps)³) for S pairs.
  public static func evaluate(
    references: [[Float]], estimates: [[Float]], filterLength: Int = standardFilterLength,
    parallel: Parallel = sequentially
  ) -> [Scores?] {
    precondition(
      references.count == estimates.count,
      "\(references.count) references for \(estimates.count) estimates")
    precondition(filterLength > 0, "filters of \(filterLength) taps")
    let lengths = Set((references + estimates).map(\.count))
    precondition(lengths.count <= 1, "signals of different lengths \(lengths.sorted())")
    let audible = references.indices.filter { index in
      references[index].contains { $0 != 0 } && estimates[index].contains { $0 != 0 }
    }
    guard !audible.isEmpty else { return references.map { _ in nil } }
    let energies = decompose(
      references: audible.map { references[$0] }, estimates: audible.map { estimates[$0] },
      filterLength: filterLength, parallel: parallel)
    var result = [Scores?](repeating: nil, count: references.count)
    for (index, energies) in zip(audible, energies) { result[index] = Scores(energies) }
    return result
  }

  private static func decompose(
    references: [[Float]], estimates: [[Float]], filterLength: Int, parallel: Parallel
  ) -> [ProjectionEnergies] {
    let layout = BlockLayout(sampleCount: references[0].count, filterLength: filterLength)
    let plan = DoubleFFTPlan(length: layout.fftLength)
    let correlations = LagCorrelations(
      references: references, estimates: estimates, lagCount: filterLength, plan: plan,
      parallel: parallel)
    let together = DistortionFilters(
      correlations: correlations, sources: Array(references.indices), parallel: parallel)
    let filters = references.indices.map { index in
      let alone = DistortionFilters(
        correlations: correlations, sources: [index], parallel: parallel)
      return ProjectionEnergies.Filters(
        own: alone.filters(estimate: index)[0], all: together.filters(estimate: index))
    }
    return ProjectionEnergies.measure(
      references: references, estimates: estimates, filters: filters, plan: plan,
      parallel: parallel)
  }
}

extension BSSEval.Scores {
  init(_ energies: ProjectionEnergies) {
    sdrDecibels = decibelRatio(energies.target, over: energies.distortion)
    sirDecibels = decibelRatio(energies.target, over: energies.interference)
    sarDecibels = decibelRatio(energies.projection, over: energies.artifacts)
  }
}

/// The ratio of two energies; infinite where there is nothing below the line.
func decibelRatio(_ energy: Double, over other: Double) -> Double {
  other > 0 ? 10 * log10(energy / other) : .infinity
}
