import Foundation
import Testing

@testable import DivisiStudio

/// Other speeds keep time, and all channels together.
@Suite struct StretcherTests {
  private static let rate = 44_100

  /// Bursts of a tone, 1 s apart, in two channels, of which the second is softer.
  private static func bursts(_ seconds: Int) -> [[Float]] {
    let one = (0..<seconds * rate).map { index -> Float in
      let time = Double(index % rate) / Double(rate) - 0.25
      return time < 0 ? 0 : Float(0.5 * exp(-30 * time) * sin(2 * .pi * 880 * time))
    }
    return [one, one.map { $0 / 2 }]
  }

  @Test(arguments: [40, 70, 120]) func burstsComeWhenTheyShould(speed: Int) {
    let stretcher = Stretcher(
      sampleRate: Self.rate, channelCount: 2, speed: Double(speed) / 100, semitones: 0)
    let input = Self.bursts(4)
    var output: [[Float]] = [[], []]
    let expected = input[0].count * 100 / speed
    var start = 0
    while output[0].count < expected {
      let piece = stretcher.stretch(
        input.map { channel in
          (start..<start + Stretcher.blockLength).map { $0 < channel.count ? channel[$0] : 0 }
        })
      start += Stretcher.blockLength
      for channel in 0..<2 { output[channel] += piece[channel] }
    }
    #expect(start < input[0].count + Self.rate / 2)
    for second in 0..<4 {
      let place = (Double(second) + 0.25) * 100 / Double(speed) * Double(Self.rate)
      let window = Int(place) - 6000..<min(Int(place) + 12_000, output[0].count)
      let loudest = window.max { abs(output[0][$0]) < abs(output[0][$1]) } ?? 0
      #expect(
        abs(Double(loudest) - place) < 0.02 * 100 / Double(speed) * Double(Self.rate),
        "\(second): \(loudest) \(place)")
    }
    let ratio = zip(output[0], output[1]).reduce((0.0, 0.0)) {
      ($0.0 + Double($1.0 * $1.1), $0.1 + Double($1.0 * $1.0))
    }
    #expect(abs(ratio.0 / ratio.1 - 0.5) < 0.01, "the channels are together")
  }
}
