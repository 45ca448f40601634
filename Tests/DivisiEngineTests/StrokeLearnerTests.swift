import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// Strokes learnt along a stream of synthetic drums.
struct StrokeLearnerTests {
  private static let grid = TimeGrid(sampleRate: 44_100, windowLength: 512, hopSize: 256)
  private static let kit = SyntheticDrum.kit()

  private static let strokes: Strokes = [
    .kick: [(0.2, 100), (1.0, 80), (1.8, 110), (2.6, 70), (3.4, 100)],
    .snare: [(0.6, 90), (1.4, 60), (2.2, 100), (3.0, 80)],
    .hihat: [(0.4, 100), (0.8, 60), (1.2, 100), (1.6, 50), (2.4, 90), (3.2, 70)],
  ]

  private typealias Strokes = [SyntheticDrum: [(seconds: Double, velocity: Int)]]

  private static var parts: [Part] { parts(strokes) }

  private static func parts(_ strokes: Strokes) -> [Part] {
    SyntheticDrum.allCases.map { drum in
      Part(
        name: "\(drum)",
        notes: strokes[drum]!.map {
          note(drum.rawValue, $0.seconds, $0.seconds + 0.1, velocity: $0.velocity)
        })
    }
  }

  private static func moved(by seconds: Double) -> [Part] {
    parts.map { part in
      Part(
        name: part.name,
        notes: part.notes.map {
          note(
            $0.pitch, $0.onsetSeconds + seconds, $0.releaseSeconds + seconds, velocity: $0.velocity)
        })
    }
  }

  private static func spectrogram(of strokes: Strokes = strokes) -> Spectrogram {
    var samples = [Float](repeating: 0, count: 4 * 44_100)
    for drum in SyntheticDrum.allCases {
      let track = drum.track(strokes[drum]!, sampleCount: samples.count, sampleRate: 44_100)
      for index in samples.indices { samples[index] += track[index] }
    }
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

  /// - Parameter iterations: 15 are one per window, and six where something is new.
  private func makeLearner(iterations: Int = 15) -> StrokeLearner {
    let settings = SeparationSettings.quick(.cae, window: 512, iterations: iterations)
    return StrokeLearner(
      settings: settings, grid: Self.grid, binCount: Self.grid.binCount, kit: Self.kit,
      parallel: sequentially)
  }

  /// What was learnt from notes in wrong places leaves no trace.
  @Test func whatIsForgottenIsGone() throws {
    let V = Self.window(Self.spectrogram(), 0..<400)
    let late = Self.moved(by: 0.15)
    func fitted(after wrong: [Part]?) throws -> [Float] {
      let learner = StreamLearner(
        settings: .quick(.cae, window: 512, iterations: 15), grid: Self.grid,
        binCount: Self.grid.binCount, material: .drums(Self.kit))
      if let wrong {
        _ = learner.fit(V, parts: wrong, firstFrame: 0, leaving: 0, adapts: true, due: 0..<1)
        learner.forget()
      }
      let model = learner.fit(
        V, parts: Self.parts, firstFrame: 0, leaving: 0, adapts: true, due: 0..<1)
      return Array(try #require(model).H)
    }
    #expect(try fitted(after: late) == fitted(after: nil))
  }

  /// A learner that has learnt anew from what it has heard soon explains it as well as one that had the right notes
  /// while it came, though strokes fall together and templates start from no kit.
  @Test func learningAnewMakesUpForWhatWasHeardInVain() throws {
    var strokes = Self.strokes
    strokes[.kick] = (1...9).map { (0.4 * Double($0) - 0.2, $0 % 2 == 0 ? 60 : 100) }
    strokes[.hihat] = (1...18).map { (0.2 * Double($0), $0 % 2 == 0 ? 100 : 70) }
    let V = Self.spectrogram(of: strokes)
    let (right, late) = (Self.parts(strokes), Self.moved(by: 0.15))
    func loss(after parts: [Part], learnsAnew: Bool) throws -> Double {
      let learner = StreamLearner(
        settings: .quick(.cae, window: 512, iterations: 30), grid: Self.grid,
        binCount: Self.grid.binCount, material: .drums(DrumKit(patches: [:], origin: "")))
      func fit(_ frames: Range<Int>, _ parts: [Part]) -> ConvolutiveNMF? {
        learner.fit(
          Self.window(V, frames), parts: parts, firstFrame: frames.lowerBound, leaving: 0,
          adapts: true, due: 0..<1)
      }
      for end in stride(from: 40, through: 400, by: 20) { _ = fit(0..<end, parts) }
      if learnsAnew { learner.learnAnew() }
      for end in stride(from: 420, through: 460, by: 20) { _ = fit(end - 400..<end, right) }
      return try #require(fit(80..<480, right)).loss()
    }
    let anew = try loss(after: late, learnsAnew: true)
    let never = try loss(after: right, learnsAnew: false)
    #expect(anew < never)
  }

  @Test func noStrokeGivesNoModel() {
    let V = Self.window(Self.spectrogram(), 0..<20)
    let model = makeLearner().fit(
      V, parts: [Part(name: "kick", notes: [note(36, 30, 31)])], firstFrame: 0, leaving: 0,
      adapts: true)
    #expect(model == nil)
  }

  /// A later window starts where the last one ended, so a step there leads further than a step of
  /// somebody who hears it first.
  @Test func laterWindowsStartWhereTheLastOneEnded() throws {
    let V = Self.spectrogram()
    let learner = makeLearner()
    for first in [0, 86, 172] {
      func fit(_ learner: StrokeLearner) throws -> ConvolutiveNMF {
        try #require(
          learner.fit(
            Self.window(V, first..<first + 344), parts: Self.parts, firstFrame: first,
            leaving: 86, adapts: true))
      }
      let model = try fit(learner)
      #expect(model.H.allSatisfy { $0 >= 0 && $0.isFinite })
      let loss = try fit(makeLearner(iterations: 3)).loss()
      #expect(model.loss() < loss)
    }
  }

  @Test func whatDoesNotAdaptDoesNotChange() throws {
    let V = Self.spectrogram()
    let learner = makeLearner()
    _ = learner.fit(
      Self.window(V, 0..<344), parts: Self.parts, firstFrame: 0, leaving: 86, adapts: true)
    func states() -> [Float] {
      let states = learner.states(ofArticulation: 38)
      return (0..<states.ageCount).flatMap { age in
        (0..<Self.grid.binCount).map { states.templates[$0, age] }
      }
    }
    let before = states()
    let model = learner.fit(
      Self.window(V, 86..<430), parts: Self.parts, firstFrame: 86, leaving: 86, adapts: false)
    #expect(model != nil)
    let isSame = states() == before
    #expect(isSame)
  }

  /// The states of a drum are within 7 dB of what one of its strokes looks like alone: they are the
  /// mean of five, and templates of four frames.
  @Test func statesSoundLikeStrokes() throws {
    let V = Self.spectrogram()
    let learner = makeLearner()
    let model = try #require(
      learner.fit(V, parts: Self.parts, firstFrame: 0, leaving: 0, adapts: true))
    #expect(model.pattern.componentCount == 3)
    let states = learner.states(ofArticulation: 36)
    // The stroke of velocity 100 at 0.2 s, where nothing else sounds for 0.2 s.
    let first = Self.grid.frame(atSeconds: 0.2 - 0.03)
    var (error, energy): (Float, Float) = (0, 0)
    for age in 0..<min(states.ageCount, 28) {
      for bin in 0..<Self.grid.binCount {
        let v = V.values[bin, first + age]
        error += (v - states.templates[bin, age]) * (v - states.templates[bin, age])
        energy += v * v
      }
    }
    #expect(error < 0.2 * energy)
    #expect(energy > 0)
  }

