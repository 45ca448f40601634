import AudioFiles
import Foundation
import Testing

@Suite struct ReferencesTests {
  private func separate(_ folder: TemporaryFolder, references: String) throws -> Program.Run {
    try Program.run(
      "separate", "duet.wav", "--score", "duet.csv", "--references", references, "--json", "-o",
      "out", in: folder.path)
  }

  private func write(
    _ seconds: Double, sampleRate: Int, to name: String, in folder: TemporaryFolder
  ) throws {
    let samples = (0..<Int(seconds * Double(sampleRate))).map { Float(sin(Double($0) / 20)) / 2 }
    try AudioFile.write(
      AudioBuffer(sampleRate: sampleRate, channels: [samples]), to: folder.file(name), as: .wav16)
  }

  @Test func stemsAreScoredAgainstTheTrueOnes() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "separate", Recording.drumBreak + "/mix.flac", "--score", Recording.drumBreak + "/score.mid",
      "-p", "drums-fast", "--references", "{folder}", "--json", "-o", folder.path)
    try #require(run.status == 0, "\(run.errors)")
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let parts = try #require(record["parts"] as? [[String: Any]])
    let mean = try #require(record["mean"] as? [String: Double])
    for measure in ["sdr", "sir", "sar", "si_sdr"].map({ $0 + "_decibels" }) {
      let values = parts.compactMap { $0[measure] as? Double }
      try #require(values.count == 3)
      #expect(abs(values.reduce(0, +) / 3 - (mean[measure] ?? 0)) < 1e-9)
      #expect(values.allSatisfy { $0 > 5 })
    }
  }

  @Test func referencesThatDoNotFitAreRefusedBeforeAnythingIsWritten() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    for name in ["none", "short", "slow"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: true)
    }
    try write(Duet.seconds, sampleRate: 44_100, to: "none/drums.wav", in: folder)
    try write(1, sampleRate: 44_100, to: "short/left.wav", in: folder)
    try write(Duet.seconds, sampleRate: 22_050, to: "slow/left.wav", in: folder)
    for (references, words) in [
      ("nowhere", "nowhere"), ("none", "left, right"), ("short", "short/left.wav"),
      ("slow", "22050 Hz"),
    ] {
      let run = try separate(folder, references: references)
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1)
      #expect(run.errors.contains(words), "\(run.errors)")
      #expect(folder.files(below: "out").isEmpty)
    }
    try write(Duet.seconds, sampleRate: 44_100, to: "none/LEFT.wav", in: folder)
    #expect(try separate(folder, references: "none").status == 0)
  }
}
