import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiEngine

/// Parts of a stereo recording that are told apart by where they lie.
struct SpatialTests {
  private static let sampleRate = 8000.0
  /// The parts strike the same keys in turn, and at times together: masks alone cannot tell them apart.
  private static let parts = [
    Part(name: "left", notes: [note(60, 0.1, 0.5), note(64, 0.7, 1.5), note(67, 1.6, 2.4)]),
    Part(name: "right", notes: [note(72, 0.1, 0.9), note(60, 0.9, 1.5), note(76, 1.6, 2.6)]),
  ]
  private static let stems = parts.map { part in
    signal(
      of: part.notes.map {
        harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
      }, sampleCount: 24_000, sampleRate: sampleRate)
  }

  /// By part and channel.
  private static func panned(_ degrees: [Double]) -> [[[Float]]] {
    zip(stems, degrees).map { stem, degrees in
      let angle = Double.pi / 4 + degrees * .pi / 180
      return [cos(angle), sin(angle)].map { gain in stem.map { $0 * Float(gain) } }
    }
  }

  private static func mix(_ stems: [[[Float]]]) -> [[Float]] {
    stems[0].indices.map { channel in mixture(stems.map { $0[channel] }) }
  }

  private func separate(_ channels: [[Float]], isSpatial: Bool = true) throws -> [[[Float]]] {
    var settings = SeparationSettings.quick(.nae, window: 4096, iterations: 20)
    settings.isSpatial = isSpatial
    let separator = Separator(settings: settings, material: .pitched, parallel: sequentially)
    return try separator.separate(
      channels: channels, sampleRate: Self.sampleRate, parts: Self.parts, hasPedal: true,
      withResidual: true
    ).stems
  }

  /// The mean over parts and channels.
  private func quality(_ found: [[[Float]]], _ truth: [[[Float]]]) -> Double {
    let values = zip(found, truth).flatMap { found, truth in
      zip(found, truth).map { found, truth in
        let error = zip(found, truth).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
        let energy = truth.reduce(0.0) { $0 + Double($1) * Double($1) }
        return 10 * log10(energy / error)
      }
    }
    return values.reduce(0, +) / Double(values.count)
  }

  @Test func partsInDifferentPlacesAreToldApart() throws {
    let truth = Self.panned([-15, 15])
    let mix = Self.mix(truth)
    let alike = quality(try separate(mix, isSpatial: false), truth)
    let apart = quality(try separate(mix), truth)
    #expect(apart > alike + 5, "\(alike) \(apart)")
  }

  @Test func twoChannelsThatAreTheSameLoseNothing() throws {
    let mix = Self.mix(Self.panned([0, 0]))
    let alike = try separate(mix, isSpatial: false)
    let apart = try separate(mix)
    for (a, b) in zip(alike, apart) {
      for (a, b) in zip(a, b) { #expect(largestDifference(a, b) < 1e-4) }
    }
  }

  @Test func swappedChannelsGiveSwappedStems() throws {
    let mix = Self.mix(Self.panned([-15, 15]))
    let straight = try separate(mix)
    let swapped = try separate(mix.reversed())
    for (a, b) in zip(straight, swapped) {
      for (a, b) in zip(a, b.reversed()) { #expect(largestDifference(a, b) < 1e-4) }
    }
  }

  @Test func oneChannelIsMaskedAsBefore() throws {
    let mix = [Self.mix(Self.panned([0, 0]))[0]]
    #expect(try separate(mix) == separate(mix, isSpatial: false))
  }

  /// Two noises that are known to sound alone at times, in places of their own.
  @Test func noisesInTwoPlacesAreSeparated() {
    let grid = TimeGrid(sampleRate: Self.sampleRate, windowLength: 512, hopSize: 128)
    let stft = STFT(grid: grid)
    let sources: [[Float]] = (0..<2).map { source in
      noise(count: 32_000, seed: UInt64(source + 7)).enumerated().map { index, value in
        // Alone in turn, then together.
        index >= 16_000 || index / 4000 % 2 == source ? value : 0
      }
    }
    let truth = [
      [sources[0], sources[0].map { 0.2 * $0 }], [sources[1].map { 0.1 * $0 }, sources[1]],
    ]
    let mix = Self.mix(truth)
    let fill: Synthesis.Masks = { frame, masks, _ in
      let sample = frame * 128
      for part in 0..<2 {
        let share: Float = sample >= 16_000 ? 0.5 : sample / 4000 % 2 == part ? 1 : 0
        for bin in 0..<masks.rowCount { masks[bin, part] = share }
      }
    }
    let covariances = SpatialAnalysis.covariances(
      of: mix, stft: stft, partCount: 2, parallel: sequentially, masks: fill)
    let alike = Synthesis.stems(
      of: mix, stft: stft, partCount: 2, parallel: sequentially, masks: fill)
    let apart = Synthesis.stems(
      of: mix, stft: stft, partCount: 2, covariances: covariances, parallel: sequentially,
      masks: fill)
    let (before, after) = (quality(alike, truth), quality(apart, truth))
    #expect(after > before + 10, "\(before) \(after)")
  }

  @Test func streamsTellPartsApartToo() throws {
    let truth = Self.panned([-15, 15])
    let mix = Self.mix(truth)
    var settings = StreamSettings.quick(lookahead: 0.3)
    let apart = try streamed(mix, settings, parts: Self.parts, sampleRate: Self.sampleRate)
    settings.separation.isSpatial = false
    let alike = try streamed(mix, settings, parts: Self.parts, sampleRate: Self.sampleRate)
    let (before, after) = (quality(alike, truth), quality(apart, truth))
    #expect(after > before + 0.5, "\(before) \(after)")
    for channel in mix.indices {
      let difference = largestDifference(
        mixture(apart.map { $0[channel] }), mixture(alike.map { $0[channel] }))
      // What is in no part may lie elsewhere, too.
      #expect(difference < 0.1)
    }
  }

  @Test func streamsOfTwoChannelsThatAreTheSameLoseNothing() throws {
    let mix = Self.mix(Self.panned([0, 0]))
    for lookahead in [0, 0.3] {
      var settings = StreamSettings.quick(lookahead: lookahead)
      let apart = try streamed(mix, settings, parts: Self.parts, sampleRate: Self.sampleRate)
      settings.separation.isSpatial = false
      let alike = try streamed(mix, settings, parts: Self.parts, sampleRate: Self.sampleRate)
      for (a, b) in zip(alike, apart) {
        for (a, b) in zip(a, b) { #expect(largestDifference(a, b) < 1e-3) }
      }
    }
  }
}
