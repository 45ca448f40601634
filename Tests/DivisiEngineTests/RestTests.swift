import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Foundation
import Testing

@testable import DivisiEngine

/// Drums out of a mix that holds more.
struct RestTests {
  private static let rate = 22_050.0
  private static let sampleCount = Int(3 * rate)

  private static let strokes: [(SyntheticDrum, [(seconds: Double, velocity: Int)])] = [
    (.kick, [(0.1, 100), (0.9, 100), (1.6, 100), (2.4, 100)]),
    (.snare, [(0.5, 100), (1.3, 100), (2.0, 100), (2.7, 100)]),
  ]
  private static let tracks = strokes.map {
    $0.track($1, sampleCount: sampleCount, sampleRate: rate)
  }
  /// Chords that are held.
  private static let chords = signal(
    of: [(52, 0.0, 1.1), (59, 0.0, 1.1), (55, 1.1, 2.2), (64, 1.1, 2.2), (57, 2.2, 3.0)].map {
      harmonicTone(pitch: $0.0, from: $0.1, to: $0.2, decay: 4, level: 0.15)
    }, sampleCount: sampleCount, sampleRate: rate)

  private static var parts: [Part] {
    strokes.map { drum, strokes in
      Part(
        name: "\(drum)",
        notes: strokes.map {
          note(drum.rawValue, $0.seconds, $0.seconds + 0.1, velocity: $0.velocity)
        })
    }
  }

  private func settings(_ model: ModelKind, hasRest: Bool) -> SeparationSettings {
    var settings = SeparationSettings.quick(model, window: 2048, iterations: 20)
    settings.templateFrames = 32
    settings.refinements = 0
    settings.hasRest = hasRest
    return settings
  }

  private func separate(
    _ channels: [[Float]], _ settings: SeparationSettings, withResidual: Bool = false,
    observer: FitObserver? = nil
  ) throws -> [[[Float]]] {
    try Separator(
      settings: settings, material: .drums(SyntheticDrum.kit()), parallel: threaded
    ).separate(
      channels: channels, sampleRate: Self.rate,
      parts: Self.parts + (settings.hasRest ? [Rest.part] : []), hasPedal: true,
      withResidual: withResidual, observer: observer
    ).stems
  }

  @Test(arguments: [ModelKind.nmfd, .cae, .wae])
  func whatIsHeldIsNoDrum(model: ModelKind) throws {
    let mix = mixture(Self.tracks + [Self.chords])
    let stems = try separate([mix], settings(model, hasRest: true))
    #expect(stems.count == 3)
    #expect(largestDifference(mixture(stems.map { $0[0] }), mix) < 1e-5)
    let drums = scaleInvariantSDR(
      estimate: mixture([stems[0][0], stems[1][0]]), truth: mixture(Self.tracks))
    let rest = scaleInvariantSDR(estimate: stems[2][0], truth: Self.chords)
    #expect(drums > 8 && rest > 8, "\(drums) \(rest)")
    let without = scaleInvariantSDR(estimate: mix, truth: mixture(Self.tracks))
    #expect(drums > without + 5, "\(without)")
  }

  @Test func channelsAddUpAndTheResidualIsWhatIsLeft() throws {
    let channels = [
      mixture(Self.tracks + [Self.chords]), mixture([Self.tracks[0], Self.chords]),
    ]
    let stems = try separate(channels, settings(.nmfd, hasRest: true))
    for (channel, mix) in channels.enumerated() {
      #expect(largestDifference(mixture(stems.map { $0[channel] }), mix) < 1e-5)
    }
    let kept = try separate(channels, settings(.nmfd, hasRest: true), withResidual: true)
    let left = zip(channels[0], mixture(kept.map { $0[0] })).reduce(Float(0)) {
      $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
    }
    let all = channels[0].reduce(Float(0)) { $0 + $1 * $1 }
    #expect(left > 0 && left < 0.1 * all)
  }

  /// Drums of a stream over the song, twice: of the layout of a kit, and of one that names the rest.
  private func stream(_ layout: StreamLayout, hasRest: Bool, lookahead: Double) -> StreamRun {
    var all = StreamSettings()
    all.separation = settings(.nmfd, hasRest: hasRest)
    all.lookaheadSeconds = lookahead
    all.historySeconds = 4
    let again = Self.parts.map { part in
      let later = part.notes.map {
        note(
          $0.pitch, $0.onsetSeconds + 3, $0.releaseSeconds + 3, velocity: $0.velocity)
      }
      return Part(name: part.name, notes: part.notes + later)
    }
    let parts = layout.partNames.map { name in
      again.first { $0.name == name } ?? Part(name: name, notes: [])
    }
    let run = StreamRun(
      all, layout: layout, parts: parts, kit: SyntheticDrum.kit(), sampleRate: Self.rate)
    run.stream.process.pointee.locate(seconds: 0, isRolling: true)
    let mix = mixture(Self.tracks + [Self.chords])
    run.feed(mix + mix + [Float](repeating: 0, count: run.stream.latency))
    return run
  }

