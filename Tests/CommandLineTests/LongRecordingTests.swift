import AudioFiles
import Foundation
import Testing

/// Recordings that are separated in sections.
@Suite struct LongRecordingTests {
  private static let rate = 8000

  /// Writes `long.wav` and `long.csv`, the duet again and again.
  private func write(minutes: Double, to folder: TemporaryFolder) throws -> AudioBuffer {
    let duet = Duet.recording(sampleRate: Self.rate).channels[0]
    let count = Int(minutes * 60 / Duet.seconds)
    let recording = AudioBuffer(
      sampleRate: Self.rate, channels: [Array(repeating: duet, count: count).flatMap { $0 }])
    try? FileManager.default.removeItem(atPath: folder.file("long.wav"))
    try AudioFile.write(recording, to: folder.file("long.wav"), as: .wavFloat)
    let lines = Duet.score.split(separator: "\n")
    var table = [String(lines[0])]
    for repeated in 0..<count {
      for line in lines.dropFirst() {
        var fields = line.split(separator: ";").map(String.init)
        fields[0] = String((Double(fields[0]) ?? 0) + Double(repeated) * Duet.seconds)
        table.append(fields.joined(separator: ";"))
      }
    }
    try folder.write(table.joined(separator: "\n").utf8, to: "long.csv")
    return recording
  }

  @Test(arguments: [[], ["--stream"]])
  func partsAndResidualAddUp(options: [String]) throws {
    let folder = try TemporaryFolder()
    let input = try write(minutes: 3, to: folder)
    let run = try Program.run(
      [
        "separate", "long.wav", "--score", "long.csv", "-o", "out", "--residual", "--json",
        "--preset", "hands-fast",
      ] + options, in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let stems = try ["left", "right", "residual"].map {
      try AudioFile.read(path: folder.file("out/long/\($0).flac")).channels[0]
    }
    #expect(stems.allSatisfy { $0.count == input.sampleCount })
    let largest = input.channels[0].indices.reduce(Float(0)) { largest, index in
      let sum = stems.reduce(Float(0)) { $0 + $1[index] }
      return max(largest, abs(sum - input.channels[0][index]))
    }
    #expect(largest < 1e-6)
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(record["duration"] as? Double == input.durationSeconds)
    let parts = try #require(record["parts"] as? [[String: Any]])
    for (part, stem) in zip(parts, stems) {
      let power = stem.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(stem.count)
      let level = try #require(part["level_decibels"] as? Double)
      #expect(abs(10 * log10(power) - level) < 0.01)
    }
    if options.isEmpty {
      let before = try #require(record["loss_before"] as? Double)
      #expect(try #require(record["loss_after"] as? Double) < before)
      #expect(record["tuning_cents"] is Double)
    }
  }

  /// Twelve minutes in what three may use; whole, they would use twice the limit.
  @Test(arguments: [[], ["--stream"]])
  func memoryDoesNotGrowWithTheLength(options: [String]) throws {
    let folder = try TemporaryFolder()
    for minutes in [3.0, 12] {
      _ = try write(minutes: minutes, to: folder)
      let command =
        [
          Program.path, "separate", "long.wav", "--score", "long.csv", "-o", "out", "--force",
          "--threads", "1", "--preset", "hands-fast",
        ] + options
      let run = try Program.shell(
        "ulimit -s 2048; ulimit -d 75000; exec \(command.joined(separator: " "))", in: folder.path)
      #expect(run.status == 0, "\(minutes) minutes: \(run.errors)")
    }
    let whole = try Program.shell(
      "ulimit -s 2048; ulimit -d 75000; exec \(Program.path) separate long.wav --score long.csv -o out --force "
        + "--threads 1 --preset hands-fast --export-factors factors", in: folder.path)
    #expect(whole.status != 0, "the limit limits nothing")
  }

  /// What is damaged far behind the first section leaves nothing behind.
  @Test func damageBehindTheFirstSectionIsFound() throws {
    let folder = try TemporaryFolder()
    _ = try write(minutes: 3, to: folder)
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: folder.file("long.wav"))))
    let infinity = Float.infinity.bitPattern
    for byte in 0..<4 {
      bytes[bytes.count - 4000 + byte] = UInt8(truncatingIfNeeded: infinity >> (8 * UInt32(byte)))
    }
    try folder.write(bytes, to: "long.wav")
    let run = try Program.run(
      "separate", "long.wav", "--score", "long.csv", "-o", "out", "--preset", "hands-fast",
      in: folder.path)
    #expect(run.status == 1)
    #expect(run.errorLines.count == 1 && run.errors.contains("finite"), "\(run.errors)")
    #expect(folder.files() == ["long.csv", "long.wav"])
    #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
  }

  /// Excerpts of one piano, joined; with factors to export, the whole is fitted at once.
  @Test(.enabled(if: QualityTests.hasData, QualityTests.absence))
  func sectionsAreAsGoodAsTheWhole() throws {
    let folder = try TemporaryFolder()
    let set = Program.root.appendingPathComponent("../shared/data/piano-hands").standardized.path
    let names = [
      "bach-bwv846-prelude", "debussy-reflets", "mozart-k332-2", "schubert-d780-1",
      "clara-schumann-op1-1", "joplin-maple-leaf", "schoenberg-op19-2",
    ]
    var table = ["start;duration;pitch;velocity;label"]
    var signals: [String: [Float]] = [:]
    for name in names {
      let start = Double(signals["mix"]?.count ?? 0) / 44_100
      for file in ["mix", "left", "right"] {
        signals[file, default: []] += try AudioFile.read(path: "\(set)/\(name)/\(file).flac")
          .channels[0]
      }
      let notes = try String(contentsOfFile: "\(set)/\(name)/notes.csv", encoding: .utf8)
      table += notes.split(separator: "\n").dropFirst().map { line in
        var fields = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        fields[0] = String((Double(fields[0]) ?? 0) + start)
        return fields.joined(separator: ";")
      }
    }
    try folder.write(table.joined(separator: "\n").utf8, to: "score.csv")
    for (name, samples) in signals {
      try AudioFile.write(
        AudioBuffer(sampleRate: 44_100, channels: [samples]), to: folder.file("\(name).wav"),
        as: .wav16)
    }
    let scores = try [[], ["--export-factors", "factors"]].map { options in
      let run = try Program.run(
        [
          "separate", "mix.wav", "--score", "score.csv", "--references", ".", "-o", "out", "--json",
          "--force", "--preset", "hands",
        ] + options, in: folder.path)
      try #require(run.status == 0, "\(run.errors)")
      let record = try #require(
        try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      return try #require((record["mean"] as? [String: Any])?["sdr_decibels"] as? Double)
    }
    #expect(scores[0] > scores[1] - 0.3, "\(scores[0]) dB in sections, \(scores[1]) dB as a whole")
  }
}
