import DivisiDSP
import Foundation
import Mosaics
import Testing

/// Which frames of a source may answer, as the score of the target says.
@Suite struct MosaicGuideTests {
  private static func tone(_ pitches: [Int], seconds: Double = 1) -> [Float] {
    (0..<Int(seconds * MosaicTests.sampleRate)).map { index in
      pitches.reduce(Float(0)) { sum, pitch in
        let phase = 440 * exp2(Double(pitch - 69) / 12) * Double(index) / MosaicTests.sampleRate
        return sum + 0.2 * (2 * Float(phase - phase.rounded(.down)) - 1)
      }
    }
  }

  /// Of four tones in turn, only the one that the score names answers, though two sound.
  @Test func onlyFramesOfThePitchAnswer() throws {
    let pitches = [57, 60, 63, 66]
    let recording = pitches.flatMap { Self.tone([$0]) }
    let settings = MosaicTests.settings()
    let source = MosaicSource(
      [[recording]], sampleRate: MosaicTests.sampleRate, settings: settings, parallel: sequentially)
    let target = Self.tone([60, 66], seconds: 2)
    let frameCount = source.grid.frameCount(sampleCount: target.count)
    func frames(_ guide: MosaicGuide?) throws -> [[Int]] {
      var result: [[Int]] = []
      _ = try Mosaic(source, settings: settings, guide: guide, parallel: sequentially).render(
        sampleCount: target.count, read: { [Array(target[$0])] }, write: { _ in },
        observe: { _, lists in
          result += lists.map { list in
            let strongest = list.map(\.value).max() ?? 0
            return list.filter { $0.value > 0.05 * strongest }.map { Int($0.index) }
          }
        })
      return result
    }
    func tones(_ indices: [Int]) -> Set<Int> {
      Set(indices.map { pitches[min(3, Int(Double($0) / source.grid.frameRate))] })
    }
    let guide = MosaicGuide(
      [MosaicGuide.Tone(pitch: 60, seconds: 0...1)], source: source, frameCount: frameCount)
    let guided = try frames(guide)
    let rate = source.grid.frameRate
    // A frame between two tones has some of both.
    let first = guided[2..<Int(rate) - 2].map(tones)
    #expect(first.allSatisfy { $0.isSubset(of: [57, 60, 63]) && $0.contains(60) })
    // Afterwards the score is silent, and all may answer.
    #expect(guided[Int(rate) + 2..<guided.count - 2].map(tones).allSatisfy { $0.contains(66) })
    let free = try frames(nil)
    #expect(free[2..<Int(rate) - 2].map(tones).allSatisfy { $0.contains(66) })
    // A score without notes guides nothing.
    #expect(try frames(MosaicGuide([], source: source, frameCount: frameCount)) == free)
  }
}
