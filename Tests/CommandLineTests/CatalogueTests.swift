import AudioFiles
import Foundation
import Glibc
import Testing

/// A few tiny recordings and a table of them.
struct Catalogue {
  static let names = ["a", "b", "c", "d"]
  /// Little work, in few milliseconds.
  static let quick = ["--iterations", "1", "--format", "wav16", "--align", "off", "--partial"]

  let folder: TemporaryFolder

  init(names: [String] = Self.names) throws {
    folder = try TemporaryFolder()
    for (index, name) in names.enumerated() {
      var recording = Duet.recording(sampleRate: 8000)
      recording = AudioBuffer(
        sampleRate: 8000, channels: recording.channels.map { $0.map { $0 * Float(index + 1) / 8 } })
      try FileManager.default.createDirectory(
        atPath: folder.file("set"), withIntermediateDirectories: true)
      try AudioFile.write(recording, to: folder.file("set/\(name).wav"), as: .wavFloat)
      try folder.write(Duet.score.utf8, to: "set/\(name).csv")
    }
    try write(rows: names.map { "\($0).wav\t\($0).csv" })
  }

  func write(_ header: String = "recording\tscore", rows: [String]) throws {
    try folder.write(
      ([header] + rows).map { $0 + "\n" }.joined().utf8, to: "set/table.tsv")
  }

  func run(_ options: [String], quick: Bool = true) throws -> Program.Run {
    try Program.run(
      ["separate", "--list", "set/table.tsv", "-o", "out"] + (quick ? Self.quick : []) + options,
      in: folder.path)
  }

  func resume(_ options: String...) throws -> Program.Run {
    try run(["--resume", "--results", "r.jsonl"] + options)
  }

  /// The lines of results by recording, without what depends on the clock.
  func records(_ name: String = "r.jsonl") throws -> [String: NSDictionary] {
    var records: [String: NSDictionary] = [:]
    for line in try folder.text(name).split(separator: "\n") {
      var record = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      record["seconds"] = nil
      record["real_time_factor"] = nil
      let input = try #require(record["input"] as? String)
      #expect(records[input] == nil, "\(input) is there twice")
      records[input] = record as NSDictionary
    }
    return records
  }

  /// All stems by path.
  func stems(below name: String = "out") throws -> [String: Data] {
    Dictionary(
      uniqueKeysWithValues: folder.files(below: name).filter { $0.hasSuffix(".wav") }.map {
        ($0, FileManager.default.contents(atPath: folder.file("\(name)/\($0)"))!)
      })
  }
}

@Suite struct CatalogueTests {
  private let set: Catalogue

  init() throws { set = try Catalogue() }

  private func touch(_ name: String, _ text: String) throws {
    try set.folder.write(text.utf8, to: name)
  }

  @Test func aTableIsTheSameAsManyRecordings() throws {
    let typed = try Program.run(
      ["separate"] + Catalogue.names.map { "set/\($0).wav" } + [
        "--score", "{folder}/{name}.csv", "-o", "typed",
      ] + Catalogue.quick, in: set.folder.path)
    #expect(typed.status == 0, "\(typed.errors)")
    let listed = try set.run([])
    #expect(listed.status == 0, "\(listed.errors)")
    #expect(listed.output.hasSuffix("4 recordings: 4 separated, 0 there already, 0 failed\n"))
    let stems = try set.stems()
    #expect(stems.count == 8)
    #expect(stems == (try set.stems(below: "typed")))
    #expect(Set(stems.values).count == 8)
  }

