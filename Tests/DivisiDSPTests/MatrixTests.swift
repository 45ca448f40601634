@testable import DivisiDSP
import Testing

struct MatrixTests {
  @Test func columnsAreAlignedAndPaddedWithZeros() {
    let matrix = Matrix(rowCount: 17, columnCount: 3)
    #expect(matrix.columnStride == 32)
    for column in 0..<3 {
      for row in 0..<17 { matrix[row, column] = Float(100 * column + row) }
    }
    for column in 0..<3 {
      let values = matrix.column(column)
      #expect(UInt(bitPattern: values) % 64 == 0)
      #expect((0..<17).allSatisfy { values[$0] == Float(100 * column + $0) })
      #expect((17..<32).allSatisfy { values[$0] == 0 })
    }
    #expect(matrix.maximum() == 216)
  }

  /// On the heap, in pages of its own, and with a last page that is not whole.
  @Test(arguments: [511, 512, 600, 1023])
  func largeOnesAreZerosThatCanBeWritten(columns: Int) {
    let matrix = Matrix(rowCount: 1024, columnCount: columns)
    #expect(matrix.maximum() == 0)
    matrix[0, 0] = 1
    matrix[1023, columns - 1] = 2
    #expect(matrix.maximum() == 2)
    #expect(matrix.copy()[1023, columns - 1] == 2)
  }

  @Test func copyHasStorageOfItsOwn() {
    let matrix = Matrix(rowCount: 2, columnCount: 2)
    matrix[1, 1] = 3
    let copy = matrix.copy()
    matrix.scale(by: 2)
    #expect(copy[1, 1] == 3)
    #expect(matrix[1, 1] == 6)
  }

  @Test(arguments: [(0, 0), (0, 5), (5, 0)])
  func emptyShapesHold(rows: Int, columns: Int) {
    #expect(Matrix(rowCount: rows, columnCount: columns).maximum() == 0)
  }
}

struct BinBlocksTests {
  private func mask(_ binCount: Int, _ density: Float, seed: UInt64) -> [Bool] {
    var generator = SeededGenerator(seed: seed)
    return (0..<binCount).map { _ in generator.nextUnit() <= density }
  }

  @Test func blocksCoverTheMask() {
    for binCount in [1, 7, 8, 9, 16, 37, 64, 100] {
      for density in [0, 0.02, 0.1, 0.5, 1] as [Float] {
        let mask = mask(binCount, density, seed: 1)
        let support = BinBlocks(binCount: binCount) { mask[$0] }
        let wanted = stride(from: 0, to: binCount, by: 8).filter {
          mask[$0..<min($0 + 8, binCount)].contains(true)
        }
        #expect(stride(from: 0, to: binCount, by: 8).filter(support.contains) == wanted)
        #expect(support.binCount == 8 * wanted.count)
        for bin in 0..<binCount { #expect(support.contains(bin) == wanted.contains(bin / 8 * 8)) }
      }
    }
  }

  @Test func fullCoversAllBins() {
    let full = BinBlocks.full(binCount: 1025)
    withExtendedLifetime(full) {
      #expect(full.blocks.map(Int.init) == Array(stride(from: 0, through: 1024, by: 8)))
    }
    #expect(full.binCount == 1032)
    #expect(BinBlocks.full(binCount: 0).binCount == 0)
  }

  @Test func unionCoversWhatAnyCovers() {
    let masks = (0..<3).map { mask(100, 0.05, seed: $0 + 5) }
    let union = BinBlocks.union(
      masks.map { mask in BinBlocks(binCount: 100) { mask[$0] } }, binCount: 100)
    #expect(union == BinBlocks(binCount: 100) { bin in masks.contains { $0[bin] } })
    #expect(union != BinBlocks(binCount: 100) { masks[0][$0] })
    #expect(BinBlocks.union([], binCount: 100).binCount == 0)
  }
}

struct SeededGeneratorTests {
  /// The published test vector of SplitMix64 with seed 1234567.
  @Test func numbersAreSplitMix64() {
    var generator = SeededGenerator(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test func unitsAreAboveZeroAndEven() {
    var generator = SeededGenerator(seed: 2)
    let values = (0..<10_000).map { _ in generator.nextUnit() }
    #expect(values.allSatisfy { $0 > 0 && $0 <= 1 })
    #expect(abs(values.reduce(0, +) / 10_000 - 0.5) < 0.02)
    #expect(Set(values).count > 9_900)
  }
}
