import Foundation
import Testing

/// How well whole recordings are separated, by BSS Eval against the true stems.
@Suite struct QualityTests {
  private static let data = Program.root.appendingPathComponent("../shared/data").standardized.path
  static let hasData = FileManager.default.fileExists(atPath: data)
  static let absence: Comment = "no ../shared/data beside the package"

  /// Mean SDR over parts, then recordings, in decibels.
  private func meanSDR(
    _ recordings: [String], score: String = "{folder}/score.mid", preset: String,
    options: [String] = []
  ) throws -> Double {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      ["separate"] + recordings + [
        "--score", score, "--references", "{folder}", "--filename", "{parent}/{part}", "--preset",
        preset, "--json", "-o", folder.path,
      ] + options)
    try #require(run.status == 0, "\(run.errors)")
    let values = try run.output.split(separator: "\n").map { line in
      let record = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let parts = try #require(record["parts"] as? [[String: Any]])
      let scores = parts.compactMap { $0["sdr_decibels"] as? Double }
      try #require(!scores.isEmpty)
      return scores.reduce(0, +) / Double(scores.count)
    }
    #expect(values.count == recordings.count)
    return values.reduce(0, +) / Double(values.count)
  }

  /// Every second recording of a set, where many are separated several times; `make figures` separates all of them.
  private func everySecond(_ recordings: [String]) -> [String] {
    stride(from: 0, to: recordings.count, by: 2).map { recordings[$0] }
  }

  private func recordings(of set: String, named file: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(Self.data)/\(set)").sorted()
      .map { "\(Self.data)/\(set)/\($0)/\(file)" }
      .filter { FileManager.default.fileExists(atPath: $0) }
  }

  @Test func whatShipsSeparates() throws {
    #expect(try meanSDR([Recording.polonaise + "/mix.flac"], preset: "hands") > 13)
    #expect(try meanSDR([Recording.drumBreak + "/mix.flac"], preset: "drums") > 17.5)
  }

  @Test func handsAreCleanerThanTheLiterature() throws {
    let hands = try meanSDR([Recording.polonaise + "/mix.flac"], preset: "hands")
    let plain = try meanSDR([Recording.polonaise + "/mix.flac"], preset: "literature")
    #expect(hands > plain + 1)
  }

  @Test(.enabled(if: hasData, absence)) func hands() throws {
    let pieces = try recordings(of: "piano-hands", named: "mix.flac")
    #expect(pieces.count == 10)
    #expect(try meanSDR(pieces, preset: "hands") >= 14.4)
  }

  /// The tables hold the same notes as the MIDI scores, up to the release of the key.
  @Test(.enabled(if: hasData, absence)) func handsWithoutPedal() throws {
    let pieces = try recordings(of: "piano-hands", named: "mix.flac")
    #expect(try meanSDR(pieces, score: "{folder}/notes.csv", preset: "hands") >= 14.3)
  }

  /// A look-ahead of 2 s, none, and none with a window of 46 ms; `make figures` has those between.
  @Test(
    .enabled(if: hasData, absence),
    arguments: [
      (["--lookahead", "2"], 15.4), (["--lookahead", "0"], 14.4),
      (["--lookahead", "0", "--window", "2048"], 12.4),
    ])
  func handsInAStream(options: [String], decibels: Double) throws {
    let pieces = everySecond(try recordings(of: "piano-hands", named: "mix.flac"))
    #expect(try meanSDR(pieces, preset: "hands", options: ["--stream"] + options) >= decibels)
  }

  @Test(.enabled(if: hasData, absence)) func drums() throws {
    let tracks = try recordings(of: "drums", named: "MIX.flac")
    #expect(tracks.count == 14)
    let some = everySecond(tracks)
    let plain = try meanSDR(some, preset: "drums", options: ["--model", "nmfd"])
    #expect(plain >= 15.1)
    #expect(try meanSDR(some, preset: "drums") >= max(22, plain + 5))
  }

  @Test(.enabled(if: hasData, absence), arguments: [("2", 14.5), ("0", 13.5)])
  func drumsInAStream(lookahead: String, decibels: Double) throws {
    let tracks = everySecond(try recordings(of: "drums", named: "MIX.flac"))
    let options = ["--stream", "--lookahead", lookahead]
    #expect(try meanSDR(tracks, preset: "drums", options: options) >= decibels)
  }

  @Test(.enabled(if: hasData, absence)) func drumsOfOneVelocity() throws {
    let folder = try TemporaryFolder()
    let tracks = everySecond(try recordings(of: "drums", named: "MIX.flac"))
    for track in tracks {
      let source = URL(fileURLWithPath: track).deletingLastPathComponent()
      let table = try String(
        contentsOf: source.appendingPathComponent("notes.csv"), encoding: .utf8)
      let level = table.split(separator: "\n").enumerated().map { index, line in
        var fields = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        if index > 0 { fields[3] = "100" }
        return fields.joined(separator: ";")
      }.joined(separator: "\n")
      let target = folder.file(source.lastPathComponent)
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
      try folder.write(level.utf8, to: "\(source.lastPathComponent)/notes.csv")
      for file in ["MIX", "KD", "SD", "HH"] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(target)/\(file).flac", withDestinationPath: "\(source.path)/\(file).flac")
      }
    }
    let linked = tracks.map {
      folder.file(URL(fileURLWithPath: $0).deletingLastPathComponent().lastPathComponent)
        + "/MIX.flac"
    }
    #expect(try meanSDR(linked, score: "{folder}/notes.csv", preset: "drums") >= 21.5)
  }

  @Test(.enabled(if: hasData, absence)) func realRecordings() throws {
    let loops = ["funky", "tr808"].map { "\(Self.data)/real/\($0)/MIX.flac" }
    #expect(try meanSDR(loops, preset: "drums") > 15)
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "separate", "\(Self.data)/real/amen/MIX.flac", "--score", "\(Self.data)/real/amen/score.mid",
      "--preset", "drums", "-o", folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(folder.files(below: "MIX") == ["hihat.flac", "kick.flac", "snare.flac"])
  }
}
