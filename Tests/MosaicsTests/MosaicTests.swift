import DivisiDSP
import Testing

@testable import Mosaics

/// Mosaics whose best answer is known: the target is made of the source's own frames.
@Suite struct MosaicTests {
  static let sampleRate = 8000.0

  /// Tones that change four times a second, with noise in them.
  static func melody(seconds: Double = 4, seed: UInt64 = 1) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    var phase = 0.0
    var hertz = 200.0
    return (0..<Int(seconds * sampleRate)).map { index in
      if index % 2000 == 0 { hertz = 150 + 900 * Double(generator.nextUnit()) }
      phase += hertz / sampleRate
      let envelope = 1 - 0.8 * Float(index % 2000) / 2000
      let wave = Float(phase - phase.rounded(.down)) - 0.5
      return 0.4 * envelope * wave + 0.01 * (generator.nextUnit() - 0.5)
    }
  }

  static func settings(_ change: (inout MosaicSettings) -> Void = { _ in }) -> MosaicSettings {
    var settings = MosaicSettings()
    change(&settings)
    return settings
  }

  static func mosaic(
    of target: [[Float]], from source: [[[Float]]], _ settings: MosaicSettings = settings(),
    parallel: @escaping Parallel = sequentially
  ) throws -> (channels: [[Float]], fit: Mosaic.Fit) {
    let frames = MosaicSource(
      source, sampleRate: sampleRate, settings: settings, parallel: parallel)
    var result = source[0].map { _ in [Float]() }
    let fit = try Mosaic(frames, settings: settings, parallel: parallel).render(
      sampleCount: target[0].count, read: { range in target.map { Array($0[range]) } },
      write: { piece in for channel in result.indices { result[channel] += piece[channel] } })
    return (result, fit)
  }

  static func sdr(_ estimate: [Float], _ truth: [Float]) -> Float {
    let error = zip(estimate, truth).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return truth.reduce(0) { $0 + $1 * $1 } / error
  }

  @Test func aTargetIsItsOwnBestSource() throws {
    let target = Self.melody()
    let (channels, fit) = try Self.mosaic(of: [target], from: [[target]])
    #expect(channels[0].count == target.count)
    // 12 dB.
    #expect(Self.sdr(channels[0], target) > 16)
    #expect(fit.loss < 0.05 * fit.total && fit.frameCount > 0)
    let plain = try Self.mosaic(
      of: [target], from: [[target]],
      Self.settings {
        $0.restraints.repetition = 1
        $0.restraints.polyphony = 0
        $0.restraints.continuity = 1
      })
    // 4 dB.
    #expect(Self.sdr(channels[0], target) > 2.5 * Self.sdr(plain.channels[0], target))
  }

  /// Noise in the place of tones and tones in the place of noise, as loud as what they stand for.
  @Test func aMosaicIsAsLoudAsItsTarget() throws {
    var generator = SeededGenerator(seed: 9)
    let noise = (0..<16_000).map { _ in 0.1 * (generator.nextUnit() - 0.5) }
    let tones = Self.melody(seconds: 2)
    let grid = TimeGrid(sampleRate: Self.sampleRate, resolution: 2048, hopAtResolution: 1024)
    let (weights, stft) = (Loudness.weights(grid), STFT(grid: grid))
    func loudness(_ sound: [Float]) -> Float {
      let buffer = stft.makeBuffer()
      return sound.withUnsafeBufferPointer { sound in
        (0..<grid.frameCount(sampleCount: sound.count)).reduce(0) { sum, frame in
          stft.analyse(sound, frame: frame, into: buffer)
          return (0..<grid.binCount).reduce(sum) {
            $0 + weights[$1] * (buffer.spectrum[$1] * buffer.spectrum[$1]).sum()
          }
        }
      }
    }
    for (target, source) in [(noise, tones), (tones, noise)] {
      let played = try Self.mosaic(of: [target], from: [[source]]).channels[0]
      // 1 dB.
      let ratio = loudness(played) / loudness(target)
      #expect((0.794...1.26).contains(ratio), "\(ratio)")
    }
  }

  /// What is too loud is lowered, alike before and behind, and what lies far from it is left as it is.
  @Test func nothingClips() {
    let sound = (0..<44_100).map { Float((15_000..<15_010).contains($0) ? 4 : 0.5) }
    func limited(_ lengths: Int) -> (samples: [Float], lowest: Float) {
      var limiter = PeakLimiter(channelCount: 1, sampleRate: 44_100)
      var result: [Float] = []
      for start in stride(from: 0, to: sound.count, by: lengths) {
        result += limiter.append([Array(sound[start..<min(start + lengths, sound.count)])])[0]
      }
      return (result + limiter.finish()[0], limiter.lowestGain)
    }
    let whole = limited(sound.count)
    #expect(whole.samples.count == sound.count && whole.samples.allSatisfy { abs($0) < 1 })
    #expect(abs(whole.lowest - 0.25) < 0.001)
    #expect(whole.samples[..<12_000] == sound[..<12_000])
    #expect(whole.samples[18_000...] == sound[18_000...])
    // No gain moves by more than 3 % in a millisecond.
    for (a, b) in zip(whole.samples[12_000..<14_900], whole.samples[12_044...]) {
      #expect(abs(b - a) < 0.03)
    }
    for lengths in [100, 7777] { #expect(limited(lengths) == whole) }
    // All channels have one gain, so that nothing moves from one side to the other.
    var stereo = [sound, sound.map { -0.125 * $0 }]
    #expect(PeakLimiter.limit(&stereo, sampleRate: 44_100) == whole.lowest)
    #expect(stereo == [whole.samples, whole.samples.map { -0.125 * $0 }])
  }

  @Test func silenceAnswersSilence() throws {
    let silence = [Float](repeating: 0, count: 5000)
    let (channels, fit) = try Self.mosaic(of: [silence], from: [[Self.melody(seconds: 1)]])
    #expect(channels[0] == silence)
    #expect(fit.loss < 1e-3 && fit.total < 1e-3)
  }

  @Test func channelsAreThoseOfTheSource() throws {
    let target = Self.melody(seconds: 1)
    let half = target.map { 0.5 * $0 }
    let (channels, _) = try Self.mosaic(of: [target], from: [[target, half]])
    for (left, right) in zip(channels[0], channels[1]) { #expect(abs(left - 2 * right) < 1e-4) }
  }

  @Test func phasesAreMadeToAgree() throws {
    let (target, source) = (Self.melody(seconds: 1), Self.melody(seconds: 2, seed: 2))
    let settings = Self.settings { $0.griffinLim = 5 }
    let plain = try Self.mosaic(of: [target], from: [[source]])
    let agreed = try Self.mosaic(of: [target], from: [[source]], settings)
    #expect(agreed.channels[0].count == target.count && agreed.channels != plain.channels)
    #expect(agreed.fit == plain.fit)
  }

  /// A tile depends on nothing but the frames around it, nor on threads.
  @Test func tilesFitTogether() throws {
    let source = Self.melody(seconds: 1, seed: 3)
    let long = Self.melody(seconds: 14)
    let whole = try Self.mosaic(of: [long], from: [[source]])
    let backwards: Parallel = { count, body in
      for index in (0..<count).reversed() { body(index) }
    }
    #expect(
      try Self.mosaic(of: [long], from: [[source]], parallel: backwards).channels == whole.channels)
    // The beginning does not know how the target goes on.
    let start = try Self.mosaic(of: [Array(long[..<(8 * 8000)])], from: [[source]])
    let count = 7 * 8000
    #expect(start.channels[0][..<count] == whole.channels[0][..<count])
  }
}
