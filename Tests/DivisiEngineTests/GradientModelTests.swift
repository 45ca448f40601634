import DivisiControls
import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// Models trained by gradients, deep ones and frozen decoders, through the whole engine.
struct GradientModelTests {
  private static let gradientModels = ModelKind.allCases.filter { $0.gradientRule != nil }

  /// A kick and a hi-hat, and what was learnt of them.
  private func drums(_ settings: SeparationSettings) throws -> (Separation, Factorisation) {
    let stems = [SyntheticDrum.kick, .hihat].map { drum in
      drum.track(
        [(0.1, 100), (drum == .kick ? 0.5 : 0.3, 90)], sampleCount: 35_000, sampleRate: 44_100)
    }
    let parts = [
      Part(name: "kick", notes: [note(36, 0.1, 0.2), note(36, 0.5, 0.6)]),
      Part(name: "hihat", notes: [note(42, 0.1, 0.2), note(42, 0.3, 0.4)]),
    ]
    return try run(
      settings, material: .drums(SyntheticDrum.kit()), samples: mixture(stems), parts: parts)
  }

  /// Two notes of two hands.
  private func hands(_ settings: SeparationSettings) throws -> (Separation, Factorisation) {
    let samples = signal(
      of: [
        harmonicTone(pitch: 52, from: 0.05, to: 0.7), harmonicTone(pitch: 67, from: 0.3, to: 0.7),
      ], sampleCount: 35_000, sampleRate: 44_100)
    let parts = [
      Part(name: "left", notes: [note(52, 0.05, 0.6)]),
      Part(name: "right", notes: [note(67, 0.3, 0.6)]),
    ]
    return try run(settings, material: .pitched, samples: samples, parts: parts)
  }

