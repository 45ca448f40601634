import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// Whole separations of recordings that are short, silent, wide or odd.
struct SeparatorTests {
  private static let parts = [
    Part(name: "left", notes: [note(48, 0, 0.1), note(50, 0.1, 0.2)]),
    Part(name: "right", notes: [note(72, 0, 0.2), note(50, 0.15, 0.2)]),
  ]
  private static let drumParts = [
    Part(name: "kick", notes: [note(36, 0, 0.1), note(36, 0.1, 0.2, velocity: 30)]),
    Part(name: "hihat", notes: [note(42, 0.05, 0.1)]),
  ]

  private func channels(_ count: Int, sampleCount: Int) -> [[Float]] {
    (0..<count).map { noise(count: sampleCount, level: 0.5, seed: UInt64($0)) }
  }

  private func separate(
    _ settings: SeparationSettings, channels: [[Float]], sampleRate: Double = 8000,
    isDrums: Bool = false, withResidual: Bool = false, parallel: @escaping Parallel = sequentially,
    progress: (Double) -> Bool = { _ in true }
  ) throws(SeparationError) -> Separation {
    let separator = Separator(
      settings: settings, material: isDrums ? .drums(SyntheticDrum.small) : .pitched,
      parallel: parallel)
    return try separator.separate(
      channels: channels, sampleRate: sampleRate,
      parts: isDrums ? Self.drumParts : Self.parts, hasPedal: true, withResidual: withResidual,
      progress: progress)
  }

  /// Components that may use every bin explain something everywhere, so that stems must add up to
  /// the input.
  @Test(arguments: ModelKind.allCases, [false, true])
  func stemsAddUpToTheInput(model: ModelKind, isDrums: Bool) throws {
    let input = channels(2, sampleCount: 1500)
    var settings = SeparationSettings.quick(model)
    if !isDrums { settings.templates = .random }
    settings.activations = .random
    let result = try separate(settings, channels: input, isDrums: isDrums)
    #expect(result.stems.count == 2)
    for channel in input.indices {
      let sum = mixture(result.stems.map { $0[channel] })
      #expect(largestDifference(sum, input[channel]) < 3e-6)
    }
    let (before, after) = (result.lossBefore, result.lossAfter)
    #expect(after < before)
    #expect((result.tuningCents == nil) == isDrums)
  }

  @Test(arguments: [1, 2, 5], [8000.0, 192_000])
  func stemsHaveTheShapeOfTheInput(channelCount: Int, sampleRate: Double) throws {
    let input = channels(channelCount, sampleCount: Int(0.02 * sampleRate))
    let settings = SeparationSettings.quick(.nae, window: 512)
    let result = try separate(settings, channels: input, sampleRate: sampleRate, withResidual: true)
    #expect(result.stems.map { $0.map(\.count) } == [input.map(\.count), input.map(\.count)])
    #expect(result.stems.joined().joined().allSatisfy { $0.isFinite })
    #expect(result.stems.joined().joined().contains { $0 != 0 })
  }

  /// One mask serves all channels: a channel that is a scaled copy gives scaled stems.
  @Test func channelsShareAMask() throws {
    let one = channels(1, sampleCount: 1200)[0]
    let result = try separate(.quick(.nmf), channels: [one, one.map { $0 * -0.25 }])
    for stem in result.stems {
      #expect(largestDifference(stem[1], stem[0].map { $0 * -0.25 }) < 1e-6)
    }
  }

  @Test(arguments: [1, 2, 100], [false, true])
  func veryShortRecordings(sampleCount: Int, isDrums: Bool) throws {
    for model in ModelKind.allCases {
      let input = channels(1, sampleCount: sampleCount)
      let result = try separate(.quick(model), channels: input, isDrums: isDrums)
      #expect(result.stems.allSatisfy { $0[0].count == sampleCount })
      #expect(result.stems.joined().joined().allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: ModelKind.allCases)
  func silenceStaysSilent(model: ModelKind) throws {
    let input = [[Float]](repeating: [Float](repeating: 0, count: 900), count: 2)
    let result = try separate(.quick(model), channels: input)
    #expect(result.stems == [input, input])
    #expect(result.lossBefore == 0)
    #expect(result.lossAfter == 0)
    #expect(result.tuningCents == nil)
  }

  /// One sample whose power is beyond single precision.
  @Test(arguments: [ModelKind.nmf, .nae])
  func aBrokenSampleMakesSilence(model: ModelKind) throws {
    var input = [[Float]](repeating: [Float](repeating: 0.1, count: 900), count: 1)
    input[0][450] = 1e25
    let result = try separate(.quick(model), channels: input)
    #expect(result.stems.joined().joined().allSatisfy { $0 == 0 })
    #expect(result.lossBefore == 0)
  }

  @Test func partsThatHaveNoNoteInTheRecordingAreSilent() throws {
    let separator = Separator(
      settings: .quick(.nae), material: .pitched, parallel: sequentially)
    let parts = [Self.parts[0], Part(name: "late", notes: [note(60, 50, 51)])]
    let result = try separator.separate(
      channels: channels(1, sampleCount: 1000), sampleRate: 8000, parts: parts, hasPedal: true,
      withResidual: false)
    #expect(result.stems[1][0].allSatisfy { $0 == 0 })
    #expect(result.stems[0][0].contains { $0 != 0 })
  }

  @Test(arguments: [[note(60, 5, 6)], [note(60, -3, -2)], []])
  func noNoteInTheRecordingIsAnError(notes: [Note]) {
    let separator = Separator(
      settings: .quick(.nmf), material: .pitched, parallel: sequentially)
    #expect(throws: SeparationError.noNoteInRecording) {
      try separator.separate(
        channels: channels(1, sampleCount: 8000), sampleRate: 8000,
        parts: [Part(name: "a", notes: notes)], hasPedal: true, withResidual: false)
    }
  }

  @Test(arguments: ModelKind.allCases, [false, true])
  func progressRisesToOne(model: ModelKind, hasPedal: Bool) throws {
    let separator = Separator(
      settings: .quick(model), material: .pitched, parallel: sequentially)
    var values: [Double] = []
    _ = try separator.separate(
      channels: channels(1, sampleCount: 900), sampleRate: 8000, parts: Self.parts,
      hasPedal: hasPedal, withResidual: false
    ) {
      values.append($0)
      return true
    }
    #expect(values.count >= 5)
    #expect(values == values.sorted())
    #expect(values.allSatisfy { (0...1).contains($0) })
    #expect(values.last == 1)
  }

  @Test(arguments: [1, 3, 5])
  func cancellingEndsTheSeparation(calls: Int) {
    var count = 0
    #expect(throws: SeparationError.cancelled) {
      try separate(
        .quick(.nmf), channels: channels(1, sampleCount: 900),
        progress: { _ in
          count += 1
          return count < calls
        })
    }
    #expect(count == calls)
  }

