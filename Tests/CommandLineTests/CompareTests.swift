import AudioFiles
import Foundation
import Testing

@Suite struct CompareTests {
  private func compare(_ folder: TemporaryFolder, _ options: [String]) throws -> Program.Run {
    try Program.run(
      ["compare", "duet.wav", "--score", "duet.csv", "-o", "out", "--window", "1024"] + options,
      in: folder.path)
  }

  private func record(_ folder: TemporaryFolder) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(try folder.text("out/report.json").utf8))
        as? [String: Any])
  }

  /// Every model that there is, from the same start.
  @Test func allModelsStartAlike() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try compare(folder, ["--iterations", "6", "--divergence", "eu"])
    try #require(run.status == 0, "\(run.errors)")
    let record = try record(folder)
    let models = try #require(record["models"] as? [String])
    #expect(models.starts(with: ["nmf", "nmfd", "nae", "cae"]))
    let trials = try #require(record["trials"] as? [[String: Any]])
    #expect(trials.map { $0["model"] as? String ?? "" } == models)
    let losses = try trials.map { try #require($0["losses"] as? [Double]) }
    for (trial, losses) in zip(trials, losses) {
      // The start, six iterations, three refinements.
      #expect(losses.count == 10)
      #expect((losses.last ?? 0) < losses[0])
      let seconds = try #require(trial["seconds"] as? [Double])
      #expect(seconds.count == losses.count)
      #expect(seconds[0] == 0 && zip(seconds, seconds.dropFirst()).allSatisfy { $0 <= $1 })
      let error = try #require(trial["error"] as? Double)
      #expect(abs(error * error / 2 - (losses.last ?? 0)) < 1e-3 * (losses.last ?? 0))
      #expect((trial["memory_bytes"] as? Int ?? 1) >= 0)
    }
    // The same model but for the encoder starts alike.
    #expect(losses[0][0] == losses[2][0])
    #expect(losses[1][0] == losses[3][0])
  }

  /// The report names what there is, and its pictures exist.
  @Test func reportsAreWhole() throws {
    let folder = try TemporaryFolder()
    let recording = Recording.drumBreak
    let run = try Program.run(
      "compare", recording + "/mix.flac", "--score", "{folder}/score.mid", "--references",
      "{folder}", "-p", "drums-fast", "--models", "nmfd,cae", "--cases", "1,3", "--iterations", "2",
      "-o", "out", in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    let report = try folder.text("out/report.md")
    for words in [
      "# Comparison of nmfd, cae", "## Approximation errors, case 1", "| break | ",
      "## Approximation errors, case 3", "random templates, informed activations", "## Cases",
      "| 0 | ideal ratio mask |", "| break | hihat |", "## Time and memory", "the mixture",
    ] {
      #expect(report.contains(words), "\(words)")
    }
    let links = report.split(separator: "](").dropFirst().compactMap {
      $0.split(separator: ")").first.map(String.init)
    }
    #expect(links == ["loss-case1/break.png", "loss-case3/break.png", "sdr.png"])
    #expect(folder.files(below: "out") == (links + ["report.json", "report.md"]).sorted())

    let record = try record(folder)
    let trials = try #require(record["trials"] as? [[String: Any]])
    #expect(trials.map { $0["start_case"] as? Int } == [1, 1, 3, 3])
    let item = try #require((record["items"] as? [[String: Any]])?.first)
    let oracle = try #require(item["oracle"] as? [String: [String: Double]])
    let scores = try #require(trials[0]["scores"] as? [String: [String: Double]])
    #expect(Set(oracle.keys) == ["kick", "snare", "hihat"])
    #expect(oracle.keys == scores.keys)
    for (part, scores) in scores {
      let sdr = try #require(scores["sdr_decibels"])
      #expect(sdr > 0)
      #expect(try #require(oracle[part]?["sdr_decibels"]) > sdr - 1)
    }
  }

  /// What can be said about models trained by gradients holds for them alone.
  @Test func gradientOptionsAreTaken() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    func losses(_ options: [String]) throws -> [[Double]] {
      let run = try compare(
        folder, ["--models", "nae,nae-adam", "--iterations", "3", "--force"] + options)
      try #require(run.status == 0, "\(run.errors)")
      let trials = try #require(try record(folder)["trials"] as? [[String: Any]])
      return try trials.map { try #require($0["losses"] as? [Double]) }
    }
    let (shallow, deep, frozen) = try (
      losses([]), losses(["--layers", "4", "--learning-rate", "0.05"]), losses(["--frozen"])
    )
    #expect(shallow[0] == deep[0] && shallow[1] != deep[1])
    #expect(frozen[0] != shallow[0] && frozen[1] != shallow[1])
  }

  /// Models that exist for comparison alone stand beside the others.
  @Test func yardsticksAreFitted() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try compare(
      folder,
      [
        "--models", "nmf,nmf2d,tl-nmf", "--iterations", "4", "--shared-pitches", "3", "--cases",
        "1,4",
      ])
    try #require(run.status == 0, "\(run.errors)")
    let record = try record(folder)
    #expect(record["models"] as? [String] == ["nmf", "nmf2d", "tl-nmf"])
    let trials = try #require(record["trials"] as? [[String: Any]])
    #expect(
      trials.map { $0["model"] as? String } == ["nmf", "nmf2d", "tl-nmf", "nmf", "nmf2d", "tl-nmf"])
    for trial in trials {
      let losses = try #require(trial["losses"] as? [Double])
      #expect(losses.count == 8)
      #expect((losses.last ?? 0) < losses[0])
    }
    // One start for all but the axis.
    let starts = trials.compactMap { ($0["losses"] as? [Double])?.first }
    #expect(starts[0] == starts[2] && starts[3] == starts[5])
    let drums = try compare(folder, ["--models", "tl-nmf", "-p", "drums", "--force"])
    #expect(drums.status == 64)
    #expect(drums.errors.contains("expected a preset for pitches"), "\(drums.errors)")
  }

  @Test func nothingIsOverwrittenUnasked() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let options = ["--models", "nmf", "--iterations", "1"]
    try #require(try compare(folder, options).status == 0)
    let again = try compare(folder, options)
    #expect(again.status == 1)
    #expect(again.errors.contains("out/report.md: expected a new file"), "\(again.errors)")
    #expect(try compare(folder, options + ["--force", "--pictures", "svg"]).status == 0)
    #expect(try folder.text("out/report.md").contains("(loss-case1/"))
  }

  @Test(arguments: [
    ["--models", "nmf,nmx"], ["--models", "nmf,nmf"], ["--models", ""], ["--cases", "0"],
    ["--cases", "1,1"], ["--model", "nmf"], ["--templates", "random"],
    ["--frozen", "--models", "nmf,tl-nmf"], ["--shared-pitches", "3", "--models", "nmf"],
    ["--shared-pitches", "0", "--models", "nmf2d"],
  ])
  func wrongUsageIsToldApart(options: [String]) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try compare(folder, options)
    #expect(run.status == 64)
    #expect(run.errors.contains(options[0]), "\(run.errors)")
    #expect(folder.files(below: "out").isEmpty)
  }
}
