import DivisiDSP

/// How close one part comes to the truth or, as a mean, how close several do; nil where a measure has
/// no value.
struct Scores: Encodable, Equatable {
  let sdrDecibels: Double?
  let sirDecibels: Double?
  let sarDecibels: Double?
  let siSdrDecibels: Double?
  /// Of speech, about 0 to 1; nil where it was not asked for.
  var stoi: Double?
  /// Those of each channel, of which these are the mean, where a part has several; nil for a channel
  /// that does not count.
  var channelScores: [Scores?]?

  /// The measures by the names that tables have for them.
  static let measures: [(title: String, path: any KeyPath<Scores, Double?> & Sendable)] = [
    ("SDR", \.sdrDecibels), ("SIR", \.sirDecibels), ("SAR", \.sarDecibels),
    ("SI-SDR", \.siSdrDecibels),
  ]

  /// The mean of each measure over the parts, or channels, that have it.
  static func mean(of scores: some Sequence<Scores>) -> Scores {
    func mean(_ measure: KeyPath<Scores, Double?>) -> Double? {
      let values = scores.compactMap { $0[keyPath: measure] }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    return Scores(
      sdrDecibels: mean(\.sdrDecibels), sirDecibels: mean(\.sirDecibels),
      sarDecibels: mean(\.sarDecibels), siSdrDecibels: mean(\.siSdrDecibels), stoi: mean(\.stoi))
  }

  /// Scores parts against the references at the same index, channel by channel.
  ///
  /// A channel in which a reference is silent does not count for its part. A part that is silent in a
  /// channel that counts has no scores, nor has one of which no channel counts.
  ///
  /// - Parameters:
  ///   - references: the channels of each true stem.
  ///   - estimates: the channels of each part; as many, and as long.
  ///   - speechRate: sample rate of speech, whose intelligibility is measured too; nil for other sound.
  /// - Returns: the mean over channels of each part.
  static func measure(
    references: [[[Float]]], estimates: [[[Float]]], speechRate: Int? = nil, parallel: Parallel
  ) -> [Scores?] {
    let audible = references.map(audibleChannels)
    let channelCount = references.first?.count ?? 0
    let channels = (0..<channelCount).map { channel in
      // A part that does not count in a channel is no rival there either.
      let parts = references.indices.filter { audible[$0].contains(channel) }
      let scores = measure(
        references: parts.map { references[$0][channel] },
        estimates: parts.map { estimates[$0][channel] }, speechRate: speechRate,
        parallel: parallel)
      return Dictionary(uniqueKeysWithValues: zip(parts, scores))
    }
    return references.indices.map { part in
      let scores = channels.map { $0[part] ?? nil }
      guard !audible[part].isEmpty, audible[part].allSatisfy({ scores[$0] != nil }) else {
        return nil
      }
      if scores.count == 1 { return scores[0] }
      var mean = mean(of: scores.compactMap { $0 })
      mean.channelScores = scores
      return mean
    }
  }

  /// A channel this far below the loudest one of the same stem is silent, as a share of its energy:
  /// 60 dB. It would hold rounding and dither, which no separation has to find.
  private static let silentShare = 1e-6

  /// The channels of a stem in which it can be heard; none of a silent one.
  static func audibleChannels(of channels: [[Float]]) -> [Int] {
    let energies = channels.map { $0.reduce(0) { $0 + Double($1) * Double($1) } }
    let loudest = energies.max() ?? 0
    return energies.indices.filter {
      energies[$0] > 0 && energies[$0] >= silentShare * loudest
    }
  }

  /// The scores of single channels; nil where either is silent.
  private static func measure(
    references: [[Float]], estimates: [[Float]], speechRate: Int?, parallel: Parallel
  ) -> [Scores?] {
    let evaluated = BSSEval.evaluate(
      references: references, estimates: estimates, parallel: parallel)
    return references.indices.map { index in
      guard let scores = evaluated[index] else { return nil }
      return Scores(
        sdrDecibels: scores.sdrDecibels.finite, sirDecibels: scores.sirDecibels.finite,
        sarDecibels: scores.sarDecibels.finite,
        siSdrDecibels: ScaleInvariantSDR.decibels(
          reference: references[index], estimate: estimates[index])?.finite,
        stoi: speechRate.flatMap {
          STOI.score(
            reference: references[index], estimate: estimates[index], sampleRate: $0)
        })
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
