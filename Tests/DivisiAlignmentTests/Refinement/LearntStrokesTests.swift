import DivisiDSP
import Foundation
import Testing

@testable import DivisiAlignment

@Suite struct LearntStrokesTests {
  private static let rate = 44_100.0
  private static let (kick, hat, bell) = (36, 42, 53)
  private static let bands = Bands.thirdsOfOctaves
  private static let grid = TimeGrid(sampleRate: rate, resolution: 512, hopAtResolution: 110)

  /// A kit whose hi-hat rings at 9 kHz.
  private static let kit: Instrument = {
    let grid = TimeGrid(sampleRate: rate, resolution: 2048, hopAtResolution: 512)
    func patch(_ hertz: Double) -> [Float] {
      (0..<4).flatMap { _ in
        (0..<grid.binCount).map { bin in
          abs(Double(bin) - hertz * Double(grid.windowLength) / rate) < 3 ? 1 : 0
        }
      }
    }
    return .drums([kick: patch(100), hat: patch(9000)], grid: grid)
  }()

  /// Kicks, and hi-hats that ring at 5 kHz: apart, and every other one with a kick.
  private static let strokes = (0..<12).flatMap { index -> [(onset: Double, pitch: Int)] in
    let time = 0.3 + 0.4 * Double(index)
    return [(time, hat), (index % 2 == 0 ? time + 0.004 : time + 0.2, kick)]
  }

  private static let channels: [[Float]] = {
    var result = [Float](repeating: 0, count: Int(5.5 * rate))
    for stroke in strokes {
      let (hertz, level) = stroke.pitch == kick ? (100.0, 0.5) : (5000, 0.2)
      for offset in 0..<Int(0.15 * rate) {
        let time = Double(offset) / rate
        result[Int(stroke.onset * rate) + offset] += Float(
          level * exp(-25 * time) * sin(2 * .pi * hertz * time))
      }
    }
    return [result]
  }()

  private static func templates(_ strokes: [(onset: Double, pitch: Int)]) -> [Int: [Float]] {
    let sound = SoundStretch(whole: channels, grid: grid)
    var learnt = LearntStrokes(
      onsets: strokes.map(\.onset), pitches: strokes.map(\.pitch), sampleCount: channels[0].count,
      peak: sound.peak, filter: BandFilter(bands, grid: grid))
    learnt.listen(to: sound, parallel: sequentially)
    return learnt.templates(from: kit)
  }

  private static func band(_ hertz: Double) -> Int {
    bands.centres.indices.min { abs(bands.centres[$0] - hertz) < abs(bands.centres[$1] - hertz) }!
  }

  /// The hi-hat becomes that of the recording, though half of its strokes are hidden by kicks, and the kick gets none of it.
  @Test func drumsBecomeThoseOfTheRecording() throws {
    let learnt = Self.templates(Self.strokes)
    let (hat, kick) = (try #require(learnt[Self.hat]), try #require(learnt[Self.kick]))
    let (low, old, new) = (Self.band(100), Self.band(9000), Self.band(5000))
    #expect(hat[new] > 1.5 * hat[old], "\(hat)")
    #expect(hat[low] < 0.1 * hat[new], "\(hat)")
    #expect(kick[new] < 0.1 * kick[low], "\(kick)")
    for template in learnt.values {
      #expect(abs(template.reduce(0, +) - 1) < 1e-3)
    }
  }

  /// What the kit does not know has no template, and disturbs no other.
  @Test func unknownDrumsAreLeftOut() throws {
    let strokes = Self.strokes + [(1.0, Self.bell), (6.0, Self.bell)]
    let learnt = Self.templates(strokes)
    #expect(learnt[Self.bell] == nil)
    let hat = try #require(learnt[Self.hat])
    #expect(hat.allSatisfy { $0.isFinite && $0 > 0 })
  }

  /// A stroke or two do not make another drum of what is known.
  @Test func fewStrokesChangeLittle() throws {
    let learnt = Self.templates([Self.strokes[2]])
    let hat = try #require(learnt[Self.hat])
    #expect(hat[Self.band(9000)] > hat[Self.band(5000)], "\(hat)")
  }
}