  /// A stroke of a few milliseconds, digital silence, and then chords: nothing lasts at first, and the rest begins later.
  @Test func aRestThatWasSilentBegins() throws {
    let grid = TimeGrid(sampleRate: Self.rate, windowLength: 2048, hopSize: 512)
    let click = (0..<512).map { Float(0.5 * sin(0.3 * Double($0)) * exp(-0.02 * Double($0))) }
    let silence = [Float](repeating: 0, count: Self.sampleCount - click.count)
    let V = Analysis.magnitude(
      of: [click + silence + Self.chords], stft: STFT(grid: grid), binCount: grid.binCount,
      parallel: sequentially)
    let learner = StrokeLearner(
      settings: settings(.nmfd, hasRest: true), grid: grid, binCount: grid.binCount,
      kit: SyntheticDrum.kit(), restPart: 1, parallel: sequentially)
    let parts = [Part(name: "kick", notes: [note(SyntheticDrum.kick.rawValue, 0, 0.1)])]
    var last: ConvolutiveNMF?
    for end in [12, 20, V.frameCount] {
      let window = Matrix(rowCount: V.binCount, columnCount: end)
      for frame in 0..<end {
        window.column(frame).update(from: V.values.column(frame), count: V.binCount)
      }
      last = learner.fit(
        Spectrogram(window), parts: parts, firstFrame: 0, leaving: 0, adapts: true)
      #expect(try #require(last).H.allSatisfy(\.isFinite))
    }
    let model = try #require(last)
    let rest = model.pattern.parts.indices.filter { model.pattern.parts[$0] == 1 }
    #expect(rest.contains { model.H[$0] > 1e-3 })
  }

  @Test(arguments: [0.5, 0])
  func aStreamKeepsTheRestOutOfTheDrums(lookahead: Double) throws {
    let run = stream(.drums, hasRest: true, lookahead: lookahead)
    let plain = stream(.drums, hasRest: false, lookahead: lookahead)
    let truth = mixture(Self.tracks)
    func quality(_ run: StreamRun) -> Double {
      let drums = mixture(run.output.parts).dropFirst(run.stream.latency)
      return scaleInvariantSDR(
        estimate: Array(drums.suffix(Self.sampleCount)), truth: truth)
    }
    let (found, without) = (quality(run), quality(plain))
    #expect(found > without + 3, "\(found) \(without)")
    let sum = mixture(run.output.parts + [run.output.residual]).dropFirst(run.stream.latency)
    let mix = mixture(Self.tracks + [Self.chords])
    #expect(largestDifference(Array(sum), mix + mix) < 1e-5)
    // The same samples, whether or not the rest has a name.
    let named = stream(
      .named(["kick", "snare", Rest.name], isPercussive: true), hasRest: true,
      lookahead: lookahead)
    #expect(named.output.parts[0] == run.output.parts[0])
    #expect(named.output.parts[1] == run.output.parts[1])
    let rest = named.output.parts[2].dropFirst(run.stream.latency).suffix(Self.sampleCount)
    #expect(scaleInvariantSDR(estimate: Array(rest), truth: Self.chords) > 5)
  }

  @Test func itsComponentsAreFreeAndShort() throws {
    let factors = Box<Factorisation>()
    _ = try separate(
      [mixture(Self.tracks + [Self.chords])], settings(.nmfd, hasRest: true),
      observer: FitObserver(fitted: { factors.value = $0 }))
    let found = try #require(factors.value)
    #expect(found.components.filter { $0.role == .rest }.count == Rest.componentCount)
    #expect(found.components.suffix(2).map(\.name) == ["rest 29", "rest 30"])
    #expect(found.model.W.frameCounts == [32, 32] + Array(repeating: 1, count: 30))
    for component in 2..<found.components.count {
      let entries = found.model.pattern.entries(ofComponent: component)
      #expect(entries.count == found.model.V.frameCount)
    }
    // What a reader of the file gets has the shape of one tensor, and zeros where a template is short.
    #expect(!found.encoded().isEmpty)
  }

  /// The share that a model leaves tells drums from songs.
  @Test func aScoreOfDrumsExplainsDrums() throws {
    func share(_ channels: [[Float]]) throws -> Double {
      var separator = try SectionSeparator(
        Separator(
          settings: settings(.nmfd, hasRest: false), material: .drums(SyntheticDrum.kit()),
          parallel: threaded), parts: Self.parts, hasPedal: true, withResidual: false,
        sampleCount: Self.sampleCount, sampleRate: Self.rate, layout: .whole)
      _ = try separator.separate(
        Section(
          index: 0, core: 0..<Self.sampleCount, extent: 0..<Self.sampleCount, channels: channels))
      return try #require(separator.unexplainedShare)
    }
    let (drums, song) = (
      try share([mixture(Self.tracks)]), try share([mixture(Self.tracks + [Self.chords])])
    )
    #expect(drums > 0 && drums < 0.25 && song > 0.25, "\(drums) \(song)")
  }
}

private final class Box<Value>: @unchecked Sendable {
  var value: Value?
}
