import DivisiDSP
import Testing

@testable import DivisiCommandLine

/// Parts that are panned are judged channel by channel.
@Suite struct ScoresTests {
  private static let sampleCount = 6000
  private let left = noise(seed: 1)
  private let right = noise(seed: 2)
  private let silence = [Float](repeating: 0, count: sampleCount)

  /// Seeded noise within ±0.5.
  private static func noise(seed: UInt64) -> [Float] {
    var state = seed
    return (0..<sampleCount).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24) - 0.5
    }
  }

  private func sum(_ a: [Float], _ b: [Float], gain: Float = 1) -> [Float] {
    zip(a, b).map { $0 + gain * $1 }
  }

  private func measure(_ references: [[[Float]]], _ estimates: [[[Float]]]) -> [Scores?] {
    Scores.measure(references: references, estimates: estimates, parallel: sequentially)
  }

  /// One part in each channel: separation has nothing to do, and scores say so.
  @Test func partsPannedHardAreWonByWhoeverSeparatesThem() throws {
    let truth = [[left, silence], [silence, right]]
    let faint = Self.noise(seed: 3)
    let estimates = truth.map { $0.map { sum($0, faint, gain: 0.001) } }
    for (part, channel) in zip(measure(truth, estimates), [0, 1]) {
      let scores = try #require(part)
      #expect(try #require(scores.sdrDecibels) > 55)
      #expect(try #require(scores.siSdrDecibels) > 55)
      let channels = try #require(scores.channelScores)
      #expect(channels[1 - channel] == nil)
      #expect(channels[channel]?.sdrDecibels == scores.sdrDecibels)
    }
  }

  /// Averaged to one channel, both parts would sound in the mixture, and so would one that is out of phase
  /// with itself be silent.
  @Test func yardsticksKnowThePan() throws {
    let opposite = left.map { -$0 }
    let references = References(
      stems: ["left": [left, silence], "right": [silence, right], "wide": [left, opposite]],
      otherChannelCounts: [2])
    #expect(references.channelUse == .separately)
    #expect(measure([[left, opposite]], [[left, opposite]])[0]?.channelScores?.count == 2)
    let panned = References(
      stems: ["left": [left, silence], "right": [silence, right]], otherChannelCounts: [2])
    let yardsticks = Yardsticks.measure(
      panned, mixture: [left, right],
      grid: TimeGrid(sampleRate: 44_100, windowLength: 2048, hopSize: 512), exponent: 2,
      parallel: sequentially)
    for name in ["left", "right"] {
      // Nothing else sounds in its channel, so the mixture is the part itself, beyond what is finite.
      let mixture = try #require(yardsticks.mixture[name])
      #expect(mixture.sdrDecibels.map { $0 > 100 } ?? true)
      let oracle = try #require(yardsticks.oracle[name])
      #expect(oracle.sdrDecibels.map { $0 > 60 } ?? true)
    }
  }

  @Test func aScoreIsTheMeanOfTheChannels() throws {
    let estimate = [sum(left, right, gain: 0.1), sum(right, left, gain: 0.01)]
    let stereo = try #require(measure([[left, right]], [estimate])[0])
    let single = try (0..<2).map { channel in
      try #require(measure([[[left, right][channel]]], [[estimate[channel]]])[0])
    }
    #expect(single.allSatisfy { $0.channelScores == nil })
    #expect(stereo.channelScores == single)
    for (_, measure) in Scores.measures {
      let values = single.compactMap { $0[keyPath: measure] }
      let mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      #expect(stereo[keyPath: measure] == mean)
    }
    #expect(try #require(stereo.sdrDecibels) > 25)
  }

  /// Dither 98 dB down is no part of the music; 40 dB down is.
  @Test func whatIsFarBelowTheOtherChannelIsSilent() {
    let dither = left.map { $0 * 1e-5 }
    #expect(Scores.audibleChannels(of: [left, dither]) == [0])
    #expect(Scores.audibleChannels(of: [dither, left]) == [1])
    #expect(Scores.audibleChannels(of: [left, left.map { $0 * 0.01 }]) == [0, 1])
    #expect(Scores.audibleChannels(of: [dither]) == [0])
    #expect(Scores.audibleChannels(of: [silence, silence]).isEmpty)
  }

  /// To leave out what is hard would otherwise be a way to win.
  @Test func aPartThatIsMissingInAChannelHasNoScores() {
    #expect(measure([[left, right]], [[left, silence]])[0] == nil)
    #expect(measure([[left, silence]], [[left, silence]])[0] != nil)
    #expect(measure([[silence, silence]], [[left, right]])[0] == nil)
  }

  @Test func filesOfSeveralChannelCountsAreAveraged() throws {
    let references = References(
      stems: ["a": [left], "b": [right, right]], otherChannelCounts: [2, 2])
    #expect(references.channelUse == .averaged)
    #expect(references.channelCount == 1)
    #expect(references.remarks.count == 1)
    #expect(references.remarks[0].contains("averaged"))
    #expect(references.stems["b"] == [right])
    let scores = references.scores(
      stems: ["a": [left, left], "b": [right, right]], parallel: sequentially)
    // A perfect estimate is off by the rounding of the projection alone.
    #expect(scores["a"] != nil && scores["b"]?.channelScores == nil)
    let same = References(stems: ["a": [left, right]], otherChannelCounts: [2])
    #expect(same.channelUse == .separately && same.remarks.isEmpty)
    #expect(References(stems: ["a": [left, right]], otherChannelCounts: [1]).channelCount == 1)
  }

  @Test func silentChannelsAreSaid() {
    let references = References(
      stems: ["kick": [left, silence], "pad": [left, right], "rest": [silence, silence]],
      otherChannelCounts: [2])
    #expect(
      references.remarks == [
        "kick: the reference is silent in channel 2, which the scores leave out"
      ])
  }

  /// Means pass over what has no value.
  @Test func meansPassOverWhatHasNoValue() {
    func scores(_ sdr: Double?, _ sir: Double?) -> Scores {
      Scores(sdrDecibels: sdr, sirDecibels: sir, sarDecibels: nil, siSdrDecibels: 1)
    }
    let mean = Scores.mean(of: [scores(2, nil), scores(4, 7)])
    #expect(mean == Scores(sdrDecibels: 3, sirDecibels: 7, sarDecibels: nil, siSdrDecibels: 1))
    #expect(Scores.mean(of: []).sdrDecibels == nil)
  }
}