  /// A stroke of half the velocity has a quarter of the height, whatever it is.
  @Test func profilesAreForVelocityHundred() {
    var settings = SeparationSettings()
    settings.toleranceSeconds = 0.03
    var row = ActivationPattern.Row(frameCount: 100)
    row.open(0..<100, part: 0)
    let model = ConvolutiveNMF(
      spectrogram: Spectrogram(Matrix(rowCount: 8, columnCount: 100)),
      templates: Templates(binCount: 8, supports: [.full(binCount: 8)], frameCount: 1),
      pattern: ActivationPattern(rows: [row], frameCount: 100),
      divergence: Divergence(beta: 1))
    for entry in 0..<100 {
      let age = entry % 50
      model.H[entry] = (entry < 50 ? 4 : 1) / Float(age + 1)
    }
    var profile = StrokeProfile(settings: settings, grid: Self.grid)
    #expect(profile.values == nil)
    profile.learn(
      component: 0, of: model,
      strokes: [Stroke(firstFrame: 0, velocity: 100), Stroke(firstFrame: 50, velocity: 50)],
      beginningIn: 0..<100)
    // Both strokes say 4 / (age + 1); the prior, half a stroke of the same level, bends it a little.
    let values = profile.values ?? []
    #expect(values.count == profile.ageCount)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 * 0.9 })
    #expect(abs(values[0] - 4) < 1.6)
    let alone = values
    profile.learn(
      component: 0, of: model, strokes: [Stroke(firstFrame: 0, velocity: 100)],
      beginningIn: 1..<100)
    #expect(profile.values == nil)
    #expect(alone[0] > 0)
  }
}
