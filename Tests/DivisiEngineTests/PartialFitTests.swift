import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiEngine

/// Players whose pitches are followed.
struct PartialFitTests {
  private static let rate = 16_000.0

  private static var settings: SeparationSettings {
    var settings = SeparationSettings.quick(.nmf, window: 6144, iterations: 8)
    settings.comb = .tracks
    return settings
  }

  /// A tone that swings about a pitch, ten partials; and where it is at a time.
  private struct Player {
    let pitch: Int
    let depthCents: Double
    let speedHertz: Double

    func hertz(at seconds: Double) -> Double {
      440
        * exp2(
          (Double(pitch) - 69 + depthCents / 100 * sin(2 * .pi * speedHertz * seconds)) / 12)
    }

    func samples(seconds: Double) -> [Float] {
      var phase = 0.0
      return (0..<Int(seconds * rate)).map { index in
        phase += 2 * .pi * hertz(at: Double(index) / rate) / rate
        return Float(0.1 * (1...10).reduce(0.0) { $0 + sin(Double($1) * phase) / Double($1) })
      }
    }
  }

  private static let upper = Player(pitch: 69, depthCents: 45, speedHertz: 2)
  private static let lower = Player(pitch: 60, depthCents: 30, speedHertz: 3)

  private static func parts(seconds: Double) -> [Part] {
    [upper, lower].enumerated().map { index, player in
      Part(
        name: "\(index)", notes: [note(player.pitch, 0, seconds)], instrument: index)
    }
  }

  @Test func pitchesAreFollowed() throws {
    let seconds = 2.0
    var found: Factorisation?
    let separator = Separator(
      settings: Self.settings, material: .pitched, parallel: sequentially)
    let stems = [Self.upper, Self.lower].map { $0.samples(seconds: seconds) }
    let separation = try separator.separate(
      channels: [mixture(stems)], sampleRate: Self.rate, parts: Self.parts(seconds: seconds),
      hasPedal: false, withResidual: false, observer: FitObserver(fitted: { found = $0 }))
    let factors = try #require(found)
    try #require(factors.tracks.count == 2)
    for track in factors.tracks {
      let player = [Self.upper, Self.lower][track.part]
      let frames = track.frames(of: factors.grid)
      #expect(frames.count > 40)
      // At the ends half of the window is empty.
      for frame in frames.dropFirst(4).dropLast(4) {
        let hertz = player.hertz(at: Double(frame) / factors.grid.frameRate)
        let cents = 1200 * log2(track.hertz[frame - track.firstFrame] / hertz)
        #expect(abs(cents) < 15, "part \(track.part), frame \(frame)")
      }
    }
    for (stem, truth) in zip(separation.stems, stems) {
      #expect(scaleInvariantSDR(estimate: stem[0], truth: truth) > 18)
    }
  }

  @Test func sectionsFadeIntoEachOther() throws {
    let seconds = 5.0
    let stems = [Self.upper, Self.lower].map { $0.samples(seconds: seconds) }
    let mix = mixture(stems)
    let layout = SectionLayout(limit: 3, length: 2, reach: 0.1, context: 0.1, fade: 0.05)
    var separator = try SectionSeparator(
      Separator(settings: Self.settings, material: .pitched, parallel: sequentially),
      parts: Self.parts(seconds: seconds), hasPedal: false, withResidual: false,
      sampleCount: mix.count, sampleRate: Self.rate, layout: layout)
    var cutter = SectionCutter(
      sampleCount: mix.count, sampleRate: Self.rate, channelCount: 1, layout: layout)
    var position = 0
    var joined: [[Float]] = [[], []]
    while let section = cutter.next(read: { held, count in
      held[0] += mix[position..<position + count]
      position += count
    }) {
      let piece = try separator.separate(section)
      for part in joined.indices { joined[part] += piece.stems[part][0] }
    }
    #expect(cutter.sectionCount > 1)
    for (stem, truth) in zip(joined, stems) {
      #expect(scaleInvariantSDR(estimate: stem, truth: truth) > 17)
    }
  }

  /// Notes outside the recording, of a pitch above all bins, and silence.
  @Test(arguments: [8000.0, 44_100, 192_000]) func anyNoteAndRateIsFinite(rate: Double) throws {
    let tone = harmonicTone(pitch: 60, from: 0.1, to: 0.4)
    let samples = signal(of: [tone], sampleCount: Int(0.5 * rate), sampleRate: rate)
    let parts = [
      Part(name: "a", notes: [note(60, 0.1, 0.4), note(127, 0.2, 0.3), note(60, 0.3, 9)]),
      Part(name: "b", notes: [note(0, 0, 0.5), note(64, 8, 9)], instrument: 1),
    ]
    for channel in [samples, samples.map { _ in 0 }] {
      let separation = try Separator(
        settings: Self.settings, material: .pitched, parallel: sequentially
      ).separate(
        channels: [channel], sampleRate: rate, parts: parts, hasPedal: false, withResidual: true)
      #expect(separation.stems.joined().joined().allSatisfy { $0.isFinite })
      #expect(separation.lossAfter <= separation.lossBefore)
    }
  }

  /// A stream has their templates alone.
  @Test func streamsTakeShifts() {
    #expect(CombShape.tracks.ofTemplates == .shifts)
    var settings = StreamSettings()
    settings.separation = Self.settings
    let plan = StreamPlan(
      settings: settings, layout: .hands, sampleRate: 16_000, channelCount: 1)
    #expect(plan.separation.comb == .shifts)
    #expect(plan.separation.pitchComponents.count > 1)
  }
}
