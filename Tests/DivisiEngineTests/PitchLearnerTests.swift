import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// Pitches learnt along a stream of synthetic tones.
struct PitchLearnerTests {
  private static let grid = TimeGrid(sampleRate: 16_000, windowLength: 1024, hopSize: 256)

  /// Two hands, four seconds: a low and a high key, struck by turns.
  private static let parts = [
    Part(name: "left", notes: [note(45, 0.2, 0.9), note(45, 2.2, 2.9)]),
    Part(name: "right", notes: [note(64, 1.2, 1.9), note(66, 3.2, 3.9)]),
  ]

  private static func spectrogram(cents: Double = 0) -> Spectrogram {
    let tones = parts.flatMap(\.notes).map {
      harmonicTone(pitch: $0.pitch, cents: cents, from: $0.onsetSeconds, to: $0.releaseSeconds)
    }
    let samples = signal(of: tones, sampleCount: 64_000, sampleRate: 16_000)
    return Analysis.magnitude(
      of: [samples], stft: STFT(grid: grid), binCount: grid.binCount, parallel: sequentially)
  }

  private static func window(_ V: Spectrogram, _ frames: Range<Int>) -> Spectrogram {
    let result = Matrix(rowCount: V.binCount, columnCount: frames.count)
    for frame in frames {
      result.column(frame - frames.lowerBound).update(
        from: V.values.column(frame), count: V.binCount)
    }
    return Spectrogram(result)
  }

  private func makeLearner(_ model: ModelKind = .nae) -> PitchLearner {
    var settings = SeparationSettings.quick(model, iterations: 30)
    settings.refinements = 3
    return PitchLearner(
      settings: settings, grid: Self.grid, binCount: Self.grid.binCount, parallel: sequentially)
  }

  private func values(_ memory: RecursiveMemory) -> [Float] {
    (0..<memory.binCount).map { memory.template(0)[$0] }
  }

  /// Instruments do not share what is learnt of a pitch; hands do.
  @Test func eachInstrumentHasItsOwnComponents() throws {
    let V = Self.spectrogram()
    var parts = Self.parts
    parts[1].instrument = 1
    let learner = makeLearner(.nmf)
    _ = learner.fit(V, parts: parts, firstFrame: 0, leaving: 0, adapts: true)
    #expect(learner.components(of: Sound(instrument: 0, pitch: 45)).allSatisfy { $0.isLearnt })
    #expect(learner.components(of: Sound(instrument: 1, pitch: 64)).allSatisfy { $0.isLearnt })
    #expect(learner.components(of: Sound(instrument: 0, pitch: 64)).allSatisfy { !$0.isLearnt })
    #expect(learner.components(of: Sound(instrument: 1, pitch: 45)).allSatisfy { !$0.isLearnt })
  }

  @Test func noNoteGivesNoModel() {
    let V = Self.window(Self.spectrogram(), 0..<8)
    let model = makeLearner().fit(
      V, parts: [Part(name: "left", notes: [note(60, 30, 31)])], firstFrame: 0, leaving: 0,
      adapts: true)
    #expect(model == nil)
  }

