import DivisiDSP
import Foundation
import Testing

/// Scores that mir_eval gave; see `Tests/Golden/README.md`.
struct BSSEvalGoldenTests {
  struct GoldenFile: Decodable {
    let scale: Float
    let cases: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    let name: String
    let taps: Int
    let references: [[Float]]
    let estimates: [[Float]]
    let sdr: [Double]
    let sir: [Double]
    let sar: [Double]

    var testDescription: String { name }
  }

  static let golden: GoldenFile = {
    let file = URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../Golden/bss_eval.json").standardizedFileURL
    do {
      return try JSONDecoder().decode(GoldenFile.self, from: Data(contentsOf: file))
    } catch {
      fatalError("\(file.path): \(error)")
    }
  }()

  /// In decibels; both sides compute in double precision, and differ by rounding.
  static let tolerance = 1e-4

  @Test(arguments: golden.cases)
  func agreesWithMirEval(expected: Case) throws {
    let scale = 1 / Self.golden.scale
    let scores = BSSEval.evaluate(
      references: expected.references.map { $0.map { $0 * scale } },
      estimates: expected.estimates.map { $0.map { $0 * scale } },
      filterLength: expected.taps)
    #expect(scores.count == expected.sdr.count)
    for (index, score) in scores.enumerated() {
      let score = try #require(score)
      #expect(abs(score.sdrDecibels - expected.sdr[index]) < Self.tolerance)
      #expect(abs(score.sirDecibels - expected.sir[index]) < Self.tolerance)
      #expect(abs(score.sarDecibels - expected.sar[index]) < Self.tolerance)
    }
  }
}
