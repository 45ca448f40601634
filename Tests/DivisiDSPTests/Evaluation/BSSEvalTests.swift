import DivisiDSP
import DivisiTestSupport
import Foundation
import Testing

/// What BSS Eval promises of any signals.
///
/// The signals are noise, each in a third of its own: their delayed copies are then orthogonal
/// exactly, and every expected score is a ratio of energies.
struct BSSEvalTests {
  private static let taps = 16
  private static let third = 1000
  private static let sampleCount = 3 * third

  private let a = noise(in: 0)
  private let b = noise(in: 1)
  private let error = noise(in: 2)

  private static func noise(in part: Int, third: Int = third) -> [Float] {
    var generator = SeededGenerator(seed: UInt64(part))
    var signal = [Float](repeating: 0, count: 3 * third)
    for index in part * third..<(part + 1) * third - taps {
      signal[index] = generator.nextUnit() - 0.5
    }
    return signal
  }

  private func evaluate(_ references: [[Float]], _ estimates: [[Float]]) -> [BSSEval.Scores?] {
    BSSEval.evaluate(references: references, estimates: estimates, filterLength: Self.taps)
  }

  private func mix(_ x: [Float], _ gain: Float, _ y: [Float]) -> [Float] {
    zip(x, y).map { $0 + gain * $1 }
  }

  private func energy(_ signal: [Float]) -> Double {
    signal.reduce(0) { $0 + Double($1) * Double($1) }
  }

  private func decibels(_ x: [Float], over y: [Float]) -> Double {
    10 * log10(energy(x) / energy(y))
  }

  @Test func aPerfectEstimateScoresHigh() throws {
    for score in evaluate([a, b], [a, b]) {
      let score = try #require(score)
      #expect(score.sdrDecibels > 120)
      #expect(score.sirDecibels > 120)
      #expect(score.sarDecibels > 120)
    }
  }

  @Test func aFilteredReferenceIsNoError() throws {
    var filter = [Float](repeating: 0, count: Self.taps)
    (filter[0], filter[2], filter[Self.taps - 1]) = (0.5, -0.25, 0.125)
    let filtered = a.indices.map { index in
      filter.indices.reduce(Float(0)) { sum, lag in
        index < lag ? sum : sum + filter[lag] * a[index - lag]
      }
    }
    let score = try #require(evaluate([a, b], [filtered, b])[0])
    #expect(score.sdrDecibels > 120)
  }

  @Test func aDelayBeyondTheFilterIsAnError() throws {
    func delayed(by samples: Int) -> [Float] {
      [Float](repeating: 0, count: samples) + a.dropLast(samples)
    }
    let within = try #require(evaluate([a, b], [delayed(by: Self.taps - 1), b])[0])
    let beyond = try #require(evaluate([a, b], [delayed(by: Self.taps), b])[0])
    #expect(within.sdrDecibels > 120)
    #expect(beyond.sdrDecibels < -10)
  }

  @Test(arguments: [1, 0.3, 0.01] as [Float])
  func everyPieceIsMeasured(gain: Float) throws {
    let (leak, noise) = (b.map { $0 * gain }, error.map { $0 * gain / 2 })
    let score = try #require(evaluate([a, b], [mix(mix(a, 1, leak), 1, noise), b])[0])
    let disturbance = mix(leak, 1, noise)
    #expect(abs(score.sdrDecibels - decibels(a, over: disturbance)) < 1e-5)
    #expect(abs(score.sirDecibels - decibels(a, over: leak)) < 1e-5)
    #expect(abs(score.sarDecibels - decibels(mix(a, 1, leak), over: noise)) < 1e-5)
  }

  @Test func swappedPartsScoreLow() throws {
    let estimates = [mix(b, 0.01, a), mix(a, 0.01, b)]
    for score in evaluate([a, b], estimates) {
      #expect(abs(try #require(score).sirDecibels + 40) < 1)
    }
  }

  @Test func scoresDoNotDependOnTheOrderOfParts() throws {
    let references = [a, b, mix(error, 0.5, a)]
    let estimates = references.indices.map {
      mix(references[$0], 0.3, references[($0 + 1) % 3])
    }
    let forward = evaluate(references, estimates)
    let backward = evaluate(references.reversed(), estimates.reversed())
    for (x, y) in zip(forward, backward.reversed()) {
      #expect(abs(try #require(x).sdrDecibels - #require(y).sdrDecibels) < 1e-9)
      #expect(abs(try #require(x).sirDecibels - #require(y).sirDecibels) < 1e-9)
    }
  }

