import Foundation
import Glibc
import Testing

/// Runs over a table that are killed, by a signal that no program can handle, and gone on with.
@Suite struct CatalogueKillTests {
  /// How often a run is killed; `make test-kills` more often.
  private static let rounds =
    ProcessInfo.processInfo.environment["DIVISI_KILLS"].flatMap { Int($0) } ?? 8

  private func start(_ set: Catalogue, _ options: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments =
      ["separate", "--list", "set/table.tsv", "-o", "out"] + Catalogue.quick + options
    process.currentDirectoryURL = URL(fileURLWithPath: set.folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func kill(_ set: Catalogue, _ options: [String], after seconds: Double) throws {
    let process = try start(set, options)
    usleep(UInt32(1e6 * seconds))
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Whenever it is killed, whatever was changed meanwhile: what comes of it is what one run makes that nobody stops.
  @Test func killsChangeNothing() throws {
    let set = try Catalogue(names: (0..<6).map { "r\($0)" })
    let options = ["--resume", "--retry", "--results", "r.jsonl"]
    let clock = ContinuousClock()
    var serial: [[String: Data]] = []
    var records: [[String: NSDictionary]] = []
    let variants = [[], ["--parts", "low=pitch:0-60,high=*"]]
    var seconds = 0.0
    for variant in variants {
      let start = clock.now
      let run = try set.run(options + variant)
      seconds = (clock.now - start) / .seconds(1)
      #expect(run.status == 0, "\(run.errors)")
      serial.append(try set.stems())
      records.append(try set.records())
    }
    #expect(serial[0].count == 12 && serial[1].count == 12)
    try FileManager.default.removeItem(atPath: set.folder.file("out"))
    try FileManager.default.removeItem(atPath: set.folder.file("r.jsonl"))
    var state: UInt64 = 7
    for round in 0..<Self.rounds {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let index = round / 4 % 2
      try kill(
        set, options + variants[index],
        after: 1.1 * seconds * Double(state >> 33) / Double(1 << 31))
      // Lines are whole, and each recording has one at most, at any time.
      let text =
        FileManager.default.fileExists(atPath: set.folder.file("r.jsonl"))
        ? try set.folder.text("r.jsonl") : ""
      #expect(text.isEmpty || text.hasSuffix("\n"), "round \(round)")
      if !text.isEmpty { _ = try set.records() }
      guard round % 4 == 3 else { continue }
      let run = try set.run(options + variants[index])
      #expect(run.status == 0, "round \(round): \(run.errors)")
      #expect(try set.stems() == serial[index], "round \(round)")
      #expect(try set.records() == records[index], "round \(round)")
      let others = set.folder.files(below: "out").filter {
        !$0.hasSuffix(".wav") && !$0.hasSuffix("/manifest.json")
      }
      #expect(others == [], "round \(round)")
    }
  }

  /// What ends the program costs one recording: it comes last in the next run, and in the one after that it is given up.
  @Test func whatEndsTheProgramIsPassedOver() throws {
    let set = try Catalogue()
    try set.write(
      "recording\tscore\titerations",
      rows: Catalogue.names.map { "\($0).wav\t\($0).csv\t\($0 == "b" ? "300" : "")" })
    let note = set.folder.file("out/b/manifest.started")
    func exists() -> Bool {
      (try? Data(contentsOf: URL(fileURLWithPath: note)))?.isEmpty == false
    }
    /// Kills the program when it is at b.
    func crash() throws {
      for _ in 0..<20 {
        let process = try start(set, ["--resume", "--retry", "--results", "r.jsonl"])
        while process.isRunning, !exists() { usleep(1000) }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if exists() { return }
        try FileManager.default.removeItem(atPath: set.folder.file("out"))
      }
      Issue.record("it was never at b")
    }
    try crash()
    let second = try set.resume("--json")
    #expect(second.status == 0, "\(second.errors)")
    #expect(
      second.errors.contains(
        "set/b.wav: was being separated when the last run ended; it comes last"))
    let order = second.output.split(separator: "\n").compactMap {
      $0.firstMatch(of: /"input":"set\/(.)\.wav"/).map { String($0.1) }
    }
    #expect(order == ["a", "c", "d", "b"])
    try FileManager.default.removeItem(atPath: set.folder.file("out"))
    try crash()
    // As the next run does, which it ends, too.
    let text = try set.folder.text("out/b/manifest.started")
    try set.folder.write(
      text.replacing("\"count\":1", with: "\"count\":2").utf8, to: "out/b/manifest.started")
    let third = try set.resume()
    #expect(third.status == 1)
    #expect(third.errors.contains("set/b.wav: was being separated when 2 runs ended; --retry"))
    #expect(try set.stems().count == 6)
    #expect(try set.records()["set/b.wav"]?["error"] != nil)
    let last = try set.resume("--retry")
    #expect(last.status == 0, "\(last.errors)")
    #expect(try set.stems().count == 8)
    #expect(try set.records()["set/b.wav"]?["error"] == nil)
    #expect(set.folder.files(below: "out/b") == ["left.wav", "manifest.json", "right.wav"])
  }
}
