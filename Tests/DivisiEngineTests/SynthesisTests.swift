import DivisiDSP
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// Masks that are known, turned back into sound.
struct SynthesisTests {
  private let grid = TimeGrid(sampleRate: 8000, windowLength: 64, hopSize: 16)
  private static let sampleCount = 4000

  /// Stems of two channels, with one gain for each part in each frame.
  private func stems(
    of channels: [[Float]], partCount: Int, parallel: @escaping Parallel = sequentially,
    gain: @escaping @Sendable (_ frame: Int, _ part: Int) -> Float
  ) -> [[[Float]]] {
    Synthesis.stems(
      of: channels, stft: STFT(grid: grid), partCount: partCount, parallel: parallel
    ) { frame, masks, _ in
      for part in 0..<partCount {
        for bin in 0..<masks.rowCount { masks[bin, part] = gain(frame, part) }
      }
    }
  }

  private let channels = [
    noise(count: sampleCount, seed: 1), noise(count: sampleCount, seed: 2),
  ]

  @Test func gainsOfPartsAreGainsOfStems() {
    let stems = stems(of: channels, partCount: 3) { [0.5, 1, 0][$1] + 0 * Float($0) }
    for (channel, samples) in channels.enumerated() {
      #expect(largestDifference(stems[0][channel], samples.map { 0.5 * $0 }) < 3e-6)
      #expect(largestDifference(stems[1][channel], samples) < 3e-6)
      #expect(stems[2][channel].allSatisfy { $0 == 0 })
    }
  }

  /// A part that rests is left out of the frames where it rests, and of no others.
  @Test func partsRestWhereTheirMasksDo() {
    let stems = stems(of: channels, partCount: 2) { frame, part in
      frame / 50 % 2 == part ? 1 : 0
    }
    for (channel, samples) in channels.enumerated() {
      #expect(largestDifference(mixture([stems[0][channel], stems[1][channel]]), samples) < 3e-6)
      // Frames 0 … 49 and 50 … 99 in turn, each reaching half a window further.
      for (part, silent) in [(1, 0..<768), (0, 832..<1568)] {
        #expect(stems[part][channel][silent].allSatisfy { $0 == 0 })
        #expect(stems[1 - part][channel][silent].contains { $0 != 0 })
      }
    }
  }

  @Test func stemsDoNotDependOnThreads() {
    let gain: @Sendable (Int, Int) -> Float = { Float(($0 + $1) % 7) / 7 }
    let backwards: Parallel = { count, body in
      for index in (0..<count).reversed() { body(index) }
    }
    #expect(
      stems(of: channels, partCount: 2, gain: gain)
        == stems(of: channels, partCount: 2, parallel: backwards, gain: gain))
  }
}
