import Glibc
import Testing

@testable import DivisiDSP

/// Kernels against plain loops in double precision, over the same blocks.
struct KernelTests {
  private let binCount = 61
  private static let masks: [@Sendable (Int) -> Bool] = [
    { _ in true }, { _ in false }, { $0 == 60 }, { $0 % 16 < 8 }, { $0 > 20 && $0 < 23 },
  ]

  /// Columns of random values of both signs; the last row of blocks is zero beyond the bins.
  private func columns(_ count: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    let matrix = Matrix(rowCount: binCount, columnCount: count)
    for column in 0..<count {
      for bin in 0..<binCount { matrix[bin, column] = generator.nextUnit() * 2 - 1 }
    }
    return matrix
  }

  private func values(_ column: UnsafeMutablePointer<Float>) -> [Double] {
    (0..<binCount).map { Double(column[$0]) }
  }

  /// A few additions and multiplications of numbers around 1 in single precision.
  private func agree(
    _ column: UnsafeMutablePointer<Float>, _ expected: (Int) -> Double,
    elsewhere: [Double], _ support: BinBlocks
  ) -> Bool {
    (0..<binCount).allSatisfy { bin in
      support.contains(bin)
        ? abs(Double(column[bin]) - expected(bin)) <= 2e-6 * max(1, abs(expected(bin)))
        : Double(column[bin]) == elsewhere[bin]
    }
  }

  @Test(arguments: masks.indices)
  func columnKernels(mask: Int) {
    let support = BinBlocks(binCount: binCount, where: Self.masks[mask])
    defer { withExtendedLifetime(support) {} }
    let x = columns(4, seed: 1)
    let xs = (0..<4).map { values(x.column($0)) }
    func pointer(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(x.column(index)) }
    let four = (pointer(0), pointer(1), pointer(2), pointer(3))
    let start = columns(1, seed: 2)
    let old = values(start.column(0))

    var y = start.copy()
    BlockKernels.add(pointer(0), gain: 0.3, to: y.column(0), over: support.blocks)
    #expect(agree(y.column(0), { old[$0] + 0.3 * xs[0][$0] }, elsewhere: old, support))

    y = start.copy()
    let gains: [Double] = [0.5, -1.5, 2, 0.25]
    BlockKernels.add(four, gains: [0.5, -1.5, 2, 0.25], to: y.column(0), over: support.blocks)
    let sum = { (bin: Int) in (0..<4).reduce(old[bin]) { $0 + gains[$1] * xs[$1][bin] } }
    #expect(agree(y.column(0), sum, elsewhere: old, support))

    y = start.copy()
    let z = columns(1, seed: 9)
    let oldZ = values(z.column(0))
    BlockKernels.add(
      four, gains: [0.5, -1.5, 2, 0.25], to: y.column(0), gains: [0, 1, -1, 3], to: z.column(0),
      over: support.blocks)
    #expect(agree(y.column(0), sum, elsewhere: old, support))
    let difference = { oldZ[$0] + xs[1][$0] - xs[2][$0] + 3 * xs[3][$0] }
    #expect(agree(z.column(0), difference, elsewhere: oldZ, support))

    let targets = x.copy()
    BlockKernels.add(
      start.column(0), gains: [0.5, -1.5, 2, 0.25],
      to: (targets.column(0), targets.column(1), targets.column(2), targets.column(3)),
      over: support.blocks)
    for lane in 0..<4 {
      #expect(
        agree(
          targets.column(lane), { xs[lane][$0] + gains[lane] * old[$0] }, elsewhere: xs[lane],
          support))
    }

    y = start.copy()
    BlockKernels.subtract(pointer(2), from: y.column(0), over: support.blocks)
    #expect(agree(y.column(0), { old[$0] - xs[2][$0] }, elsewhere: old, support))

    y = start.copy()
    BlockKernels.scale(y.column(0), by: -3, over: support.blocks)
    #expect(agree(y.column(0), { -3 * old[$0] }, elsewhere: old, support))

    y = start.copy()
    BlockKernels.clear(y.column(0), over: support.blocks)
    #expect(agree(y.column(0), { _ in 0 }, elsewhere: old, support))

