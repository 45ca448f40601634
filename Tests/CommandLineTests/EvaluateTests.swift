import AudioFiles
import Foundation
import Testing

@Suite struct EvaluateTests {
  private static let measures = ["sdr", "sir", "sar", "si_sdr"]

  private func evaluate(_ arguments: [String], in folder: TemporaryFolder? = nil) throws
    -> [String: Any]
  {
    let run = try Program.run(["evaluate", "--json"] + arguments, in: folder?.path)
    try #require(run.status == 0, "\(run.errors)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  private func golden(_ name: String) throws -> [String: Any] {
    let data = try Data(
      contentsOf: Program.root.appendingPathComponent("Tests/Golden/\(name).json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func write(_ signals: [[Int]], scale: Int, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, signal) in zip(["left", "right"], signals) {
      let samples = signal.map { Float($0) / Float(scale) }
      try AudioFile.write(
        AudioBuffer(sampleRate: 44_100, channels: [samples]), to: "\(folder)/\(name).wav",
        as: .wavFloat)
    }
  }

  /// The scores of seeded noise that mir_eval gave.
  @Test func scoresAreThoseOfMirEval() throws {
    let file = try golden("bss_eval")
    let scale = try #require(file["scale"] as? Int)
    let cases = try #require(file["cases"] as? [[String: Any]])
    let expected = try #require(cases.first { $0["taps"] as? Int == 512 })
    let folder = try TemporaryFolder()
    for kind in ["references", "estimates"] {
      try write(
        try #require(expected[kind] as? [[Int]]), scale: scale, to: folder.file(kind))
    }
    let record = try evaluate(
      ["--references", "references", "--estimates", "estimates"], in: folder)
    let parts = try #require(record["parts"] as? [[String: Any]])
    #expect(parts.map { $0["name"] as? String } == ["left", "right"])
    for measure in ["sdr", "sir", "sar"] {
      let values = try #require(expected[measure] as? [Double])
      for (part, value) in zip(parts, values) {
        let found = try #require(part[measure + "_decibels"] as? Double)
        #expect(abs(found - value) < 0.01, "\(measure)")
      }
    }
  }

  /// Both yardsticks of the drums that ship, which another program computed from their stems.
  @Test func yardsticksAreThoseOfAnotherProgram() throws {
    let expected = try golden("yardsticks")
    let record = try evaluate([
      "--references", Recording.drumBreak, "--estimates", Recording.drumBreak,
    ])
    let parts = try #require(record["parts"] as? [[String: Any]])
    let names = try #require(expected["parts"] as? [String])
    #expect(parts.map { $0["name"] as? String ?? "" } == names)
    for kind in ["oracle", "mixture"] {
      let rows = try #require(expected[kind] as? [[String: Double]])
      for (part, row) in zip(parts, rows) {
        let scores = try #require(part[kind] as? [String: Any])
        for measure in Self.measures {
          let value = try #require(row[measure])
          let found = scores[measure + "_decibels"] as? Double
          // A mixture has no artifacts: mir_eval gives the rounding of infinity.
          if value > 150 {
            #expect(found == nil)
          } else {
            #expect(abs((found ?? 0) - value) < 0.01)
          }
        }
      }
    }
  }

  /// The same stems give the same scores in both commands, and on average.
  @Test func separateReportsTheSame() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "separate", Recording.drumBreak + "/mix.flac", "--score", Recording.drumBreak + "/score.mid",
      "-p", "drums-fast", "--references", "{folder}", "--oracle", "--json", "--format", "wav-float",
      "--filename", "{parent}/{part}", "-o", folder.path)
    try #require(run.status == 0, "\(run.errors)")
    let separated = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let record = try evaluate([
      "--references", Recording.drumBreak, "--estimates", folder.file("break"),
    ])
    let means = try [separated, record].map { try #require($0["mean"] as? [String: Any]) }
    for name in ["", "oracle", "mixture"] {
      let scores = try means.map { mean in
        try name.isEmpty ? mean : #require(mean[name] as? [String: Any])
      }
      let expected = scores[0].compactMapValues { $0 as? Double }
      #expect(expected.count >= 3)
      for (measure, value) in expected {
        #expect(abs((scores[1][measure] as? Double ?? -999) - value) < 1e-6, "\(measure)")
      }
    }
  }

  @Test func foldersOfFoldersAreComparedOneByOne() throws {
    let folder = try TemporaryFolder()
    let noise = try #require(
      (try golden("bss_eval")["cases"] as? [[String: Any]])?.first?["references"] as? [[Int]])
    for piece in ["a", "b"] {
      try write(noise, scale: 1 << 15, to: folder.file("true/\(piece)"))
      try write(
        noise.reversed().map { $0.map { $0 / 2 } }, scale: 1 << 15, to: folder.file("out/\(piece)"))
    }
    let run = try Program.run(
      "evaluate", "--references", "true", "--estimates", "out", in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    for words in ["out/a\n", "out/b\n", "2 recordings\n"] { #expect(run.output.contains(words)) }
    try FileManager.default.removeItem(atPath: folder.file("out/a/left.wav"))
    let partial = try Program.run(
      "evaluate", "--references", "true", "--estimates", "out", "--json", in: folder.path)
    #expect(partial.status == 1)
    #expect(partial.errorLines.count == 1)
    #expect(partial.errors.contains("true/a/left.wav"), "\(partial.errors)")
    #expect(partial.output.split(separator: "\n").count == 1)
  }

  @Test(arguments: [
    (
      ["--references", "nowhere", "--estimates", "out"], "nowhere: expected a folder of true stems"
    ),
    (["--references", "true", "--estimates", "short"], "short/left.wav: expected 2200 samples"),
    (["--references", "true", "--estimates", "empty"], "empty: expected an estimate of"),
    (["--references", "empty", "--estimates", "out"], "empty: expected audio files"),
    (
      ["--references", "true", "--estimates", "out", "--parts", "left,flute"],
      "true: expected a reference for the part 'flute'"
    ),
  ])
  func whatCannotBeComparedIsNamed(arguments: [String], words: String) throws {
    let folder = try TemporaryFolder()
    let signal = (0..<2200).map { ($0 * $0) % 977 }
    for name in ["true", "out"] {
      try write([signal, signal.reversed()], scale: 1 << 15, to: folder.file(name))
    }
    let short = Array(signal.prefix(100))
    try write([short, short], scale: 1 << 15, to: folder.file("short"))
    try FileManager.default.createDirectory(
      atPath: folder.file("empty"), withIntermediateDirectories: true)
    let run = try Program.run(["evaluate"] + arguments, in: folder.path)
    #expect(run.status == 1)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func wrongUsageIsToldApart() throws {
    for option in [["--window", "10"], ["--hop", "4096"], ["--alpha", "0"], ["--threads", "0"]] {
      let run = try Program.run(["evaluate", "--references", "a", "--estimates", "b"] + option)
      #expect(run.status == 64)
      #expect(run.errors.contains(option[0]), "\(run.errors)")
    }
  }
}
