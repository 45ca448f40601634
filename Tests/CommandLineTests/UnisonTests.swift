import AudioFiles
import Foundation
import Testing

/// Two instruments that play the same pitch at the same time.
@Suite struct UnisonTests {
  private static let data = Program.root.appendingPathComponent("../shared/data/scores")
    .standardized.path

  /// A violin holds C5 for four seconds; a flute plays it from 1.0 to 1.5 s, and D5 from 2.0 to 2.5 s.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: data),
      "no ../shared/data/scores beside the package"), arguments: [[]] as [[String]])
  func noPartFallsSilent(options: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      ["separate", "\(Self.data)/c01-unison.wav", "--score", "\(Self.data)/c01-unison.csv"]
        + ["--preset", "parts", "-o", "out"] + options, in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    func levels(_ part: String) throws -> [Double] {
      let buffer = try AudioFile.read(path: folder.file("out/c01-unison/\(part).flac"))
      let length = buffer.sampleRate / 4
      return stride(from: 0, to: buffer.sampleCount - length + 1, by: length).map { start in
        let power = buffer.channels[0][start..<(start + length)].reduce(0.0) {
          $0 + Double($1) * Double($1)
        }
        return 10 * log10(power / Double(length) + 1e-12)
      }
    }
    let (violin, flute) = (try levels("violin"), try levels("flute"))
    // Quarters of a second. The recording is at −18 dB where the violin is alone.
    #expect(violin[0..<16].allSatisfy { $0 > -30 }, "\(violin)")
    #expect(flute[4..<6].allSatisfy { $0 > -30 }, "\(flute)")
    for quiet in [0..<3, 7..<8, 12..<16] {
      #expect(flute[quiet].allSatisfy { $0 < -45 }, "\(flute)")
    }
  }
}
