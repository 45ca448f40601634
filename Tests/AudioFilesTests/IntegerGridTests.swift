import Testing

@testable import AudioFiles

struct IntegerGridTests {
  /// Ties, the ends, what is beyond them, and far beyond.
  private static func samples(bits: Int) -> [Float] {
    let step = 1 / Float(1 << (bits - 1))
    let near = (-20...20).flatMap { tenth in
      [-1, -0.5, 0, 0.5, 1].map { $0 + Float(tenth) * 0.25 * step }
    }
    return near + [1e9, -1e9, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e-30, -0.0]
  }

  /// What is written is what the residual is taken from.
  @Test(arguments: [16, 24])
  func eightAreRoundedAsOneIs(bits: Int) {
    let grid = IntegerGrid(bits: bits)
    let samples = Self.samples(bits: bits)
    for first in stride(from: 0, to: samples.count - 7, by: 1) {
      let eight = Array(samples[first..<first + 8])
      var clippedCount = 3
      let levels = grid.leftAligned(SIMD8(eight), clippedCount: &clippedCount)
      #expect(
        (0..<8).map { levels[$0] } == eight.map { Int32(grid.level(of: $0)) << Int32(32 - bits) })
      #expect(clippedCount == 3 + eight.count { grid.clips($0) })
    }
  }
}
