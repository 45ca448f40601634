#if arch(x86_64)
import CCPU
import DivisiKernels
import DivisiKernelsAVX2
import DivisiTestSupport
import Testing

@testable import DivisiDSP

/// The kernels that are compiled twice give the same bits for both.
@Suite(.enabled(if: divisi_has_avx2(), "this processor has no AVX2"))
struct KernelVariantTests {
  private let columns: Spectrogram
  private let support = BinBlocks(binCount: 200) { $0 < 8 || (24..<72).contains($0) || $0 >= 80 }
  private let gains = SIMD4<Float>(0.3, 1.7, 0, 2.1e-5)

  init() {
    let columns = Matrix(rowCount: 200, columnCount: 6)
    for column in 0..<6 {
      for (row, value) in noise(count: 200, seed: UInt64(column)).enumerated() {
        columns[row, column] = value
      }
    }
    self.columns = Spectrogram(columns)
  }

  private func column(_ index: Int) -> UnsafePointer<Float> {
    UnsafePointer(columns.values.column(index))
  }

  private var four: Columns { (column(0), column(1), column(2), column(3)) }

  /// Has both variants change columns 4 and 5 of copies, and expects the same change.
  private func expectSame(
    _ baseline:
      @escaping (Columns, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Blocks) -> Void,
    _ wide:
      @escaping (Columns, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Blocks) -> Void
  ) {
    let results = [baseline, wide].map { kernel in
      let y = columns.values.copy()
      kernel(four, y.column(4), y.column(5), support.blocks)
      return (0..<200).flatMap { [y[$0, 4].bitPattern, y[$0, 5].bitPattern] }
    }
    #expect(results[0] == results[1])
    let before = (0..<200).map { columns.values[$0, 4].bitPattern }
    #expect(stride(from: 0, to: 400, by: 2).map { results[0][$0] } != before)
  }

  @Test func sums() {
    let others = SIMD4<Float>(0.7, 0, 3.3e-4, 2)
    expectSame(
      { DivisiKernels.Kernels.add($0, gains: gains, to: $1, over: $3) },
      { DivisiKernelsAVX2.Kernels.add($0, gains: gains, to: $1, over: $3) })
    expectSame(
      { DivisiKernels.Kernels.add($0, gains: gains, to: $1, gains: others, to: $2, over: $3) },
      { DivisiKernelsAVX2.Kernels.add($0, gains: gains, to: $1, gains: others, to: $2, over: $3) })
    expectSame(
      { DivisiKernels.Kernels.add($0.0, gain: 0.3, to: $1, over: $3) },
      { DivisiKernelsAVX2.Kernels.add($0.0, gain: 0.3, to: $1, over: $3) })
  }

  @Test func sumsOfFourColumns() {
    let results = [false, true].map { isWide in
      let y = columns.values.copy()
      let four = (y.column(1), y.column(2), y.column(3), y.column(4))
      if isWide {
        DivisiKernelsAVX2.Kernels.add(column(0), gains: gains, to: four, over: support.blocks)
      } else {
        DivisiKernels.Kernels.add(column(0), gains: gains, to: four, over: support.blocks)
      }
      return (1...4).flatMap { column in (0..<200).map { y[$0, column].bitPattern } }
    }
    #expect(results[0] == results[1])
  }

  @Test func fourDelays() {
    let x = Matrix(rowCount: 200, columnCount: 7)
    for index in 0..<7 { x.column(index).update(from: column(index % 6), count: x.columnStride) }
    let seven: [Float] = [0.3, 1.7, 0, 2.1e-5, -4, 0.9, 11]
    let (stride, blocks) = (x.columnStride, support.blocks)
    func template(_ delay: Int) -> UnsafePointer<Float> { UnsafePointer(x.column(delay)) }
    let w = (
      template(0), template(1), template(2), template(3), template(4), template(5), template(6)
    )
    let results = [false, true].map { isWide in
      let y = columns.values.copy()
      let z = columns.values.copy()
      let products: SIMD4<Float>
      if isWide {
        typealias Kernels = DivisiKernelsAVX2.Kernels
        products = Kernels.correlate(
          column(0), stride: stride, x.column(0), stride: stride, over: blocks)
        Kernels.addDelayed(
          x.column(0), stride: stride, gains: gains, to: y.column(0), stride: stride, over: blocks)
        Kernels.convolve(
          x.column(0), stride: stride, gains: seven, to: z.column(0), stride: stride, over: blocks)
        Kernels.follow(
          w, gains: gains, to: z.column(0), stride: stride, over: blocks)
      } else {
        typealias Kernels = DivisiKernels.Kernels
        products = Kernels.correlate(
          column(0), stride: stride, x.column(0), stride: stride, over: blocks)
        Kernels.addDelayed(
          x.column(0), stride: stride, gains: gains, to: y.column(0), stride: stride, over: blocks)
        Kernels.convolve(
          x.column(0), stride: stride, gains: seven, to: z.column(0), stride: stride, over: blocks)
        Kernels.follow(
          w, gains: gains, to: z.column(0), stride: stride, over: blocks)
      }
      return (0..<4).flatMap { column in
        [products[column].bitPattern]
          + (0..<200).flatMap { [y[$0, column].bitPattern, z[$0, column].bitPattern] }
      }
    }
    #expect(results[0] == results[1])
  }

