import Testing

@testable import DivisiDSP

struct ParallelTests {
  #if arch(x86_64) || arch(arm64)
  @Test func numbersTooSmallForFullPrecisionCountAsZero() {
    let small = [Float.leastNormalMagnitude / 4]
    let results = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
    defer { results.deallocate() }
    nonisolated(unsafe) let output = results
    flushingDenormals(sequentially)(3) { output[$0] = small[0] * 2 }
    #expect(results.allSatisfy { $0 == 0 })
    sequentially(1) { output[$0] = small[0] * 2 }
    #expect(results[0] > 0)
  }
  #endif

  @Test func everyPieceRunsOnce() {
    let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: 100)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0)
    nonisolated(unsafe) let output = counts
    flushingDenormals(sequentially)(100) { output[$0] += 1 }
    #expect(counts.allSatisfy { $0 == 1 })
  }
}
