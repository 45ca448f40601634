import DivisiDSP

/// How close one part comes to the truth or, as a mean, how close several do; nil where a measure has
/// no value.
struct Scores: Encodable {
  let sdrDecibels: Double?
  let sirDecibels: Double?
  let sarDecibels: Double?
  let siSdrDecibels: Double?

  /// The measures by the names that tables have for them.
  static let measures: [(title: String, path: any KeyPath<Scores, Double?> & Sendable)] = [
    ("SDR", \.sdrDecibels), ("SIR", \.sirDecibels), ("SAR", \.sarDecibels),
    ("SI-SDR", \.siSdrDecibels),
  ]

  /// The mean of each measure over the parts that have it.
  static func mean(of scores: some Sequence<Scores>) -> Scores {
    func mean(_ measure: KeyPath<Scores, Double?>) -> Double? {
      let values = scores.compactMap { $0[keyPath: measure] }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    return Scores(
      sdrDecibels: mean(\.sdrDecibels), sirDecibels: mean(\.sirDecibels),
      sarDecibels: mean(\.sarDecibels), siSdrDecibels: mean(\.siSdrDecibels))
  }

  /// Scores signals against the references at the same index; nil for a silent one.
  static func measure(references: [[Float]], estimates: [[Float]], parallel: Parallel) -> [Scores?]
  {
    let evaluated = BSSEval.evaluate(
      references: references, estimates: estimates, parallel: parallel)
    return references.indices.map { index in
      guard let scores = evaluated[index] else { return nil }
      return Scores(
        sdrDecibels: scores.sdrDecibels.finite, sirDecibels: scores.sirDecibels.finite,
        sarDecibels: scores.sarDecibels.finite,
        siSdrDecibels: ScaleInvariantSDR.decibels(
          reference: references[index], estimate: estimates[index])?.finite)
    }
  }
}

extension Double {
  /// No audio format reaches such a ratio: what is above it is the rounding of infinity.
  private static let limitDecibels = 150.0

  /// The number, or nil where it is infinite: a part without rivals suffers no interference, a
  /// mixture has no artifacts.
  fileprivate var finite: Double? { abs(self) < Self.limitDecibels ? self : nil }
}