  @Test func quotientsAndDifferences() {
    expectSame(
      { DivisiKernels.Kernels.divide($0.1, by: $1, epsilon: 1e-9, over: $3) },
      { DivisiKernelsAVX2.Kernels.divide($0.1, by: $1, epsilon: 1e-9, over: $3) })
    expectSame(
      { DivisiKernels.Kernels.subtract($0.2, from: $1, over: $3) },
      { DivisiKernelsAVX2.Kernels.subtract($0.2, from: $1, over: $3) })
  }

  @Test func products() {
    let blocks = support.blocks
    let results = (
      DivisiKernels.Kernels.dot(column(5), four, over: blocks),
      DivisiKernelsAVX2.Kernels.dot(column(5), four, over: blocks)
    )
    for lane in 0..<4 {
      #expect(results.0[lane].bitPattern == results.1[lane].bitPattern)
      #expect(results.0[lane] != 0)
    }
    let magnitudes = columns.values.copy()
    for bin in 0..<200 { magnitudes[bin, 0] = abs(magnitudes[bin, 0]) }
    for bin in 0..<200 { magnitudes[bin, 1] = abs(magnitudes[bin, 1]) }
    let divergences = (
      DivisiKernels.Kernels.kullbackLeibler(
        magnitudes.column(0), from: magnitudes.column(1), epsilon: 1e-9, over: blocks),
      DivisiKernelsAVX2.Kernels.kullbackLeibler(
        magnitudes.column(0), from: magnitudes.column(1), epsilon: 1e-9, over: blocks)
    )
    #expect(divergences.0.bitPattern == divergences.1.bitPattern)
    #expect(divergences.0 > 0)
    #expect(
      DivisiKernels.Kernels.dot(column(5), column(0), over: blocks).bitPattern
        == DivisiKernelsAVX2.Kernels.dot(column(5), column(0), over: blocks).bitPattern)
  }

  @Test func waveforms() {
    let (signal, taps) = (noise(count: 300, seed: 7), noise(count: 32 * 17, seed: 8))
    let (t, y, weights) = (
      noise(count: 54, seed: 9), noise(count: 54, seed: 10),
      noise(count: 54, seed: 11).map { abs($0) }
    )
    func values(_ kernel: (UnsafeMutablePointer<Float>) -> Float) -> [UInt32] {
      var result = [Float](repeating: 0, count: 54)
      let sum = result.withUnsafeMutableBufferPointer { kernel($0.baseAddress!) }
      #expect(result.contains { $0 != 0 })
      return (result + [sum]).map(\.bitPattern)
    }
    #expect(
      values {
        DivisiKernels.Kernels.interpolate(
          signal, from: 3.3, step: 1.01, taps: taps, tapCount: 32, phaseCount: 16, to: $0, count: 54
        )
        return 0
      }
        == values {
          DivisiKernelsAVX2.Kernels.interpolate(
            signal, from: 3.3, step: 1.01, taps: taps, tapCount: 32, phaseCount: 16, to: $0,
            count: 54)
          return 0
        })
    // 54 values: whole vectors of eight, and six more.
    #expect(
      values {
        DivisiKernels.Kernels.filter(signal, taps: taps, tapCount: 32, to: $0, count: 54)
        return 0
      }
        == values {
          DivisiKernelsAVX2.Kernels.filter(signal, taps: taps, tapCount: 32, to: $0, count: 54)
          return 0
        })
    let variances = (0..<6).flatMap { noise(count: 100, seed: 12 + $0).map { abs($0) + 1e-9 } }
    let shares: [Float] = [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1]
    #expect(
      values {
        DivisiKernels.Kernels.addFits(variances, stride: 100, count: 97, shares: shares, to: $0)
        return 0
      }
        == values {
          DivisiKernelsAVX2.Kernels.addFits(
            variances, stride: 100, count: 97, shares: shares, to: $0)
          return 0
        })
    // 27 pairs: whole vectors of four, and three more.
    #expect(
      values { DivisiKernels.Kernels.correlate(t, y, weights: weights, to: $0, count: 27) }
        == values { DivisiKernelsAVX2.Kernels.correlate(t, y, weights: weights, to: $0, count: 27) }
    )
  }
}
#endif
