import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// Separation of short synthetic mixtures stays as good as stated.
struct OutcomeTests {
  private static let sampleRate = 8000.0

  private struct Voice {
    let part: Part
    let samples: [Float]
  }

  private static let sampleCount = Int(1.6 * sampleRate)

  private static func voice(_ name: String, _ notes: [Note]) -> Voice {
    let tones = notes.map {
      harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
    }
    let samples = signal(of: tones, sampleCount: sampleCount, sampleRate: sampleRate)
    return Voice(part: Part(name: name, notes: notes), samples: samples)
  }

  /// Two voices in the same octave, so that partials cross and some coincide.
  private static let voices = [
    voice("left", [note(52, 0.05, 0.8), note(55, 0.8, 1.5)]),
    voice(
      "right", [note(64, 0.05, 0.4), note(67, 0.4, 0.8), note(69, 0.8, 1.2), note(60, 1.2, 1.5)]),
  ]

  private func separate(
    _ voices: [Voice], _ settings: SeparationSettings, _ material: Material, sampleRate: Double
  ) throws -> [Double] {
    let separator = Separator(settings: settings, material: material, parallel: sequentially)
    let result = try separator.separate(
      channels: [mixture(voices.map(\.samples))], sampleRate: sampleRate,
      parts: voices.map(\.part), hasPedal: true, withResidual: false)
    return zip(result.stems, voices).map { scaleInvariantSDR(estimate: $0[0], truth: $1.samples) }
  }

  @Test(arguments: [(ModelKind.nmf, 12.0), (.nae, 14.5)])
  func voicesComeApart(model: ModelKind, decibels: Double) throws {
    var settings = SeparationSettings.quick(model, window: 4096, iterations: 8)
    settings.encoderIterations = 8
    settings.refinements = 3
    let found = try separate(Self.voices, settings, .pitched, sampleRate: Self.sampleRate)
    #expect(found.allSatisfy { $0 > decibels }, "\(found)")
  }

  @Test(arguments: [(ModelKind.nmfd, 9.5), (.cae, 9.5)])
  func drumsComeApart(model: ModelKind, decibels: Double) throws {
    let strokes: [(SyntheticDrum, String, [(seconds: Double, velocity: Int)])] = [
      (.kick, "kick", [(0.1, 100), (0.7, 70)]),
      (.snare, "snare", [(0.4, 90), (1.0, 60)]),
      (.hihat, "hihat", [(0.1, 90), (0.25, 50), (0.4, 80), (0.7, 60), (1.0, 90)]),
    ]
    let rate = 16_000.0
    let voices = strokes.map { drum, name, strokes in
      Voice(
        part: Part(
          name: name,
          notes: strokes.map {
            note(drum.rawValue, $0.seconds, $0.seconds + 0.1, velocity: $0.velocity)
          }),
        samples: drum.track(strokes, sampleCount: Int(1.3 * rate), sampleRate: rate))
    }
    var settings = SeparationSettings.quick(model, window: 2048, iterations: 8)
    settings.encoderIterations = 4
    settings.templateFrames = 8
    let kit = SyntheticDrum.kit()
    let found = try separate(voices, settings, .drums(kit), sampleRate: rate)
    #expect(found.allSatisfy { $0 > decibels }, "\(found)")
  }
}
