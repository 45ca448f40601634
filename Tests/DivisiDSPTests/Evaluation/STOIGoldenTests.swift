import DivisiDSP
import Foundation
import Testing

/// Intelligibility that pystoi gave; see `Tests/Golden/README.md`.
struct STOIGoldenTests {
  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    let rate: Int
    let noise: Float
    let seconds: Double
    let stoi: Double

    var testDescription: String { "\(rate) Hz, noise \(noise)" }
  }

  static let cases: [Case] = {
    let file = URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../Golden/stoi.json").standardizedFileURL
    do {
      return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    } catch {
      fatalError("\(file.path): \(error)")
    }
  }()

  @Test(arguments: cases.indices)
  func agreesWithPystoi(index: Int) throws {
    let expected = Self.cases[index]
    let reference = Self.voice(seed: index, rate: expected.rate, seconds: expected.seconds)
    let noise = Self.voice(seed: 100 + index, rate: expected.rate, seconds: expected.seconds)
    let estimate = zip(reference, noise).map { $0 + expected.noise * $1 }
    let found = try #require(
      STOI.score(reference: reference, estimate: estimate, sampleRate: expected.rate))
    #expect(abs(found - expected.stoi) < 1e-4)
  }

  @Test func needsSoundForLongEnough() {
    let short = [Float](repeating: 0.5, count: 3000)
    #expect(STOI.score(reference: short, estimate: short, sampleRate: 10_000) == nil)
    let silence = [Float](repeating: 0, count: 20_000)
    let voice = Self.voice(seed: 1, rate: 10_000, seconds: 2)
    #expect(STOI.score(reference: voice, estimate: voice, sampleRate: 10_000)! > 0.9999)
    #expect(STOI.score(reference: voice, estimate: silence, sampleRate: 10_000)! == 0)
  }

  /// As `stoi.py` makes it.
  private static func voice(seed: Int, rate: Int, seconds: Double) -> [Float] {
    var generator = SeededGenerator(seed: UInt64(seed))
    var last = 0.0
    return (0..<Int(Double(rate) * seconds)).map { index in
      let time = Double(index) / Double(rate)
      let swell = (1 + sin(2 * Double.pi * 6 * time)) / 2
      let noise = 2 * Double(generator.nextUnit()) - 1
      let isSilent = time > seconds / 2 && time < seconds / 2 + 0.2
      last = (isSilent ? 0 : noise * swell) + 0.8 * last
      return Float(last / 8)
    }
  }
}
