import DivisiScore
import Glibc
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
    // Levels 2.4 dB apart are two layers, and those 1.6 dB apart are one.
    for (velocity, count) in [(115, 2), (110, 1)] {
      let (stem, strokes, _) = Self.loop([(0.2, 100), (1, velocity)])
      let kit = SampleKit(of: strokes, stems: [[stem]], sampleRate: 44_100)
      #expect(kit.instruments.first?.layers.count == count)
    }
  }

  /// Of a hi-hat, which rings on, a short stroke that is clean is better than a long one that is not; of a kick it is not.
  @Test func cleanHiHatsMayBeShort() throws {
    let times = [(0.2, 100), (0.35, 98)]
    let stem = Strokes.stem(of: times, hertz: 3000)
    // As loud as the second stroke, and other drums below both.
    let mixture = stem.indices.map { place -> Float in
      let low = 3 * cosf(0.0085 * Float(place))
      return place < 15_435
        ? stem[place] + low : stem[place] + 0.7 * cosf(0.45 * Float(place)) + low
    }
    for (pitch, kept) in [(42, 100.0), (36, 98.0)] {
      let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
        stems: [[stem]], mixture: [mixture],
        parts: [
          Part(
            name: "drum",
            notes: times.map { Strokes.note(at: $0.0, velocity: $0.1, pitch: pitch) })
        ])
      try #require(strokes.count == 2)
      #expect(strokes[0].purity > 0.95 && strokes[1].purity < 0.7)
      let kit = SampleKit(
        of: strokes, stems: [[stem]], sampleRate: 44_100,
        size: SampleKit.Size(layers: 1, turns: 1))
      let sample = try #require(kit.instruments.first?.layers.first?.samples.first)
      #expect(abs(sample.velocity - kept) < 0.5, "\(pitch)")
    }
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

  /// Every stroke by itself, whatever there are of a kind.
  @Test func aRecordingsPatternIsPlayedByItsOwnStrokes() throws {
    // Of one level, but of different sounds.
    let times = [0.2, 0.7, 1.2, 1.7, 2.2]
    let parts = times.indices.map { index in
      Strokes.stem(
        of: [(times[index], 100), (times[index] + 0.45, 1)], hertz: 80 + 40 * Double(index))
    }
    let stem = parts[0].indices.map { place in parts.reduce(0) { $0 + $1[place] } }
    let notes = times.map { Strokes.note(at: $0, velocity: 100) }
    let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem], parts: [Part(name: "kick", notes: notes)])
    func error(_ kit: SampleKit) -> Float {
      var player = KitPlayer(kit)
      let sound = player.play(
        kit.pattern(of: strokes, bars: []).notes, isMeasured: true, leastCount: stem.count)[0]
      return zip(sound, stem).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        / stem.reduce(0) { $0 + $1 * $1 }
    }
    let few = SampleKit(of: strokes, stems: [[stem]], sampleRate: 44_100)
    let own = SampleKit(inTurn: strokes, stems: [[stem]], sampleRate: 44_100)
    #expect(few.sampleCount < strokes.count && own.sampleCount == strokes.count)
    #expect(error(few) > 0.1 && error(own) < 0.01)
  }

  /// A stroke that the next one cuts off goes on as the longest does, at its own level, however loud a kick sounds below it.
  @Test(arguments: [0, 3] as [Float]) func aHiHatRingsOn(kickLevel: Float) throws {
    let times = [(0.2, 80), (0.3, 70), (1.4, 100)]
    let stem = Strokes.stem(of: times, hertz: 3000)
    let notes = times.map { Strokes.note(at: $0.0, velocity: $0.1, pitch: 42) }
    let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem], parts: [Part(name: "hihat", notes: notes)])
    let kick = stem.indices.map { $0 < 12_800 ? 0 : kickLevel * cos(0.0085 * Float($0)) }
    let kit = SampleKit(inTurn: strokes, stems: [[stem], [kick]], sampleRate: 44_100)
    let samples = try #require(kit.instruments.first?.layers.first?.samples)
    try #require(samples.count == 3 && strokes[0].extent.count < 4500)
    let (cut, whole) = (samples[0].channels[0], samples[2].channels[0])
    try #require(cut.count > 21_000)
    // From before its end to far behind it, in stretches of 20 ms.
    for start in stride(from: 882, to: 20_000, by: 882) {
      func energy(_ sound: [Float]) -> Float {
        sound[start..<start + 882].reduce(0) { $0 + $1 * $1 }
      }
      #expect(abs(energy(cut) / (pow(0.8, 4) * energy(whole)) - 1) < 0.15, "\(start)")
    }
  }

  /// A closed hi-hat that an open one stands for does not ring.
  @Test func anOpenHiHatInPlaceOfAClosedOneIsShort() throws {
    let sample = SampleKit.Sample(
      channels: [[Float](repeating: 0.25, count: 8000)], lead: 0, velocity: 100)
    let kit = SampleKit(
      sampleRate: 8000,
      instruments: [
        SampleKit.Instrument(
          articulation: 46, name: "open-hi-hat",
          layers: [SampleKit.Layer(velocities: 1...127, samples: [sample])],
          law: LevelLaw(intercept: 0, exponent: 4))
      ])
    var player = KitPlayer(kit)
    let closed = player.play([Strokes.note(at: 0, velocity: 100, pitch: 42)], leastCount: 8000)[0]
    let open = player.play([Strokes.note(at: 0, velocity: 100, pitch: 46)], leastCount: 8000)[0]
    #expect(closed[1000] == 0.25 && closed[2000] == 0 && open[7000] == 0.25)
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