  /// The window of the last two seconds knows the keys by the frames they are struck in.
  @Test(arguments: [ModelKind.nae, .nmf])
  func windowsFollowTheScore(kind: ModelKind) throws {
    let V = Self.spectrogram()
    let learner = makeLearner(kind)
    for first in [0, 31, 62, 93] {
      let model = try #require(
        learner.fit(
          Self.window(V, first..<first + 125), parts: Self.parts, firstFrame: first, leaving: 31,
          adapts: true))
      var energy: [Int16: Float] = [:]
      for entry in 0..<model.pattern.entryCount {
        energy[model.pattern.parts[entry], default: 0] += model.H[entry]
        #expect(model.H[entry] >= 0 && model.H[entry].isFinite)
        let seconds = Double(first + Int(model.pattern.frames[entry])) / Self.grid.frameRate
        let isLeft = (0.1...1.14).contains(seconds) || (2.1...3.14).contains(seconds)
        #expect(isLeft == (model.pattern.parts[entry] == 0))
      }
      #expect(energy[0]! > 0 && energy[1]! > 0)
    }
    #expect(learner.components(of: Sound(instrument: 0, pitch: 45)).allSatisfy { $0.isLearnt })
    #expect(learner.components(of: Sound(instrument: 0, pitch: 50)).allSatisfy { !$0.isLearnt })
  }

  /// Without learning, a window leaves everything as it was.
  @Test func whatDoesNotAdaptDoesNotChange() throws {
    let V = Self.spectrogram()
    let learner = makeLearner()
    _ = learner.fit(
      Self.window(V, 0..<125), parts: Self.parts, firstFrame: 0, leaving: 62, adapts: true)
    let before = learner.components(of: Sound(instrument: 0, pitch: 45)).map { values($0) }
    let model = learner.fit(
      Self.window(V, 62..<187), parts: Self.parts, firstFrame: 62, leaving: 62, adapts: false)
    #expect(model != nil)
    let isSame =
      learner.components(of: Sound(instrument: 0, pitch: 45)).map { values($0) } == before
    #expect(isSame)
  }

  /// What is due is refined, what is not stays what the encoder said.
  @Test func onlyWhatIsDueIsRefined() throws {
    let V = Self.window(Self.spectrogram(), 0..<125)
    let all = try #require(
      makeLearner().fit(V, parts: Self.parts, firstFrame: 0, leaving: 0, adapts: true))
    let none = try #require(
      makeLearner().fit(
        V, parts: Self.parts, firstFrame: 0, leaving: 0, adapts: true, due: 0..<0))
    let some = try #require(
      makeLearner().fit(
        V, parts: Self.parts, firstFrame: 0, leaving: 0, adapts: true, due: 20..<40))
    var differences = 0
    for entry in 0..<all.pattern.entryCount {
      let isDue = (20..<40).contains(Int(all.pattern.frames[entry]))
      #expect(some.H[entry] == (isDue ? all : none).H[entry])
      if all.H[entry] != none.H[entry] { differences += 1 }
    }
    #expect(differences > 100)
  }

  /// Tones whose second partial is their strongest: a key next to one that was learnt starts so, too.
  @Test func unlearntPitchesSoundLikeTheirNeighbours() throws {
    let comb = PitchComb(tuningCents: 0, shape: .lobes)
    let partials = (1...10).map {
      (hertz: comb.frequency(ofPartial: $0, pitch: 57), amplitude: $0 == 2 ? 0.3 : 0.05)
    }
    let tone = Tone(onsetSeconds: 0.1, endSeconds: 1.9, decaySeconds: 2, partials: partials)
    let V = Analysis.magnitude(
      of: [signal(of: [tone], sampleCount: 32_000, sampleRate: 16_000)],
      stft: STFT(grid: Self.grid),
      binCount: Self.grid.binCount, parallel: sequentially)
    let learner = makeLearner()
    func ratio() -> Float {
      let template = learner.components(of: Sound(instrument: 0, pitch: 59))[0].template(0)
      func level(_ partial: Int) -> Float {
        let hertz = comb.frequency(ofPartial: partial, pitch: 59)
        return template[Int(Self.grid.bin(atHertz: hertz).rounded())]
      }
      return level(2) / level(1)
    }
    #expect(ratio() < 1)
    let parts = [Part(name: "left", notes: [note(57, 0.1, 1.9)])]
    _ = learner.fit(V, parts: parts, firstFrame: 0, leaving: 0, adapts: true)
    #expect(ratio() > 2)
    #expect(learner.components(of: Sound(instrument: 0, pitch: 59)).allSatisfy { !$0.isLearnt })
  }

  @Test func tuningIsFoundFromTheFirstNotes() {
    let V = Self.spectrogram(cents: 30)
    var tuning = StreamTuning()
    tuning.observe(
      V, constraints: PitchConstraints(parts: Self.parts, releaseSeconds: 0.2), firstFrame: 0,
      grid: Self.grid)
    #expect(abs(tuning.cents - 30) < 8)
  }

  @Test func iterationsAreAShareOfThoseOfARecording() {
    var settings = SeparationSettings()
    #expect(StreamWindow.iterations(2, settings: settings) == 2)
    settings.iterations = 60
    #expect(StreamWindow.iterations(6, settings: settings) == 12)
    settings.iterations = 1
    #expect(StreamWindow.iterations(2, settings: settings) == 1)
  }
}