  @Test(arguments: ModelKind.allCases, [false, true])
  func bitsDoNotDependOnThreads(model: ModelKind, isDrums: Bool) throws {
    let input = channels(2, sampleCount: 9000)
    let settings = SeparationSettings.quick(model, window: 256, iterations: 2)
    let results = try [sequentially, shuffled(seed: 3), threaded].map { parallel in
      try separate(
        settings, channels: input, isDrums: isDrums, withResidual: true, parallel: parallel)
    }
    for other in results.dropFirst() {
      #expect(other.stems == results[0].stems)
      #expect(other.lossAfter == results[0].lossAfter)
    }
  }

  @Test func randomStartsFollowTheSeed() throws {
    let input = channels(1, sampleCount: 900)
    func stems(seed: UInt64, _ templates: StartValues, _ activations: StartValues) throws
      -> [[[Float]]]
    {
      var settings = SeparationSettings.quick(.nmf)
      settings.templates = templates
      settings.activations = activations
      settings.seed = seed
      return try separate(settings, channels: input).stems
    }
    for (templates, activations) in [
      (StartValues.random, StartValues.random), (.random, .informed), (.informed, .random),
    ] {
      let first = try stems(seed: 1, templates, activations)
      #expect(try first == stems(seed: 1, templates, activations))
      #expect(try first != stems(seed: 2, templates, activations))
    }
    #expect(try stems(seed: 1, .informed, .informed) == stems(seed: 2, .informed, .informed))
  }

  /// What a preset may ask for at most, or at least.
  private static let extremes: [@Sendable (inout SeparationSettings) -> Void] = [
    { $0.beta = -1 }, { $0.beta = 0 }, { $0.beta = 3 },
    { $0.wienerExponent = 0.01 }, { $0.wienerExponent = 4 },
    { ($0.windowLength, $0.hopSize) = (64, 32) }, { ($0.windowLength, $0.hopSize) = (65, 2) },
    { $0.toleranceSeconds = 0 }, { $0.toleranceSeconds = 1 },
    { $0.templateFrames = 64 }, { $0.cutoffHertz = 1000 }, { $0.cutoffHertz = 1e6 },
    { ($0.iterations, $0.refinements) = (0, 0) }, { $0.encoderIterations = 99 },
  ]

  @Test(arguments: extremes.indices, ModelKind.allCases)
  func extremeSettingsGiveFiniteStems(index: Int, model: ModelKind) throws {
    var settings = SeparationSettings.quick(model, window: 256, iterations: 3)
    Self.extremes[index](&settings)
    try settings.validate()
    let input = channels(1, sampleCount: 700)
    for isDrums in [false, true] {
      let result = try separate(settings, channels: input, isDrums: isDrums, withResidual: true)
      #expect(result.stems.joined().joined().allSatisfy { $0.isFinite })
      #expect(result.lossAfter.isFinite)
    }
  }

  @Test func cutoffExtendsTheMaskUpwards() throws {
    var settings = SeparationSettings.quick(.nmf)
    settings.templates = .random
    settings.activations = .random
    settings.cutoffHertz = 2000
    let input = channels(1, sampleCount: 1500)
    let result = try separate(settings, channels: input)
    let sum = mixture(result.stems.map { $0[0] })
    #expect(largestDifference(sum, input[0]) < 3e-6)
  }

  /// Notes of one pitch that sound together share their entries, however many they are.
  @Test func memoryHasABound() {
    let separator = Separator(
      settings: .quick(.nmf), material: .pitched, parallel: sequentially)
    func estimate(_ count: Int) -> Int {
      let notes = [Note](repeating: note(60, 0, 10), count: count)
      return separator.memoryEstimate(
        sampleCount: 80_000, sampleRate: 8000, channelCount: 1,
        parts: [Part(name: "a", notes: notes)], keepsFactors: false)
    }
    #expect(estimate(10_000) == estimate(1000))
    #expect(estimate(1) > 0)
  }
}

extension SyntheticDrum {
  /// A kit without recordings: every articulation is a generic drum.
  static let small = DrumKit(patches: [:], origin: "none")
}
