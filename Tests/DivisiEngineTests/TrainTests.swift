import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiEngine

/// Models that are trained on one recording and used on another.
struct TrainTests {
  private static let pitches = [48, 55, 64]

  /// A bank of three notes, played one after another, every partial below `brightness` present.
  private func bank(partials: ClosedRange<Int> = 1...12) throws -> NoteBank {
    let notes = Self.pitches.enumerated().map { index, pitch in
      note(pitch, Double(index) * 0.8 + 0.1, Double(index) * 0.8 + 0.7)
    }
    let comb = PitchComb(tuningCents: 0, shape: .lobes)
    let samples = signal(
      of: notes.map { note in
        Tone(
          onsetSeconds: note.onsetSeconds, endSeconds: note.releaseSeconds, decaySeconds: 0.5,
          partials: partials.map {
            (hertz: comb.frequency(ofPartial: $0, pitch: note.pitch), amplitude: 0.1)
          })
      }, sampleCount: 110_250, sampleRate: 44_100)
    var settings = SeparationSettings()
    settings.iterations = 6
    settings.releaseSeconds = 0.2
    var found: Factorisation?
    _ = try Separator(settings: settings, material: .pitched, parallel: sequentially).separate(
      channels: [samples], sampleRate: 44_100, parts: [Part(name: "all", notes: notes)],
      hasPedal: false, withResidual: false, observer: FitObserver(fitted: { found = $0 }))
    return NoteBank(try #require(found), tuningCents: 0, origin: "synthetic")
  }

  @Test func banksKnowWhatNotesSoundLike() throws {
    let bank = try bank(partials: 2...2)
    #expect(bank.templates.keys.sorted() == Self.pitches)
    for (pitch, kinds) in bank.templates {
      #expect(kinds.count == NoteBank.kinds.count)
      for kind in kinds { #expect(abs(kind.reduce(0, +) - 1) < 1e-3) }
      let tone = kinds[0]
      let peak = try #require(tone.indices.max { tone[$0] < tone[$1] })
      let hertz = 2 * 440 * exp2(Double(pitch - 69) / 12)
      #expect(abs(NoteBank.grid.frequency(ofBin: peak) / hertz - 1) < 0.02)
    }
  }

  /// Starts keep the bank's proportions, within the comb's mask, on another grid; a pitch that the
  /// bank lacks takes its neighbour's, moved.
  @Test(arguments: [48, 50])
  func startsComeFromTheBank(pitch: Int) throws {
    let bank = try bank(partials: 2...2)
    let grid = TimeGrid(sampleRate: 48_000, windowLength: 4096, hopSize: 1024)
    let comb = PitchComb(tuningCents: 0, shape: .bands)
      .template(pitch: pitch, grid: grid, binCount: grid.binCount)
    let start = bank.start(pitch: pitch, kind: .tone, comb: comb, tuningCents: 0, grid: grid)
    #expect(zip(start, comb).allSatisfy { ($0 > 0) == ($1 > 0) })
    #expect(abs(start.reduce(0, +) - 1) < 1e-3)
    let peak = try #require(start.indices.max { start[$0] < start[$1] })
    let hertz = 2 * 440 * exp2(Double(pitch - 69) / 12)
    #expect(abs(grid.frequency(ofBin: peak) / hertz - 1) < 0.06)
  }

  @Test func banksComeBackFromTheirFiles() throws {
    let bank = try bank()
    let bytes = bank.encoded()
    #expect(try NoteBank(decoding: bytes, path: "x") == bank)
    #expect(bank.encoded() == bytes)
  }

  @Test func foreignAndDamagedFilesAreRefused() throws {
    let bytes = try bank().encoded()
    func problem(_ bytes: [UInt8]) -> String? {
      do throws(ModelFileError) {
        _ = try NoteBank(decoding: bytes, path: "x")
        return nil
      } catch {
        #expect(!error.description.contains("\n") && error.description.hasPrefix("x: "))
        return error.problem
      }
    }
    func changed(_ change: (inout SafeTensors) -> Void) throws -> String? {
      var file = try SafeTensors(decoding: bytes, path: "x")
      change(&file)
      return problem(file.encoded())
    }
    #expect(problem(SyntheticDrum.kit().encoded())?.contains("note bank") == true)
    #expect(throws: ModelFileError.self) { try DrumKit(decoding: bytes, path: "x") }
    #expect(try changed { $0.metadata["version"] = "2" }?.contains("version 1") == true)
    #expect(try changed { $0.metadata["hop"] = "3" }?.contains("hop") == true)
    #expect(try changed { $0.metadata["tuning"] = "x" }?.contains("tuning") == true)
    #expect(try changed { $0.tensors = [:] }?.contains("at least one") == true)
    #expect(try changed { $0.tensors["x"] = $0.tensors["48"] }?.contains("'x'") == true)
    #expect(try changed { $0.tensors["48"]?.values[3] = .nan }?.contains("'48'") == true)
    #expect(try changed { $0.tensors["48"]?.shape = [1] }?.contains("'48'") == true)
    #expect(try changed { $0.tensors["48"]?.values[3] = 0.5 } == nil)
    var generator = SeededGenerator(seed: 3)
    var refused = 0
    for _ in 0..<300 {
      let count = Int(generator.nextUnit() * 3000)
      var mutated = generator.nextUnit() < 0.5 ? Array(bytes.prefix(count)) : bytes
      if !mutated.isEmpty {
        mutated[min(count / 8, mutated.count - 1)] = UInt8(generator.nextUnit() * 255)
      }
      if problem(mutated) != nil { refused += 1 }
    }
    #expect(refused > 150)
  }

  /// What a bank says wins over combs where the recording leaves it open: no iterations.
  @Test func separationsStartFromABank() throws {
    let bank = try bank(partials: 3...3)
    let notes = [note(48, 0.1, 0.8)]
    let samples = signal(
      of: [harmonicTone(pitch: 48, from: 0.1, to: 0.8)], sampleCount: 44_100, sampleRate: 44_100)
    func template(_ bank: NoteBank?) throws -> [Float] {
      var settings = SeparationSettings()
      settings.iterations = 0
      settings.refinements = 0
      settings.releaseSeconds = 0.2
      var separator = Separator(settings: settings, material: .pitched, parallel: sequentially)
      separator.banks.usual = bank
      var found: Factorisation?
      _ = try separator.separate(
        channels: [samples], sampleRate: 44_100, parts: [Part(name: "all", notes: notes)],
        hasPedal: true, withResidual: false, observer: FitObserver(fitted: { found = $0 }))
      let model = try #require(found).model
      return (0..<model.binCount).map { model.W.frame(0, ofComponent: 0)[$0] }
    }
    func peakHertz(_ template: [Float]) throws -> Double {
      let peak = try #require(template.indices.max { template[$0] < template[$1] })
      return NoteBank.grid.frequency(ofBin: peak)
    }
    let fundamental = 440 * exp2(Double(48 - 69) / 12)
    #expect(abs(try peakHertz(template(nil)) / fundamental - 1) < 0.1)
    #expect(abs(try peakHertz(template(bank)) / fundamental - 3) < 0.1)
  }

  /// A stream, too, starts from the bank: a pitch that it has not learnt has the bank's partials.
  @Test func streamsStartFromABank() throws {
    let bank = try bank(partials: 3...3)
    let grid = NoteBank.grid
    func peakHertz(_ bank: NoteBank?) throws -> Double {
      let learner = PitchLearner(
        settings: SeparationSettings(), grid: grid, binCount: 2048, banks: NoteBanks(usual: bank),
        parallel: sequentially)
      let template = learner.components(of: Sound(instrument: 0, pitch: 55))[0].template(0)
      let peak = try #require((0..<2048).max { template[$0] < template[$1] })
      return grid.frequency(ofBin: peak)
    }
    let fundamental = 440 * exp2(Double(55 - 69) / 12)
    #expect(abs(try peakHertz(nil) / fundamental - 1) < 0.1)
    #expect(abs(try peakHertz(bank) / fundamental - 3) < 0.1)
  }

  /// Without a score: each drum comes out as the loudest of its own stem.
  @Test func drumsAreSeparatedWithoutAScore() throws {
    let strokes: [(SyntheticDrum, [Double])] = [
      (.kick, [0.1, 1.1]), (.snare, [0.6, 1.6]), (.hihat, [0.35, 0.85, 1.35]),
    ]
    let stems = strokes.map { drum, times in
      drum.track(times.map { ($0, 100) }, sampleCount: 88_200, sampleRate: 44_100)
    }
    let kit = SyntheticDrum.kit()
    var settings = SeparationSettings.quick(.cae, window: 2048, iterations: 10)
    settings.templateFrames = 8
    settings.isScoreless = true
    let parts = try PartSelection.drums.parts(of: kit.score, name: "kit")
    let result = try Separator(settings: settings, material: .drums(kit), parallel: sequentially)
      .separate(
        channels: [mixture(stems)], sampleRate: 44_100, parts: parts, hasPedal: false,
        withResidual: false)
    #expect(parts.map(\.name) == ["kick", "snare", "hihat"])
    for (index, stem) in stems.enumerated() {
      let found = result.stems[index][0]
      let error = zip(stem, found).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let energy = stem.reduce(0) { $0 + $1 * $1 }
      #expect(energy > 8 * error, "\(parts[index].name)")
    }
  }

  /// Training by gradients through the whole engine: it reports what died, and nothing has.
  @Test(arguments: ModelKind.allCases.filter { $0.gradientRule != nil })
  func gradientModelsSeparateDrums(model: ModelKind) throws {
    let stems = [SyntheticDrum.kick, .hihat].map { drum in
      drum.track(
        [(0.1, 100), (drum == .kick ? 0.5 : 0.3, 90)], sampleCount: 35_000, sampleRate: 44_100)
    }
    let parts = [
      Part(name: "kick", notes: [note(36, 0.1, 0.2), note(36, 0.5, 0.6)]),
      Part(name: "hihat", notes: [note(42, 0.1, 0.2), note(42, 0.3, 0.4)]),
    ]
    var settings = SeparationSettings.quick(model, window: 1024, iterations: 20)
    settings.encoderIterations = 20
    let result = try Separator(
      settings: settings, material: .drums(SyntheticDrum.kit()), parallel: sequentially
    ).separate(
      channels: [mixture(stems)], sampleRate: 44_100, parts: parts, hasPedal: true,
      withResidual: false)
    #expect(result.deadComponents == 0)
    #expect(result.lossAfter < 0.8 * result.lossBefore)
    #expect(model.streamed == (model.isConvolutive ? .cae : .nae))
  }
}