  private func run(
    _ settings: SeparationSettings, material: Material, samples: [Float], parts: [Part]
  ) throws -> (Separation, Factorisation) {
    var found: Factorisation?
    let separation = try Separator(
      settings: settings, material: material, parallel: sequentially
    ).separate(
      channels: [samples], sampleRate: 44_100, parts: parts, hasPedal: true, withResidual: false,
      observer: FitObserver(fitted: { found = $0 }))
    return (separation, try #require(found))
  }

  /// The loss at the end against that at the start.
  private func fall(_ separation: Separation) -> Double {
    separation.lossAfter / separation.lossBefore
  }

  /// The templates of a model, each with a sum of 1.
  private func templates(_ factors: Factorisation) -> [[Float]] {
    let model = factors.model
    return (0..<factors.components.count).map { component in
      let sum = model.W.sum(ofComponent: component)
      return (0..<model.W.frameCount).flatMap { frame in
        (0..<model.W.binCount).map { model.W.frame(frame, ofComponent: component)[$0] / sum }
      }
    }
  }

  @Test(arguments: ModelKind.allCases, [false, true])
  func frozenTemplatesStay(model: ModelKind, isDrums: Bool) throws {
    var settings = SeparationSettings.quick(model, window: 1024, iterations: 5)
    settings.isFrozen = true
    let (separation, factors) = try isDrums ? drums(settings) : hands(settings)
    settings.iterations = 0
    let start = try templates((isDrums ? drums(settings) : hands(settings)).1)
    for (found, start) in zip(templates(factors), start) {
      #expect(zip(found, start).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    #expect(fall(separation) < 1)
    #expect(separation.deadComponents == 0)
    settings.iterations = 5
    settings.isFrozen = false
    let adapted = try templates((isDrums ? drums(settings) : hands(settings)).1)
    #expect(zip(adapted, start).contains { zip($0, $1).contains { abs($0 - $1) > 1e-4 } })
  }

  /// No score: inputs are found by gradients all the same.
  @Test(arguments: gradientModels)
  func frozenDecodersNeedNoScore(model: ModelKind) throws {
    var settings = SeparationSettings.quick(model, window: 1024, iterations: 5)
    settings.isFrozen = true
    settings.isScoreless = true
    settings.refinements = 0
    let (separation, factors) = try drums(settings)
    #expect(factors.encoder == nil)
    #expect(separation.stems.joined().joined().allSatisfy { $0.isFinite })
    #expect(fall(separation) < 0.8)
  }

  /// However deep, a template stays within the bins of its pitch, and the loss falls.
  @Test(arguments: gradientModels, [4, 8])
  func deepModelsKeepTheMasks(model: ModelKind, layerCount: Int) throws {
    var settings = SeparationSettings.quick(model, window: 2048, iterations: 10)
    settings.encoderIterations = 10
    settings.gradient.layerCount = layerCount
    let (separation, factors) = try hands(settings)
    settings.iterations = 0
    let start = try templates(hands(settings).1)
    for (found, start) in zip(templates(factors), start) {
      #expect(zip(found, start).allSatisfy { $0 >= 0 && ($0 == 0 || $1 > 0) })
      #expect(zip(found, start).contains { abs($0 - $1) > 1e-4 })
    }
    #expect(separation.deadComponents == 0)
    #expect(fall(separation) < 0.8)
  }

  /// The convolutional autoencoder of the literature, in all its variants.
  @Test(arguments: [ModelKind.caeSGD, .caeAdam, .caeRMSprop], EnvelopeShape.allCases)
  func convolutionalVariants(model: ModelKind, envelopes: EnvelopeShape) throws {
    for start in StartValues.allCases {
      for activations in StartValues.allCases {
        for (hasBiases, isFree, frames) in [(false, false, 4), (true, true, 2)] {
          var settings = SeparationSettings.quick(model, window: 512, iterations: 5)
          settings.encoderIterations = 5
          settings.refinements = 0
          settings.envelopes = envelopes
          settings.templates = start
          settings.activations = activations
          settings.gradient.hasBiases = hasBiases
          settings.gradient.isEncoderNonnegative = !isFree
          // Plain steps, whose size soon takes an encoder below zero if it may go there.
          settings.gradient.isRelative = !isFree
          settings.gradient.learningRate = isFree ? 1 : nil
          settings.templateFrames = frames
          let (separation, factors) = try drums(settings)
          let decoder = factors.model
          let encoder = try #require(factors.encoder)
          #expect(decoder.W.frameCount == frames && encoder.templates.frameCount == frames)
          let size = decoder.W.values.columnCount * decoder.W.values.columnStride
          let (templates, rows) = (decoder.W.values.column(0), encoder.templates.values.column(0))
          #expect((0..<size).allSatisfy { templates[$0] >= 0 })
          #expect((0..<size).contains { rows[$0] < 0 } == isFree)
          #expect(separation.stems.joined().joined().allSatisfy { $0.isFinite })
          if !hasBiases {
            #expect(fall(separation) < 1)
          }
        }
      }
    }
  }

  @Test func depthsThatMeanNothingAreRefused() {
    func problem(_ change: (inout SeparationSettings) -> Void) -> String? {
      var settings = SeparationSettings()
      change(&settings)
      do throws(SettingsError) {
        try settings.validate()
        return nil
      } catch {
        return error.message(in: .commandLine)
      }
    }
    for count in [-2, 0, 1, 3, 10] {
      #expect(
        problem { $0.gradient.layerCount = count }
          == "--layers: expected 2, 4, 6 or 8, found \(count)")
    }
    #expect(problem { $0.gradient.layerCount = 8 } == nil)
    #expect(
      problem {
        $0.gradient.layerCount = 4
        $0.gradient.nonlinearity = .softplus
      }?.contains("only relu and abs") == true)
    #expect(
      problem {
        $0.gradient.layerCount = 4
        $0.isFrozen = true
      }?.contains("one matrix") == true)
    #expect(problem { $0.isFrozen = true } == nil)
  }

  /// Decoders trained on the strokes of each drum are kits like any other.
  @Test(arguments: [ModelKind.nae, .nmfd, .caeAdam])
  func kitsAreTrainedByModels(model: ModelKind) throws {
    var learner = KitLearner()
    let kits = [
      SyntheticDrum.allCases.map { drum in
        KitLearner.Recording(
          samples: drum.track([(0.1, 100), (0.6, 60)], sampleCount: 44_100, sampleRate: 44_100),
          strokes: [(0.1, drum.rawValue), (0.6, drum.rawValue)])
      }
    ]
    kits.forEach { learner.add(kit: $0) }
    let mean = learner.kit(origin: "x")
    var settings = SeparationSettings.strokes
    settings.model = model
    settings.iterations = 5
    settings.encoderIterations = 5
    if model.gradientRule != nil { settings.gradient.layerCount = 4 }
    let kit = learner.refined(mean, kits: kits, settings: settings, parallel: sequentially)
    #expect(kit.patches != mean.patches && kit.origin == "x")
    #expect(try DrumKit(decoding: kit.encoded(), path: "x").patches == kit.patches)
    for drum in SyntheticDrum.allCases {
      let found = try #require(kit.patches[drum.rawValue])
      #expect(found.max() == 1 && found.allSatisfy { $0 >= 0 })
      // The drum sounds like itself, not like another.
      let likeness = SyntheticDrum.allCases.map { other in
        cosine(found, mean.patches[other.rawValue]!)
      }
      #expect(likeness.max() == likeness[SyntheticDrum.allCases.firstIndex(of: drum)!])
    }
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Float {
    func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
  }
}
