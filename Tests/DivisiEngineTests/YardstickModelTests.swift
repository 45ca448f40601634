import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// What comparisons alone offer.
struct YardstickModelTests {
  private static let parts = [
    Part(name: "low", notes: [note(45, 0.1, 0.9), note(48, 0.9, 1.5)]),
    Part(name: "high", notes: [note(64, 0.3, 1.1), note(67, 1.1, 1.7)]),
  ]

  private static let stems = parts.map { part in
    signal(
      of: part.notes.map {
        harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
      }, sampleCount: 88_200, sampleRate: 44_100)
  }

  private struct Found {
    var base: [[[Float]]]
    let outcome: YardstickModel.Outcome
    let losses: [Double]
  }

  private func run(
    _ yardstick: YardstickModel, parts: [Part] = parts, sharedPitches: Int = 128,
    _ change: (inout SeparationSettings) -> Void = { _ in }
  ) throws -> Found {
    var settings = SeparationSettings.quick(yardstick.base, window: 4096, iterations: 6)
    settings.releaseSeconds = 0.2
    settings.templateFrames = 1
    change(&settings)
    var (start, factors): (YardstickModel.Start?, Factorisation?) = (nil, nil)
    let channels = [mixture(Self.stems)]
    let separation = try Separator(settings: settings, material: .pitched, parallel: sequentially)
      .separate(
        channels: channels, sampleRate: 44_100, parts: parts, hasPedal: true,
        withResidual: false,
        observer: FitObserver(
          iterated: { if start == nil { start = YardstickModel.Start($0) } },
          fitted: { factors = $0 }))
    var losses: [Double] = []
    let outcome = yardstick.fit(
      try #require(factors), from: try #require(start), to: channels,
      sharedPitches: sharedPitches, parallel: sequentially
    ) { losses.append($0()) }
    return Found(base: separation.stems, outcome: outcome, losses: losses)
  }

  /// Where masks share all that there is, the stems add up to what was transformed.
  @Test(arguments: YardstickModel.allCases)
  func stemsAddUpToTheRecording(yardstick: YardstickModel) throws {
    let found = try run(yardstick) {
      $0.templates = .random
      $0.activations = .random
    }
    let sum = mixture(found.outcome.stems.map { $0[0] })
    #expect(largestDifference(sum, mixture(Self.stems)) < 1e-4)
  }

  @Test(arguments: YardstickModel.allCases)
  func voicesComeApart(yardstick: YardstickModel) throws {
    let found = try run(yardstick)
    // The start, six iterations and a refinement.
    #expect(found.losses.count == 8)
    #expect(zip(found.losses, found.losses.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-5) })
    #expect(found.outcome.gains.allSatisfy { $0 > 0 })
    #expect(found.outcome.distance.error < 0.5 * found.outcome.distance.norm)
    for (stem, truth) in zip(found.outcome.stems, Self.stems) {
      #expect(scaleInvariantSDR(estimate: stem[0], truth: truth) > 8)
    }
  }

  /// A template for each pitch leaves the other axis, whose bands are narrow enough.
  @Test func withoutSharingItSeparatesAsNMF() throws {
    let found = try run(.nmf2D, sharedPitches: 1)
    for (part, truth) in Self.stems.enumerated() {
      let base = scaleInvariantSDR(estimate: found.base[part][0], truth: truth)
      let own = scaleInvariantSDR(estimate: found.outcome.stems[part][0], truth: truth)
      #expect(abs(own - base) < 1.5)
    }
    let onsets = 4
    #expect(found.outcome.shape[2] == 3 * onsets)
    #expect(try run(.nmf2D).outcome.shape[2] == 2 + onsets)
  }

  /// A template cannot be shifted beyond the axis, whose end is low here; the highest pitch has nothing on it.
  @Test func farPitchesAreNoFault() throws {
    let far = [Self.parts[0], Part(name: "far", notes: [note(21, 0.2, 1.5), note(108, 0.3, 1.1)])]
    let found = try run(.nmf2D, parts: far) { $0.cutoffHertz = 1000 }
    #expect(found.outcome.stems.allSatisfy { $0[0].allSatisfy(\.isFinite) })
  }
}
