import Foundation
import Testing

/// Scores that do not follow their recordings.
@Suite struct AlignTests {
  private let mix = Recording.polonaise + "/mix.flac"
  private let print = Recording.polonaise + "/score.musicxml"
  private let performance = Recording.polonaise + "/score.mid"

  private func record(_ run: Program.Run) throws -> [String: Any] {
    let line = try #require(run.output.split(separator: "\n").first)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  private func placement(_ run: Program.Run) throws -> [String: Any] {
    try #require(try record(run)["placement"] as? [String: Any])
  }

  /// Onsets by pitch and label of a table.
  private func onsets(_ table: String) -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    for row in table.split(separator: "\n").dropFirst() {
      let fields = row.split(separator: ";").map(String.init)
      guard fields.count > 3, let onset = Double(fields[0]) else { continue }
      result[fields[2], default: []].append(onset)
    }
    return result
  }

  @Test func aPrintedScoreIsAligned() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "separate", mix, "--score", print, "--references", Recording.polonaise,
      "-o",
      folder.file("out"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    let placement = try placement(run)
    #expect(placement["score"] as? String == "aligned")
    // The print has a repeat that the recording leaves out.
    #expect(placement["verdict"] as? String == "good")
    // What is printed is what is played.
    #expect((placement["corrections"] as? [Any])?.isEmpty == true)
    #expect(try #require(placement["agreement"] as? Double) > 0.9)
    let mean = try #require(try record(run)["mean"] as? [String: Any])
    // The true score gives 13.5 dB, the print at its own times less than 0.
    #expect(try #require(mean["sdr_decibels"] as? Double) > 10)
  }

  @Test func aScoreThatFollowsTheRecordingIsUsedAsItIs() throws {
    let folder = try TemporaryFolder()
    for (name, options) in [("auto", []), ("off", ["--align", "off"])] {
      let run = try Program.run(
        ["separate", mix, "--score", performance, "-p", "hands-fast", "-o", folder.file(name)]
          + options + ["--json"])
      #expect(run.status == 0, "\(run.errors)")
      let placement = try placement(run)
      #expect(placement["score"] as? String == "as written")
      #expect(placement["verdict"] as? String == "good")
      #expect(placement["in_time"] as? Bool == true)
      #expect(placement["corrections"] == nil)
    }
    for stem in ["left", "right"] {
      let bytes = ["auto", "off"].map {
        FileManager.default.contents(atPath: folder.file("\($0)/mix/\(stem).flac"))
      }
      #expect(bytes[0] != nil && bytes[0] == bytes[1])
    }
  }

  /// The same notes in another order: pitches upside down and backwards.
  private func otherPiece(in folder: TemporaryFolder) throws -> String {
    let table = try aligned(performance, in: folder).split(separator: "\n")
    let rows = table.dropFirst().map { $0.split(separator: ";").map(String.init) }
    let pitches = rows.map { $0[2] }.reversed()
    let other = zip(rows, pitches).map { row, pitch in
      "\(row[0]);\(row[1]);\(127 - (Int(pitch) ?? 0));\(row[3]);\(row[4])"
    }
    try folder.write(
      (["start;duration;pitch;velocity;label"] + other).joined(separator: "\n").utf8,
      to: "other.csv")
    return folder.file("other.csv")
  }

  @Test func aScoreOfAnotherPieceIsRefused() throws {
    let folder = try TemporaryFolder()
    let arguments = [
      "separate", mix, "--score", try otherPiece(in: folder), "-p", "hands-fast",
    ]
    let refused = try Program.run(arguments + ["-o", folder.file("refused")])
    #expect(refused.status == 1)
    #expect(refused.errorLines.count == 1, "\(refused.errors)")
    #expect(refused.errors.contains("other.csv: expected the score of"))
    #expect(refused.errors.contains("--force-score"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("refused")))
    let forced = try Program.run(arguments + ["--force-score", "-o", folder.file("forced")])
    #expect(forced.status == 0, "\(forced.errors)")
    #expect(forced.errors.contains("another piece"))
  }

  @Test func halfAScoreIsDoubtful() throws {
    let folder = try TemporaryFolder()
    let rows = try aligned(performance, in: folder).split(separator: "\n")
    try folder.write(
      rows.prefix(rows.count / 2).joined(separator: "\n").utf8, to: "half.csv")
    let run = try Program.run(
      "separate", mix, "--score", folder.file("half.csv"), "-p", "hands-fast",
      "--json", "-o",
      folder.file("out"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(try placement(run)["verdict"] as? String == "doubtful")
    #expect(run.errors.contains("wrong at "))
  }

  /// The table that `divisi align` writes of a score.
  private func aligned(
    _ score: String, in folder: TemporaryFolder, _ options: String...
  ) throws -> String {
    let run = try Program.run(
      ["align", mix, "--score", score, "-o", folder.file("aligned.csv"), "--force"] + options)
    #expect(run.status == 0, "\(run.errors)")
    return try folder.text("aligned.csv")
  }

  @Test func printAndPerformanceLandOnTheSameTimes() throws {
    let folder = try TemporaryFolder()
    let printed = onsets(try aligned(print, in: folder))
    let performed = onsets(try aligned(performance, in: folder))
    var errors: [Double] = []
    for (pitch, times) in performed {
      errors += times.map { time in
        (printed[pitch] ?? []).reduce(10) { min($0, abs($1 - time)) }
      }
    }
    errors.sort()
    #expect(errors[errors.count / 2] < 0.005)
    #expect(errors[errors.count * 9 / 10] < 0.05)
  }

  @Test func MIDIKeepsTracksAndTheTableTheMap() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "align", mix, "--score", performance, "-o", folder.file("aligned.mid"), "--table",
      folder.file("warp.csv"), "--anchor", "0.30=0.42")
    #expect(run.status == 0, "\(run.errors)")
    let inspected = try Program.run("inspect", folder.file("aligned.mid"))
    #expect(inspected.output.contains("part 'left'  153 notes"), "\(inspected.output)")
    #expect(inspected.output.contains("with pedal"))
    let rows = try folder.text("warp.csv").split(separator: "\n")
    #expect(rows[0] == "score_time;audio_time")
    #expect(rows.contains("0.3000;0.4200"), "an anchor is kept exactly")
    let times = rows.dropFirst().map { $0.split(separator: ";").compactMap { Double($0) } }
    for (a, b) in zip(times, times.dropFirst()) {
      #expect(a[0] <= b[0] && a[1] <= b[1])
    }
  }

  @Test func nothingIsOverwrittenUnasked() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine".utf8, to: "aligned.mid")
    let run = try Program.run(
      "align", mix, "--score", performance, "-o", folder.file("aligned.mid"))
    #expect(run.status == 1)
    #expect(run.errors.contains("expected a new file, or --force"))
    #expect(try folder.text("aligned.mid") == "mine")
  }

  /// An output that exists is refused before a score that would be refused for what it is.
  @Test func outputsAreCheckedFirst() throws {
    let folder = try TemporaryFolder()
    let other = try otherPiece(in: folder)
    try FileManager.default.createDirectory(
      atPath: folder.file("out/mix"), withIntermediateDirectories: true)
    try folder.write("mine".utf8, to: "out/mix/right.flac")
    try folder.write("mine".utf8, to: "warp.csv")
    for arguments in [
      ["separate", mix, "--score", other, "-o", folder.file("out")],
      [
        "align", mix, "--score", other, "-o", folder.file("new.mid"), "--table",
        folder.file("warp.csv"),
      ],
    ] {
      let run = try Program.run(arguments)
      #expect(run.status == 1)
      #expect(
        run.errorLines.count == 1 && run.errors.contains("it exists already"), "\(run.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("new.mid")))
  }

  /// A pattern on a grid, at another tempo, and a player who is not on it.
  @Test func aQuantisedDrumPatternIsAligned() throws {
    let folder = try TemporaryFolder()
    let drums = Recording.drumBreak
    let listed = try Program.run("inspect", drums + "/score.mid", "-p", "drums", "--notes").output
    let rows = listed.split(separator: "\n").dropFirst().map {
      $0.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    }
    // Sixteenths of triplets at 120 a minute, which is about as fine as a human player is late.
    let step = 1.0 / 24
    let quantised = rows.map { row in
      "\(0.7 + 1.03 * step * ((Double(row[0]) ?? 0) / step).rounded());\(row[1]);\(row[2]);\(row[3]);"
    }
    try folder.write(
      (["start;duration;pitch;velocity;label"] + quantised).joined(separator: "\n").utf8,
      to: "grid.csv")
    let run = try Program.run(
      "align", drums + "/mix.flac", "--score", folder.file("grid.csv"), "--drums", "--json", "-o",
      folder.file("aligned.csv"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(try placement(run)["verdict"] as? String == "good")
    let found = onsets(try folder.text("aligned.csv"))
    var errors: [Double] = []
    for row in rows {
      guard let time = Double(row[0]) else { continue }
      errors.append((found[row[2]] ?? []).reduce(10) { min($0, abs($1 - time)) })
    }
    errors.sort()
    #expect(errors[errors.count / 2] < 0.004)
    #expect(errors[errors.count * 9 / 10] < 0.02)
    let separated = try Program.run(
      "separate", drums + "/mix.flac", "--score", folder.file("grid.csv"), "-p", "drums-fast",
      "--json", "-o", folder.file("out"))
    #expect(separated.status == 0, "\(separated.errors)")
    #expect(try placement(separated)["score"] as? String == "aligned")
  }

  /// Options that would do nothing are wrong usage.
  @Test(arguments: [["--force-score"], ["--anchor", "1=2"], ["--jumps", "any"]])
  func optionsOfAnAlignmentNeedOne(options: [String]) throws {
    let run = try Program.run(
      ["separate", mix, "--score", performance, "--align", "off", "-o", "out"] + options)
    #expect(run.status == 64)
    #expect(run.errors.contains("\(options[0]): expected --align auto or on as well"))
  }

  /// The map of times is another file than the score.
  @Test func tableAndScoreAreTwoFiles() throws {
    let run = try Program.run(
      "align", mix, "--score", performance, "-o", "a.csv", "--table", "a.csv")
    #expect(run.status == 64)
    #expect(run.errors.contains("--output, --table and --report: expected different files"))
  }

  @Test func aRefusedLengthNamesTheAlignment() throws {
    let folder = try TemporaryFolder()
    try folder.write("start;duration;pitch\n90;1;60\n".utf8, to: "late.csv")
    let run = try Program.run(
      "separate", mix, "--score", folder.file("late.csv"), "--split", "C4", "-o",
      folder.file("out"))
    #expect(run.status == 1)
    #expect(run.errors.contains("align it with --align on"))
  }

  @Test(arguments: [
    ["-o", "x.wav"], ["-o", "x.mid", "--anchor", "1"],
    ["-o", "x.mid", "--anchor", "2=1", "--anchor", "1=2"],
    ["-o", "x.mid", "--threads", "0"], ["-o", "x.mid", "--score-offset", "1e300"],
    ["-o", "x.mid", "--anchor", "0=1e9"], ["-o", "x.mid", "--anchor", "1e18=0"],
  ])
  func wrongUsage(options: [String]) throws {
    let run = try Program.run(["align", mix, "--score", performance] + options)
    #expect(run.status == 64, "\(run.errors)")
  }

  /// A shuffle that is written to a twelfth of a beat: strokes at one time lie on two lines of the grid, 57 ms apart, and its
  /// kick swings again 43 ms after its strokes.
  @Test(.enabled(if: QualityTests.hasData, QualityTests.absence))
  func strokesBetweenTheLinesOfAGridAreFound() throws {
    let folder = try TemporaryFolder()
    let track = Program.root.appendingPathComponent("../shared/data/drums/d09-rumpf-boombap").path
    let table = try String(contentsOfFile: track + "/notes.csv", encoding: .utf8)
    let rows = table.split(separator: "\n").map { $0.split(separator: ";").map(String.init) }
    let step = 60 / 90.0 / 12
    let written =
      try [rows[0]]
      + rows.dropFirst().map { row in
        let start = try #require(Double(row[0]))
        return [String(0.5 + 1.03 * step * (start / step).rounded())] + row.dropFirst()
      }
    try folder.write(
      written.map { $0.joined(separator: ";") }.joined(separator: "\n").utf8, to: "grid.csv")
    let run = try Program.run(
      "align", track + "/MIX.flac", "--score", folder.file("grid.csv"), "--drums", "-o",
      folder.file("aligned.csv"))
    #expect(run.status == 0, "\(run.errors)")
    let found = onsets(try String(contentsOfFile: folder.file("aligned.csv"), encoding: .utf8))
    let played = onsets(table)
    var errors: [Double] = []
    for (pitch, times) in played {
      errors += zip(times.sorted(), try #require(found[pitch]).sorted()).map { abs($0 - $1) }
    }
    #expect(errors.count == rows.count - 1)
    #expect(errors.sorted()[errors.count * 9 / 10] < 0.02)
    #expect(errors.filter { $0 > 0.02 }.count <= 2)
  }
}
