import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiDSP

/// What is summed up and smoothed where a stroke is predicted from its neighbours.
struct StrokePredictionTests {
  private let grid = StrokeGrid(
    STFT(grid: TimeGrid(sampleRate: 44_100, windowLength: 2048, hopSize: 512)))

  /// Few columns stand for all frames, which are box means over five bins and three frames.
  @Test(arguments: [7, 16, 47]) func blocksAreSmoothed(frames: Int) {
    let bandCount = grid.bands.count - 1
    let blocks = noise(count: bandCount * (grid.stretches.count - 1), seed: 1)
    let map = BlockMap(grid, frames: min(frames, grid.frameCount))
    map.set(blocks)
    func block(_ frame: Int, _ bin: Int) -> Float {
      let frame = min(max(frame, 0), min(frames, grid.frameCount) - 1)
      let stretch = grid.stretches.lastIndex { $0 <= frame } ?? 0
      let bin = min(max(bin, 0), grid.binCount - 1)
      let band = grid.bands.lastIndex { $0 <= bin } ?? 0
      return blocks[stretch * bandCount + band]
    }
    for frame in 0..<min(frames, grid.frameCount) {
      let edges = Set(grid.bands.flatMap { [$0 - 3, $0 - 2, $0 - 1, $0, $0 + 1, $0 + 2] })
      for bin in edges.filter({ 0..<grid.binCount ~= $0 }) {
        var sum: Float = 0
        for near in -2...2 {
          for step in -1...1 { sum += block(frame + step, bin + near) / 15 }
        }
        #expect(abs(map.column(frame)[bin] - sum) < 1e-5)
      }
    }
  }

  /// Nine hypotheses, against sums of logarithms and quotients taken one by one.
  @Test func fitsAreAddedUp() {
    let count = 300
    // From 1e-16 to 1e9, as variances may be.
    let statistics = (0..<6).map { column in
      noise(count: count, seed: UInt64(2 + column)).map { powf(10, 12 * $0 - 3) }
    }
    let shares: [Float] = [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1]
    var sums = [Float](repeating: 0, count: 34)
    sums.withUnsafeMutableBufferPointer {
      BlockKernels.addFits(
        statistics.flatMap { $0 }, stride: count, count: count, shares: shares,
        to: $0.baseAddress!)
    }
    func expect(_ found: Float, _ term: (Int) -> Double) {
      let expected = (0..<count).reduce(0.0) { $0 + term($1) }
      #expect(abs(Double(found) - expected) <= 1e-4 * abs(expected))
    }
    func value(_ column: Int, _ bin: Int) -> Double { Double(statistics[column][bin]) }
    for (lane, share) in shares.enumerated() {
      func v(_ bin: Int) -> Double { value(3, bin) + Double(share) * value(4, bin) }
      for column in 0..<3 { expect(sums[8 * column + lane]) { value(column, $0) / v($0) } }
      expect(sums[24 + lane]) { log(v($0)) }
    }
    expect(sums[32]) { value(2, $0) / value(5, $0) }
    expect(sums[33]) { log(value(5, $0)) }
  }
}
