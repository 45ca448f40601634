import DivisiScore
import Testing

@testable import DrumKits

/// Which strokes a kit keeps, and what it plays.
@Suite struct KitTests {
  private static func loop(
    _ strokes: [Strokes.Stroke]
  ) -> (stem: [Float], strokes: [CutStroke], notes: [Note]) {
    let stem = Strokes.stem(of: strokes)
    let notes = strokes.map { Strokes.note(at: $0.seconds, velocity: $0.velocity) }
    let cut = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem], parts: [Part(name: "kick", notes: notes)])
    return (stem, cut, notes)
  }

  @Test func layersCoverAllVelocitiesFromSoftToLoud() throws {
    let (stem, strokes, _) = Self.loop(Strokes.all)
    let kit = SampleKit(of: strokes, stems: [[stem]], sampleRate: 44_100)
    let kick = try #require(kit.instruments.first)
    #expect(kick.name == "kick" && kick.articulation == 36)
    #expect(kick.layers.first?.velocities.lowerBound == 1)
    #expect(kick.layers.last?.velocities.upperBound == 127)
    for (layer, next) in zip(kick.layers, kick.layers.dropFirst()) {
      #expect(layer.velocities.upperBound + 1 == next.velocities.lowerBound)
      #expect(layer.samples[0].velocity < next.samples[0].velocity)
    }
    // Amplitudes are squares of velocities, and each stroke is measured at its own.
    #expect(abs(kick.law.exponent - 4) < 0.1)
    for sample in kick.layers.flatMap(\.samples) {
      #expect(Strokes.all.contains { abs(Double($0.velocity) - sample.velocity) < 1.5 })
    }
    let small = SampleKit(
      of: strokes, stems: [[stem]], sampleRate: 44_100,
      size: SampleKit.Size(layers: 1, turns: 1))
    #expect(small.sampleCount == 1)
  }

  @Test func samplesBeginAndEndInSilence() throws {
    let (stem, strokes, _) = Self.loop([(0.2, 100), (1.7, 110)])
    let kit = SampleKit(of: strokes, stems: [[stem]], sampleRate: 44_100)
    for named in kit.namedSamples {
      let samples = named.sample.channels[0]
      #expect(abs(samples[0]) < 1e-4 && abs(samples[samples.count - 1]) < 1e-4)
      // Pre-echo: what sounds before the rise, of which half a millisecond may be the stroke's own.
      let before = samples[..<max(0, named.sample.lead - 22)].reduce(0) { $0 + $1 * $1 }
      #expect(before < 1e-6 * samples.reduce(0) { $0 + $1 * $1 })
    }
  }

  /// What was cut is played where it was.
  @Test func theSamePatternSoundsTheSame() throws {
    let (stem, strokes, notes) = Self.loop(Strokes.all)
    let kit = SampleKit(
      of: strokes, stems: [[stem]], sampleRate: 44_100, size: SampleKit.Size(layers: 16, turns: 1))
    var player = KitPlayer(kit)
    let sound = player.play(notes, leastCount: stem.count)[0]
    let error = zip(sound, stem).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(error < 0.01 * stem.reduce(0) { $0 + $1 * $1 })
  }

  @Test func aHiHatEndsItsLastStrokeAndAKickDoesNot() throws {
    func sound(_ articulation: Int) -> [Float] {
      let sample = SampleKit.Sample(
        channels: [[Float](repeating: 0.25, count: 8000)], lead: 0, velocity: 100)
      let kit = SampleKit(
        sampleRate: 8000,
        instruments: [
          SampleKit.Instrument(
            articulation: articulation, name: "drum",
            layers: [SampleKit.Layer(velocities: 1...127, samples: [sample])],
            law: LevelLaw(intercept: 0, exponent: 4))
        ])
      var player = KitPlayer(kit)
      return player.play(
        [0, 0.5].map { Strokes.note(at: $0, velocity: 100, pitch: articulation) })[
          0]
    }
    #expect(sound(42)[6000] == 0.25 && sound(36)[6000] == 0.5)
  }

  @Test func whatIsMissingIsPlayedByItsKindOrCounted() throws {
    let (stem, strokes, _) = Self.loop(Strokes.all)
    let kit = SampleKit(of: strokes, stems: [[stem]], sampleRate: 44_100)
    let player = KitPlayer(kit)
    let notes = [35, 36, 38, 38, 56].map { Strokes.note(at: 0, velocity: 100, pitch: $0) }
    #expect(player.missing(notes) == [38: 2, 56: 1])
  }

  @Test func aReplacementIsAsLoudAsWhatItStandsFor() throws {
    let (stem, strokes, notes) = Self.loop(Strokes.all)
    var kit = SampleKit(of: strokes, stems: [[stem]], sampleRate: 44_100)
    #expect(kit.replaceable == ["kick"])
    let other = (0..<8000).map { Float($0 < 300 ? 0 : 0.01 * ($0 % 2 == 0 ? 1 : -1)) }
    let (hasKick, hasSnare) = (kit.replace("kick", with: [other]), kit.replace("snare", with: nil))
    #expect(hasKick && !hasSnare)
    var player = KitPlayer(kit)
    let sound = player.play(Array(notes[..<1]))[0]
    func energy(_ samples: [Float]) -> Float {
      samples[8820..<8820 + 2205].reduce(0) { $0 + $1 * $1 }
    }
    #expect(abs(energy(sound) / energy(stem) - 1) < 0.1)
    _ = kit.replace("kick", with: nil)
    player = KitPlayer(kit)
    let silence = player.play(notes)[0]
    #expect(silence.allSatisfy { $0 == 0 })
  }
}
