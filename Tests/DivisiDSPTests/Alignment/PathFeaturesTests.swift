import DivisiDSP
import Testing

@Suite struct PathFeaturesTests {
  /// Searches took three times as long for numbers that are nearly zero.
  @Test func onsetsThatHaveFadedAreOver() {
    let levels = Matrix(rowCount: 2, columnCount: 120)
    let rises = Matrix(rowCount: 2, columnCount: 120)
    rises[0, 0] = 1
    let features = PathFeatures(
      levels: levels, rises: rises, frameRate: 10, holdSeconds: 0.1)
    let held = (0..<120).map { features.onsets[0, $0] }
    #expect(held[0] == 1)
    #expect(held[5] > 0.005)
    #expect(held.allSatisfy { $0 == 0 || $0 > 1e-13 })
    #expect(held[119] == 0)
  }
}