  /// Cells go before the command line; what is empty is as it says.
  @Test func cellsAreOptions() throws {
    try set.write(
      "format\trecording\tresidual\tscore\tparts",
      rows: ["\ta.wav\tyes\ta.csv\t", "flac\tb.wav\t\tb.csv\tlow=pitch:0-60,high=*"])
    let run = try set.run([])
    #expect(run.status == 0, "\(run.errors)")
    let files = set.folder.files(below: "out").filter { !$0.hasSuffix(".json") }
    #expect(
      files == ["a/left.wav", "a/residual.wav", "a/right.wav", "b/high.flac", "b/low.flac"])
  }

  @Test func standardInputIsATable() throws {
    let run = try Program.shell(
      "sed 's,\\([a-d]\\)\\.,set/\\1.,g' set/table.tsv | '\(Program.path)' separate --list - -o out \(Catalogue.quick.joined(separator: " "))",
      in: set.folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try set.stems().count == 8)
  }

  @Test func errorsNameTheLineAndTheColumn() throws {
    try set.write(
      "recording\tscore\titerations\tpreset\tresidual",
      rows: [
        "a.wav\ta.csv\tmany", "b.wav\tb.csv\t\tnone", "\tc.csv", "c.wav\tc.csv\t\t\tno",
        "d.wav\td.csv", "set/../d.wav\td.csv", "missing.wav\ta.csv",
      ])
    let run = try set.resume()
    #expect(run.status == 1)
    for expected in [
      "set/table.tsv: line 2, column 'iterations': ", "set/table.tsv: line 3, column 'preset': ",
      "set/table.tsv: line 4, column 'recording': expected a path, found nothing",
      "set/table.tsv: line 5, column 'residual': expected 'yes' or nothing, found 'no'",
      "set/table.tsv: line 7: 'set/set/../d.wav' would be written to the same files as the recording of line 6",
      "set/table.tsv: line 8: set/missing.wav: ",
    ] {
      #expect(
        run.errorLines.contains { $0.hasPrefix("divisi: \(expected)") },
        "\(expected)\n\(run.errors)")
    }
    #expect(run.output.hasSuffix("7 recordings: 1 separated, 0 there already, 6 failed\n"))
    #expect(
      (try set.records()["set/missing.wav"]?["error"] as? String)?.contains("missing.wav") == true)
    #expect(try set.stems().count == 2)
    // Nothing is left of what failed.
    #expect(!FileManager.default.fileExists(atPath: set.folder.file("out/missing")))
  }

  @Test(arguments: [
    ("recording\tlist", "found 'list'"), ("mix\tscore", "expected a column 'recording'"),
  ])
  func columnsThatAreNoOptionsAreRefused(header: String, problem: String) throws {
    try set.write(header, rows: ["a.wav\ta.csv"])
    let run = try set.run([])
    #expect(run.status == 1)
    #expect(run.errors.contains("set/table.tsv: line 1: ") && run.errors.contains(problem))
    #expect(run.errorLines.count == 1)
  }

  @Test func sharesAddUp() throws {
    for share in 1...3 {
      let run = try set.run(["--shard", "\(share)/3"])
      #expect(run.status == 0, "\(run.errors)")
      #expect(try set.stems().count == [0, 4, 6, 8][share])
    }
  }

  @Test func whatIsThereIsPassedOver() throws {
    #expect(try set.resume().status == 0)
    let (stems, records) = (try set.stems(), try set.folder.text("r.jsonl"))
    #expect(try set.records().count == 4)
    let again = try set.resume()
    #expect(again.status == 0)
    #expect(again.output == "4 recordings: 0 separated, 4 there already, 0 failed\n")
    #expect(try set.stems() == stems)
    #expect(try set.folder.text("r.jsonl") == records)
    // Without --resume, what is there is there.
    let fresh = try set.run([])
    #expect(fresh.status == 1)
    #expect(fresh.output.hasSuffix("0 separated, 0 there already, 4 failed\n"))
    #expect(
      fresh.errors.contains("a/manifest.json: expected a new file, --resume to go on, or --force"))
  }

  /// Each change makes what it changes, and nothing else, new; the results follow.
  @Test func whatChangedIsMadeAgain() throws {
    func expect(
      _ separated: Int, _ options: String..., location: SourceLocation = #_sourceLocation
    ) throws {
      let run = try set.run(["--resume", "--results", "r.jsonl"] + options)
      #expect(run.status == 0, "\(run.errors)", sourceLocation: location)
      #expect(
        run.output.hasSuffix(
          "4 recordings: \(separated) separated, \(4 - separated) there already, 0 failed\n"),
        "\(run.output)\(run.errors)", sourceLocation: location)
      #expect(try set.records().count == 4, sourceLocation: location)
    }
    try expect(4)
    try touch("set/a.csv", Duet.score + "\n")
    try expect(1)
    try FileManager.default.removeItem(atPath: set.folder.file("out/b/left.wav"))
    try touch("out/c/right.wav", "damaged")
    try expect(2)
    try expect(4, "--iterations", "2")
    try expect(0, "--iterations", "2", "--threads", "1")
    try expect(4, "-p", "hands-fast", "--iterations", "2")
    // What the old options wrote and the new ones do not is gone.
    try expect(4, "--parts", "low=pitch:0-60,high=*")
    #expect(
      set.folder.files(below: "out/a") == ["high.wav", "low.wav", "manifest.json"])
  }

  /// Models of one name in two folders are two models.
  @Test func eachModelCounts() throws {
    let catalogue = try Catalogue(names: ["a"])
    let piano = Program.root.appendingPathComponent(
      "Presets/divisi-presets.lv2/generic-piano.safetensors")
    for folder in ["one", "two"] {
      try FileManager.default.createDirectory(
        atPath: catalogue.folder.file(folder), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: piano.path, toPath: catalogue.folder.file("\(folder)/bank.safetensors"))
    }
    let models = [
      "-p", "parts", "--instruments", "parts", "--resume", "--model-file",
      "left=one/bank.safetensors", "--model-file",
      "right=two/bank.safetensors",
    ]
    let first = try catalogue.run(models)
    #expect(first.status == 0 && first.output.contains("1 separated"), "\(first.errors)")
    #expect(try catalogue.run(models).output.contains("1 there already"))
    var bytes = try Data(contentsOf: piano)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(fileURLWithPath: catalogue.folder.file("one/bank.safetensors")))
    let again = try catalogue.run(models)
    #expect(again.output.contains("1 separated"), "\(again.output)\(again.errors)")
  }

  @Test func filesOfOthersAreKept() throws {
    try FileManager.default.createDirectory(
      atPath: set.folder.file("out/a"), withIntermediateDirectories: true)
    try touch("out/a/left.wav", "mine")
    let run = try set.resume()
    #expect(run.status == 1)
    #expect(run.errors.contains("out/a/left.wav: expected a new file, or --force"))
    #expect(try set.folder.text("out/a/left.wav") == "mine")
    #expect(set.folder.files(below: "out/a") == ["left.wav"])
    #expect(try set.records()["set/a.wav"]?["error"] != nil)
    try FileManager.default.removeItem(atPath: set.folder.file("out/a/left.wav"))
    #expect(try set.resume().status == 0)
    #expect(try set.records().values.allSatisfy { $0["error"] == nil })
  }

  /// Shares that write to one file, or one that is still at work.
  @Test func aFileOfResultsHasOneProgram() throws {
    try touch("r.jsonl", "")
    let descriptor = open(set.folder.file("r.jsonl"), O_RDWR)
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    let run = try set.resume()
    close(descriptor)
    #expect(run.status == 75)
    #expect(run.errors.contains("r.jsonl: expected a file of its own for each program"))
    #expect(set.folder.files(below: "out") == [])
  }

  @Test func needsAreToldBeforehand() throws {
    let run = try set.run(["--estimate"])
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 4)
    for line in lines {
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(record?["duration"] as? Double == Duet.seconds)
      #expect((record?["memory_bytes"] as? Int ?? 0) > 0)
    }
    #expect(set.folder.files(below: "out") == [])
  }
}
