import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiEngine

/// What strokes have in common, and what it is worth.
struct WaveformTests {
  private static let sampleRate = 44_100.0
  private let reader = FractionalReader()

  private static let sampleCount = Int(4 * sampleRate)
  private static let times: [(SyntheticDrum, [Double])] = [
    (.kick, [0.1, 0.93, 1.62, 2.41, 3.2]), (.snare, [0.5, 1.31, 2.02, 2.8, 3.5]),
    (.hihat, [0.11, 0.52, 0.91, 1.3, 1.63, 2.04, 2.4, 2.81, 3.19, 3.52]),
  ]

  /// A track of each drum.
  ///
  /// - Parameter repeats: whether all strokes of a drum are the same sound, played a little faster
  ///   or slower.
  private func tracks(repeats: Bool) -> [[Float]] {
    Self.times.map { drum, times in
      var result = [Float](repeating: 0, count: Self.sampleCount)
      for (index, time) in times.enumerated() {
        let sound = drum.stroke(
          sampleRate: Self.sampleRate, seed: UInt64(drum.rawValue * 100 + (repeats ? 0 : index)))
        let rate = repeats ? 1 + 0.002 * Double(index % 3 - 1) : 1
        let played = reader.read(sound, from: 0, step: rate, count: sound.count)
        let first = Int(time * Self.sampleRate)
        for (offset, value) in played.enumerated() where first + offset < result.count {
          result[first + offset] += value
        }
      }
      return result
    }
  }

  private static var parts: [Part] {
    times.map { drum, times in
      Part(name: "\(drum)", notes: times.map { note(drum.rawValue, $0, $0 + 0.1) })
    }
  }

  private func separate(
    _ channels: [[Float]], _ model: ModelKind, withResidual: Bool = false
  ) throws -> [[[Float]]] {
    var settings = SeparationSettings.quick(model, window: 2048, iterations: 10)
    settings.templateFrames = 8
    return try Separator(
      settings: settings, material: .drums(SyntheticDrum.kit()), parallel: threaded
    )
    .separate(
      channels: channels, sampleRate: Self.sampleRate, parts: Self.parts, hasPedal: true,
      withResidual: withResidual
    ).stems
  }

  private func decibels(_ stems: [[[Float]]], _ truth: [[Float]]) -> Double {
    zip(stems, truth).reduce(0) {
      $0 + scaleInvariantSDR(estimate: $1.0[0], truth: $1.1) / Double(truth.count)
    }
  }

  @Test func repeatedStrokesComeApart() throws {
    let tracks = tracks(repeats: true)
    let mix = mixture(tracks)
    let plain = decibels(try separate([mix], .cae), tracks)
    let stems = try separate([mix], .wae)
    #expect(decibels(stems, tracks) > plain + 3)
    #expect(largestDifference(mixture(stems.map { $0[0] }), mix) < 1e-5)
  }

  /// Noise that never repeats is shared by the masks, as ever; the kick is the same each time.
  @Test func whatDoesNotRepeatIsLeftToTheMasks() throws {
    let tracks = tracks(repeats: false)
    let mix = mixture(tracks)
    let plain = decibels(try separate([mix], .cae), tracks)
    #expect(decibels(try separate([mix], .wae), tracks) > plain - 0.3)
  }

  @Test func channelsAndResidualAddUp() throws {
    let tracks = tracks(repeats: true)
    let foreign = noise(count: Self.sampleCount, level: 0.02, seed: 9)
    let left = mixture(tracks + [foreign])
    let right = mixture([tracks[0], tracks[1].map { 0.5 * $0 }, tracks[2].map { 0.2 * $0 }])
    let stems = try separate([left, right], .wae)
    for (channel, mix) in [left, right].enumerated() {
      #expect(largestDifference(mixture(stems.map { $0[channel] }), mix) < 1e-5)
    }
    let kept = try separate([left, right], .wae, withResidual: true)
    let energy = kept.flatMap { $0[0] }.reduce(Float(0)) { $0 + $1 * $1 }
    #expect(energy > 0 && energy.isFinite)
    #expect(decibels(kept, tracks) > 10)
  }

  /// Sections overlap, and each finds waveforms of its own.
  @Test func sectionsJoin() throws {
    let tracks = tracks(repeats: true)
    let mix = mixture(tracks)
    let grid = TimeGrid(sampleRate: Self.sampleRate, windowLength: 2048, hopSize: 512)
    let stft = STFT(grid: grid)
    var settings = SeparationSettings.quick(.cae, window: 2048, iterations: 10)
    settings.templateFrames = 8
    var learnt: Factorisation?
    var stems = try Separator(
      settings: settings, material: .drums(SyntheticDrum.kit()), parallel: threaded
    )
    .separate(
      channels: [mix], sampleRate: Self.sampleRate, parts: Self.parts, hasPedal: true,
      withResidual: false, observer: FitObserver(fitted: { learnt = $0 })
    ).stems
    let plain = decibels(stems, tracks)
    let factors = try #require(learnt)
    var refinement = WaveformRefinement(
      stft: stft, model: factors.model, mask: factors.mask, parts: Self.parts, parallel: threaded,
      sectionSeconds: 1.4
    )
    try refinement.run(&stems, of: [mix]) { _ in true }
    #expect(largestDifference(mixture(stems.map { $0[0] }), mix) < 1e-5)
    #expect(decibels(stems, tracks) > plain + 2)
  }
}
