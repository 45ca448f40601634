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
  private let runs: Blocks = [0..<8, 24..<72, 80..<200]
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

  @Test func sums() {
    let results = [false, true].map { isWide in
      let y = columns.values.copy()
      let x = (column(0), column(1), column(2), column(3))
      runs.withUnsafeBufferPointer { runs in
        if isWide {
          DivisiKernelsAVX2.Kernels.add(x, gains: gains, to: y.column(4), over: runs)
        } else {
          DivisiKernels.Kernels.add(x, gains: gains, to: y.column(4), over: runs)
        }
      }
      return (0..<200).map { y[$0, 4].bitPattern }
    }
    #expect(results[0] == results[1])
    #expect(results[0] != (0..<200).map { columns.values[$0, 4].bitPattern })
  }

  @Test func products() {
    let x = (column(0), column(1), column(2), column(3))
    let results = runs.withUnsafeBufferPointer { runs in
      (
        DivisiKernels.Kernels.dot(column(5), x, over: runs),
        DivisiKernelsAVX2.Kernels.dot(column(5), x, over: runs)
      )
    }
    for lane in 0..<4 {
      #expect(results.0[lane].bitPattern == results.1[lane].bitPattern)
      #expect(results.0[lane] != 0)
    }
  }
}