  @Test func scoresDoNotDependOnGain() throws {
    let estimate = mix(mix(a, 0.2, b), 0.1, error)
    let quiet = estimate.map { $0 * 0x1p-10 }
    let before = try #require(evaluate([a, b], [estimate, b])[0])
    let after = try #require(evaluate([a.map { $0 * 4 }, b], [quiet, b])[0])
    #expect(abs(before.sdrDecibels - after.sdrDecibels) < 1e-9)
    #expect(abs(before.sirDecibels - after.sirDecibels) < 1e-9)
    #expect(abs(before.sarDecibels - after.sarDecibels) < 1e-9)
  }

  /// Blocks and chunks of blocks begin elsewhere when silence comes first; what they add up to is
  /// the same.
  @Test func scoresDoNotDependOnLeadingSilence() throws {
    let third = 5000
    let parts = (0..<3).map { Self.noise(in: $0, third: third) }
    let estimate = mix(mix(parts[0], 0.4, parts[1]), 0.1, parts[2])
    let swelling = estimate.indices.map { estimate[$0] * (1 + Float($0) / Float(third)) }
    let silence = [Float](repeating: 0, count: 10_000)
    func score(_ place: ([Float]) -> [Float]) throws -> BSSEval.Scores {
      let both = Array(zip(parts[0], parts[1]).map { $0 + $1 })
      let scores = evaluate([place(both), place(parts[1])], [place(swelling), place(parts[1])])
      return try #require(scores[0])
    }
    let before = try score { silence + $0 }
    let after = try score { $0 + silence }
    #expect(abs(before.sdrDecibels - after.sdrDecibels) < 1e-9)
    #expect(abs(before.sirDecibels - after.sirDecibels) < 1e-9)
    #expect(abs(before.sarDecibels - after.sarDecibels) < 1e-9)
  }

  /// Long enough for two threads to have something each.
  @Test func scoresDoNotDependOnThreads() throws {
    let signals = (0..<3).map { Self.noise(in: $0, third: 7000) }
    let references = Array(signals.prefix(2))
    let estimates = [mix(signals[0], 0.2, signals[1]), mix(signals[1], 0.3, signals[2])]
    let spread = BSSEval.evaluate(
      references: references, estimates: estimates, filterLength: Self.taps
    ) { count, body in
      threaded(count) { body(count - 1 - $0) }
    }
    #expect(spread == evaluate(references, estimates))
    let expected = decibels(signals[1], over: signals[2].map { $0 * 0.3 })
    #expect(abs(try #require(spread[1]).sdrDecibels - expected) < 1e-5)
  }

  @Test func aSilentPairIsLeftOut() throws {
    let silence = [Float](repeating: 0, count: Self.sampleCount)
    let scores = evaluate([a, silence, b, b], [mix(a, 0.1, b), b, b, silence])
    #expect(scores[1] == nil)
    #expect(scores[3] == nil)
    #expect(scores[0] == evaluate([a, b], [mix(a, 0.1, b), b])[0])
    #expect(scores[0] != nil)
    #expect(evaluate([silence], [a]) == [nil])
  }

  @Test func aPartAloneHasNoInterference() throws {
    let score = try #require(evaluate([a], [mix(a, 1, b)])[0])
    #expect(score.sirDecibels == .infinity)
    #expect(score.sdrDecibels == score.sarDecibels)
    #expect(abs(score.sdrDecibels - decibels(a, over: b)) < 1e-5)
  }

  /// Equal references cannot be told apart; each explains all of either.
  @Test func equalReferencesAreScored() throws {
    let noise = error.map { $0 * 0.1 }
    let scores = evaluate([a, a], [a, mix(a, 1, noise)])
    #expect(try #require(scores[0]).sarDecibels > 100)
    #expect(abs(try #require(scores[1]).sarDecibels - decibels(a, over: noise)) < 1e-5)
  }

  /// The delayed copies of a slow tone hardly differ.
  @Test func aToneIsScored() throws {
    let tone = (0..<Self.sampleCount).map { index in
      index < 2 * Self.third ? Float(sin(Double(index) * 0.01)) : 0
    }
    let noise = (Self.noise(in: 2)).map { $0 * 0.1 }
    let score = try #require(evaluate([tone], [mix(tone, 1, noise)])[0])
    #expect(abs(score.sdrDecibels - decibels(tone, over: noise)) < 0.1)
  }

  @Test func signalsOfDifferentLengthsAreAMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = BSSEval.evaluate(references: [[1, 2, 3]], estimates: [[1, 2]])
    }
  }

  @Test func anEstimateTooManyIsAMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = BSSEval.evaluate(references: [[1, 2]], estimates: [[1, 2], [2, 1]])
    }
  }
}
