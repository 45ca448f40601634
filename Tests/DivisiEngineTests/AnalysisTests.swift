import DivisiDSP
import DivisiTestSupport
import Testing

@testable import DivisiEngine

struct AnalysisTests {
  private let grid = TimeGrid(sampleRate: 8000, windowLength: 64, hopSize: 16)

  private func magnitude(_ channels: [[Float]], binCount: Int) -> [Float] {
    let V = Analysis.magnitude(
      of: channels, stft: STFT(grid: grid), binCount: binCount, parallel: sequentially)
    return (0..<V.frameCount).flatMap { frame in
      (0..<V.binCount).map { V.values[$0, frame] }
    }
  }

  /// √Σ|X_c|² of channels that sound in turn is the magnitude of their sum.
  @Test func channelsAddUpByPower() {
    let one = noise(count: 700, level: 0.3, seed: 1)
    let alone = magnitude([one], binCount: grid.binCount)
    let empty = [Float](repeating: 0, count: 700)
    #expect(magnitude([empty, one], binCount: grid.binCount) == alone)
    #expect(magnitude([one, empty], binCount: grid.binCount) == alone)
    let first = one.enumerated().map { $0 < 300 ? $1 : 0 }
    let second = one.enumerated().map { $0 < 400 ? 0 : $1 }
    let turns = magnitude([first, second], binCount: grid.binCount)
    let sum = magnitude([mixture([first, second])], binCount: grid.binCount)
    #expect(largestDifference(turns, sum) < 1e-6)
  }

  @Test func theLargestMagnitudeIsOne() {
    let values = magnitude([noise(count: 700, level: 1e-4, seed: 2)], binCount: grid.binCount)
    #expect(values.max().map { abs($0 - 1) < 1e-6 } == true)
  }

  @Test func binsAboveAreLeftOut() {
    let samples = noise(count: 100, seed: 3)
    let (all, few) = (magnitude([samples], binCount: 33), magnitude([samples], binCount: 8))
    let ratio = all[0] / few[0]
    for frame in 0..<few.count / 8 {
      for bin in 0..<8 {
        #expect(abs(few[8 * frame + bin] * ratio - all[33 * frame + bin]) < 1e-5)
      }
    }
  }
}