    y = start.copy()
    BlockKernels.multiply(y.column(0), by: pointer(1), gain: 0.7, over: support.blocks)
    #expect(agree(y.column(0), { old[$0] * xs[1][$0] * 0.7 }, elsewhere: old, support))
  }

  /// Four delays of four successive frames.
  @Test(arguments: masks.indices)
  func delayKernels(mask: Int) {
    let support = BinBlocks(binCount: binCount, where: Self.masks[mask])
    defer { withExtendedLifetime(support) {} }
    let bins = (0..<binCount).filter { support.contains($0) }
    let w = columns(4, seed: 21)
    let x = columns(7, seed: 22)
    let (ws, xs) = ((0..<4).map { values(w.column($0)) }, (0..<7).map { values(x.column($0)) })
    let stride = x.columnStride

    let products = BlockKernels.correlate(
      w.column(0), stride: stride, x.column(0), stride: stride, over: support.blocks)
    for i in 0..<4 {
      let expected = bins.reduce(0.0) { sum, bin in
        (0..<4).reduce(sum) { $0 + ws[$1][bin] * xs[i + $1][bin] }
      }
      #expect(abs(Double(products[i]) - expected) < 1e-5)
    }

    let gains: [Double] = [0.5, -1.5, 2, 0.25, -0.75, 1, 3]
    let sums = w.copy()
    BlockKernels.addDelayed(
      x.column(0), stride: stride, gains: SIMD4(gains[..<4].map { Float($0) }), to: sums.column(0),
      stride: stride, over: support.blocks)
    let frames = w.copy()
    BlockKernels.convolve(
      x.column(0), stride: stride, gains: gains.map { Float($0) }, to: frames.column(0),
      stride: stride, over: support.blocks)
    for k in 0..<4 {
      let sum = { (bin: Int) in (0..<4).reduce(ws[k][bin]) { $0 + gains[$1] * xs[$1 + k][bin] } }
      #expect(agree(sums.column(k), sum, elsewhere: ws[k], support))
      let frame = { (bin: Int) in
        (0..<4).reduce(ws[k][bin]) { $0 + gains[3 + k - $1] * xs[$1][bin] }
      }
      #expect(agree(frames.column(k), frame, elsewhere: ws[k], support))
    }
  }

  @Test(arguments: masks.indices)
  func divisionHasAFloor(mask: Int) {
    let support = BinBlocks(binCount: binCount, where: Self.masks[mask])
    defer { withExtendedLifetime(support) {} }
    let y = columns(1, seed: 3)
    let old = values(y.column(0))
    let factors = columns(2, seed: 4)
    for bin in 0..<binCount { factors[bin, 1] = bin % 5 == 0 ? 0 : factors[bin, 1].magnitude + 1 }
    let (numerator, denominator) = (values(factors.column(0)), values(factors.column(1)))
    BlockKernels.multiply(
      y.column(0), by: factors.column(0), over: factors.column(1), blocks: support.blocks)
    let expected = { (bin: Int) in old[bin] * numerator[bin] / (denominator[bin] + 1e-9) }
    #expect(agree(y.column(0), expected, elsewhere: old, support))
  }

  @Test(arguments: masks.indices)
  func sums(mask: Int) {
    let support = BinBlocks(binCount: binCount, where: Self.masks[mask])
    defer { withExtendedLifetime(support) {} }
    let bins = (0..<binCount).filter { support.contains($0) }
    let w = columns(1, seed: 5)
    let x = columns(4, seed: 6)
    let weights = values(w.column(0))
    func pointer(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(x.column(index)) }
    let dots = BlockKernels.dot(
      w.column(0), (pointer(0), pointer(1), pointer(2), pointer(3)), over: support.blocks)
    for index in 0..<4 {
      let expected = bins.reduce(0.0) { $0 + weights[$1] * Double(x[$1, index]) }
      #expect(abs(Double(dots[index]) - expected) < 5e-6)
      let single = BlockKernels.dot(w.column(0), pointer(index), over: support.blocks)
      #expect(abs(Double(single) - expected) < 5e-6)
    }
    let total = bins.reduce(0.0) { $0 + weights[$1] }
    #expect(abs(Double(BlockKernels.sum(w.column(0), over: support.blocks)) - total) < 5e-6)
  }

  /// From values of all sizes, zeros among them, and from a model that is zero where V is not.
  @Test(arguments: masks.indices)
  func divergenceIsTheDefinition(mask: Int) {
    let support = BinBlocks(binCount: binCount, where: Self.masks[mask])
    defer { withExtendedLifetime(support) {} }
    let exponents = columns(2, seed: 11)
    let values = Matrix(rowCount: binCount, columnCount: 2)
    for bin in 0..<binCount {
      values[bin, 0] = bin % 7 == 0 ? 0 : exp2(20 * exponents[bin, 0])
      values[bin, 1] = bin % 9 == 0 ? 0 : exp2(20 * exponents[bin, 1])
    }
    var (expected, size) = (0.0, 0.0)
    for bin in 0..<binCount where support.contains(bin) {
      let (v, a) = (Double(values[bin, 0]), Double(values[bin, 1]) + 1e-9)
      let logarithm = v > 0 ? v * log(v / a) : 0
      expected += logarithm - v + a
      size += abs(logarithm) + v + a
    }
    let found = Double(
      BlockKernels.kullbackLeibler(values.column(0), from: values.column(1), over: support.blocks))
    #expect(abs(found - expected) <= 1e-6 * size + 1e-7)
  }

  /// Every number of templates that may wait, in batches that other bins interrupt.
  @Test(arguments: 0...10)
  func batchAddsEveryTemplateOnce(count: Int) {
    let x = columns(max(count, 1), seed: 7)
    let supports = Self.masks.map { BinBlocks(binCount: binCount, where: $0) }
    defer { withExtendedLifetime(supports) {} }
    for pattern in 0..<4 {
      let y = columns(1, seed: 8)
      var expected = values(y.column(0))
      var batch = TemplateBatch(result: y.column(0))
      for index in 0..<count {
        let choice = pattern == 3 ? 3 : pattern == 2 && index % 3 == 2 ? 4 : pattern == 1 ? 0 : 2
        let support = supports[index % 5 == 4 ? 1 : choice]
        let gain = Float(index) - 2.5
        batch.add(x.column(index), gain: gain, over: support.blocks)
        for bin in 0..<binCount where support.contains(bin) {
          expected[bin] += Double(gain) * Double(x[bin, index])
        }
      }
      batch.flush()
      #expect((0..<binCount).allSatisfy { abs(Double(y[$0, 0]) - expected[$0]) < 2e-5 })
    }
  }
}
