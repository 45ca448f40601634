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
      "no ../shared/data/scores beside the package"), arguments: [[], ["--stream"]])
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

  /// Two instruments, one of them in two parts: what no part explains is all that is missing.
  @Test func partsOfInstrumentsAddUp() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "separate", Recording.polonaise + "/mix.flac", "--score", Recording.polonaise + "/score.mid",
      "-p", "parts", "--instruments", "parts", "--residual", "--format", "wav-float", "-o", "out",
      in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let mix = try AudioFile.read(path: Recording.polonaise + "/mix.flac")
    let stems = try FileManager.default.contentsOfDirectory(atPath: folder.file("out/mix"))
    #expect(stems.count > 2)
    var rest = mix.channels[0]
    for stem in stems {
      let samples = try AudioFile.read(path: folder.file("out/mix/\(stem)")).channels[0]
      for index in rest.indices { rest[index] -= samples[index] }
    }
    #expect(rest.allSatisfy { abs($0) < 1e-5 })
  }

  @Test func wrongInstrumentsAreRefused() throws {
    func inspected(_ instruments: String) throws -> Program.Run {
      try Program.run(
        "inspect", Recording.polonaise + "/score.mid", "--instruments", instruments)
    }
    let unknown = try inspected("left+oboe")
    #expect(unknown.status == 1)
    #expect(
      unknown.errors.contains(
        "--instruments: expected names of parts: left, right, found 'oboe'"), "\(unknown.errors)")
    let usage = try inspected("left+")
    #expect(usage.status == 64)
    #expect(usage.errors.contains("--instruments: expected one, score, parts, or names"))
    #expect(try inspected("parts").output.contains("instrument 2"))
  }
}
