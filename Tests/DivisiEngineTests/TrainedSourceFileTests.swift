import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Foundation
import Testing

@testable import DivisiEngine

/// Trained sources as files, and in recordings.
struct TrainedSourceFileTests {
  private static let sampleRate = 8000

  private func train(
    _ model: ModelKind, layers: Int = 2, seed: UInt64, name: String = "noise"
  ) throws -> TrainedSource {
    var settings = SeparationSettings.sources
    settings.model = model
    settings.gradient.layerCount = layers
    settings.iterations = 4
    let learner = SourceLearner(settings: settings, unitCount: 3, parallel: sequentially)
    return try #require(
      learner.train(
        name: name, recordings: [noise(count: 6000, seed: seed)], sampleRate: Self.sampleRate,
        origin: "a \"noise\" of ours")
    ).source
  }

  @Test(arguments: [(ModelKind.nmf, 2), (.nae, 2), (.naeAdam, 2), (.naeRMSprop, 4), (.naeSGD, 2)])
  func sourcesSurviveTheirFiles(model: ModelKind, layers: Int) throws {
    let source = try train(model, layers: layers, seed: 1)
    let bytes = source.encoded()
    #expect(try bytes == train(model, layers: layers, seed: 1).encoded())
    let read = try TrainedSource(decoding: bytes, path: "a.safetensors")
    #expect(read.encoded() == bytes)
    #expect(read.name == "noise" && read.model == model && read.grid == source.grid)
    #expect(read.network.layers == source.network.layers)
    #expect(read.network.isFactorisation == (model.gradientRule == nil))
  }

  /// Any result will do except a trap.
  @Test func damageIsRefused() throws {
    let bytes = try train(.naeAdam, seed: 1).encoded()
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    for count in stride(from: 0, to: header, by: 7) {
      #expect(throws: ModelFileError.self) {
        try TrainedSource(decoding: Array(bytes[..<count]), path: "a.safetensors")
      }
    }
    var generator = SeededGenerator(seed: 8)
    var refused = 0
    for _ in 0..<400 {
      var mutated = bytes
      mutated[Int.random(in: 0..<header, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
      do throws(ModelFileError) {
        _ = try TrainedSource(decoding: mutated, path: "a.safetensors")
      } catch { refused += 1 }
    }
    #expect(refused > 100)
    var infinite = bytes
    infinite.replaceSubrange(header..<header + 4, with: [0, 0, 0x80, 0x7F])
    #expect(throws: ModelFileError.self) {
      try TrainedSource(decoding: infinite, path: "a.safetensors")
    }
  }

  /// The plugin reads kits and banks by these, and shows what they say.
  @Test func whoWantsAKitOrABankRefusesItInALine() throws {
    let bytes = try train(.nmf, seed: 1).encoded()
    let problems = [
      #expect(throws: ModelFileError.self) { try DrumKit(decoding: bytes, path: "a") },
      #expect(throws: ModelFileError.self) { try NoteBank(decoding: bytes, path: "a") },
    ]
    for problem in problems {
      let text = try #require(problem).description
      #expect(text.contains("expected a ") && text.contains("a trained source"))
      #expect(!text.contains("\n"))
    }
  }

  /// Each section by itself, and the parts add up to the recording.
  @Test(arguments: [ModelKind.nmf, .naeAdam])
  func partsAddUp(model: ModelKind) throws {
    let sources = [
      try train(model, seed: 1, name: "a"), try train(model, seed: 2, name: "b"),
    ]
    var settings = SeparationSettings.sources
    settings.iterations = 5
    var separator = Separator(settings: settings, material: .pitched, parallel: sequentially)
    separator.sources = sources
    let samples = noise(count: 9000, seed: 3)
    let separation = try separator.separate(
      channels: [samples], sampleRate: Double(Self.sampleRate),
      parts: [.init(name: "a", notes: []), .init(name: "b", notes: [])], hasPedal: false,
      withResidual: false)
    #expect(largestDifference(mixture(separation.stems.map { $0[0] }), samples) < 1e-5)
    #expect(separation.lossAfter < separation.lossBefore)
  }

  /// A tone of the score, and noise that a source was trained on.
  @Test(arguments: [ModelKind.nmf, .naeAdam])
  func sourcesTakeWhatIsNotOfTheScore(model: ModelKind) throws {
    let rate = Double(Self.sampleRate)
    let tone = (0..<16_000).map { index -> Float in
      let phase = 2 * Double.pi * 440 * Double(index) / rate
      return Float((1...6).reduce(0.0) { $0 + sin(Double($1) * phase) / Double($1) })
    }
    var training = SeparationSettings.sources
    training.model = model
    training.iterations = 60
    (training.windowLength, training.hopSize) = (8192, 1024)
    let source = try #require(
      SourceLearner(settings: training, unitCount: 4, parallel: sequentially).train(
        name: "noise", recordings: [noise(count: 20_000, seed: 4)], sampleRate: Self.sampleRate,
        origin: "")
    ).source
    let samples = mixture([tone, noise(count: tone.count, level: 0.5, seed: 5)])
    let note = Note(onsetSeconds: 0, releaseSeconds: 2, pitch: 69)
    func score(_ sources: [TrainedSource]) throws -> Double {
      var separator = Separator(
        settings: SeparationSettings(), material: .pitched, parallel: sequentially)
      separator.sources = sources
      let separation = try separator.separate(
        channels: [samples], sampleRate: rate,
        parts: [Part(name: "tone", notes: [note])] + sources.map { Part(name: $0.name, notes: []) },
        hasPedal: true, withResidual: false)
      return scaleInvariantSDR(estimate: separation.stems[0][0], truth: tone)
    }
    #expect(try score([source]) > score([]) + 3)
  }
}
