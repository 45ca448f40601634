import Foundation
import Testing

@Suite struct OtherCommandTests {
  @Test func presetsAreListedWithALineEach() throws {
    let run = try Program.run("presets")
    #expect(run.status == 0)
    let names = run.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    #expect(
      names == [
        "drums", "drums-fast", "drums-live", "drums-song", "hands", "hands-acoustic", "hands-fast",
        "hands-live",
        "hands-pedal",
        "literature", "parts", "players",
      ])
    #expect(run.output.split(separator: "\n").allSatisfy { $0.hasSuffix(".") })
  }

  /// What is there, what is missing and what to do about it; only what separating needs is a fault.
  @Test func whatIsMissingIsSaid() throws {
    let folder = try TemporaryFolder()
    let whole = try Program.run(["doctor"], environment: ["LV2_PATH": folder.path])
    #expect(whole.status == 0)
    let lines = whole.output.split(separator: "\n").dropFirst()
      .map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(lines.map { $0[1] } == ["presets", "plugin", "sound", "media", "test"])
    #expect(lines[0][0] == "ok" && lines[4][0] == "ok")
    #expect(lines[1][0] == "missing" && whole.output.contains("none in \(folder.path); install"))

    try FileManager.default.createDirectory(
      atPath: folder.file("divisi.lv2"), withIntermediateDirectories: true)
    try folder.write("".utf8, to: "divisi.lv2/divisi.so")
    try folder.write(
      "lv2:minorVersion 0 ;\n lv2:microVersion 2 ;".utf8, to: "divisi.lv2/hands.ttl")
    let old = try Program.run(["doctor"], environment: ["LV2_PATH": folder.path])
    #expect(old.status == 0)
    #expect(old.output.contains("/divisi.lv2 is version 0.2, not "))

    let without = try Program.run(["doctor"], environment: ["DIVISI_PRESETS": folder.path])
    #expect(without.status == 1)
    #expect(without.output.contains("fault    presets  \(folder.path): expected the models"))
  }

  @Test func presetsAreFoundWhereTheEnvironmentSays() throws {
    let folder = try TemporaryFolder()
    let bundle = Program.root.appendingPathComponent("Presets/divisi-presets.lv2")
    for file in try FileManager.default.contentsOfDirectory(atPath: bundle.path) {
      try folder.write(try Data(contentsOf: bundle.appendingPathComponent(file)), to: file)
    }
    let text = try folder.text("hands.ttl").replacing("cleanly", with: "sweetly")
    try folder.write(text.utf8, to: "hands.ttl")
    #expect(try !Program.run("presets", in: "/").output.contains("sweetly"))
    let run = try Program.run(["presets"], environment: ["DIVISI_PRESETS": folder.path])
    #expect(run.output.contains("sweetly"))
  }

  @Test func scoresAreInspected() throws {
    let run = try Program.run("inspect", Recording.polonaise + "/score.mid")
    #expect(run.status == 0)
    #expect(run.output.contains("227 notes"))
    #expect(run.output.contains("with pedal"))
    #expect(run.output.contains("part 'left'  153 notes"))
    #expect(run.output.contains("part 'right'  74 notes"))
    #expect(try Program.run("inspect", "/nowhere.mid").status == 1)
    let drums = try Program.run("inspect", Recording.drumBreak + "/score.mid")
    #expect(drums.output.contains("part 'snare'"), "\(drums.errors)")
  }

  @Test func inspectedNotesAreATableJSONAndMIDI() throws {
    let folder = try TemporaryFolder()
    let score =
      "start;duration;pitch;velocity;label\n0;1;60;80;left\n1;0.5;72;90;right\n2;1;50;70;other\n"
    try folder.write(score.utf8, to: "song.csv")
    let table = try Program.run("inspect", "song.csv", "--notes", in: folder.path)
    #expect(
      table.output == """
        start;duration;pitch;velocity;label;part
        0.0000;1.0000;60;80;left;left
        1.0000;0.5000;72;90;right;right
        2.0000;1.0000;50;70;other;

        """)
    #expect(table.errors.contains("song.csv: 1 of 3 notes is in no part: 1 labelled 'other'"))
    let run = try Program.run(
      "inspect", "song.csv", "--json", "--midi", "heard.mid", in: folder.path)
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect((record["notes"] as? [[String: Any]])?.count == 3)
    #expect(
      (record["parts"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == [
        "left", "right",
      ])
    let heard = try Program.run("inspect", "heard.mid", "-p", "parts", in: folder.path)
    // Hands are one instrument, and what is beside them another.
    #expect(heard.output.contains("part 'left'  1 note  instrument 1\n"), "\(heard.output)")
    #expect(heard.output.contains("part 'other'  1 note  instrument 2\n"))
    let again = try Program.run("inspect", "song.csv", "--midi", "heard.mid", in: folder.path)
    #expect(again.status == 1)
  }

  @Test func drumMapsAreListedAndRead() throws {
    let list = try Program.run("drum-maps")
    for name in [
      "general-midi", "addictive-drums", "superior-drummer", "roland", "yamaha", "alesis",
    ] {
      #expect(list.output.contains(name))
    }
    let folder = try TemporaryFolder()
    try folder.write("# mine\n60 kick\nD4 open hi-hat # two\n".utf8, to: "map.txt")
    try folder.write("start;duration;pitch\n0;1;60\n1;1;62\n2;1;38\n".utf8, to: "song.csv")
    let run = try Program.run(
      "inspect", "song.csv", "-p", "drums", "--drum-map", "map.txt", in: folder.path)
    #expect(
      run.output.hasSuffix("part 'kick'  1 note\npart 'snare'  1 note\npart 'hihat'  1 note\n"))
    try folder.write("60 nothing\n".utf8, to: "bad.txt")
    let bad = try Program.run(
      "inspect", "song.csv", "-p", "drums", "--drum-map", "bad.txt", in: folder.path)
    #expect(bad.status == 1)
    #expect(bad.errors.contains("bad.txt: line 1: expected a note and a drum, such as 36 kick"))
  }

  @Test(arguments: [
    [], ["separate"], ["kit"], ["remix"], ["mosaic"], ["align"], ["evaluate"], ["compare"],
    ["plot"],
    ["presets"], ["inspect"],
    ["drum-maps"], ["train"],
  ])
  func helpReadsAsRecorded(command: [String]) throws {
    let run = try Program.run(command + ["--help"])
    #expect(run.status == 0)
    let name = command.first ?? "divisi"
    let snapshot = Program.root.appendingPathComponent(
      "Tests/CommandLineTests/Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
      try run.output.write(to: snapshot, atomically: true, encoding: .utf8)
    }
    #expect(run.output == (try String(contentsOf: snapshot, encoding: .utf8)))
  }

  @Test func completionsAreGenerated() throws {
    for shell in ["bash", "zsh", "fish"] {
      let run = try Program.run("--generate-completion-script", shell)
      #expect(run.status == 0)
      #expect(run.output.contains("separate"))
    }
  }

  /// What the script of a shell asks for after `--preset`.
  @Test(arguments: ["separate", "inspect"])
  func presetsAreCompleted(command: String) throws {
    let run = try Program.run("---completion", command, "--", "--preset", "0", "0")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.split(separator: "\n").contains("drums-fast"), "\(run.output)")
  }

  /// Examples are copied, so none is wrapped; the manual's generator drops what is not ASCII.
  @Test(arguments: [
    [], ["separate"], ["kit"], ["remix"], ["mosaic"], ["align"], ["evaluate"], ["compare"],
    ["plot"],
    ["inspect"], ["train"],
  ])
  func examplesFitALineAndHelpIsPlain(command: [String]) throws {
    let help = try Program.run(command + ["--help"]).output
    #expect(help.utf8.allSatisfy { $0 < 128 })
    for line in help.split(separator: "\n").drop(while: { !$0.hasPrefix("  divisi") }) {
      if line.hasPrefix("USAGE") { break }
      #expect(line.hasPrefix("  "), "\(line)")
    }
  }

  /// Options of an alignment do nothing without a score.
  @Test(arguments: [
    ["separate", "--correct-notes", "on"], ["separate", "--align", "on"],
    ["kit", "--anchor", "1=2"],
    ["remix", "--jumps", "any"],
  ])
  func optionsOfAnAlignmentNeedAScore(options: [String]) throws {
    let run = try Program.run(
      [options[0], Recording.polonaise + "/mix.flac", "-p", "drums", "-o", "out"]
        + options.dropFirst())
    #expect(run.status == 64)
    #expect(run.errors.contains("\(options[1]): expected --score as well"), "\(run.errors)")
  }
}
