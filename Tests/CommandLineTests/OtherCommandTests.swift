import Foundation
import Testing

@Suite struct OtherCommandTests {
  @Test func presetsAreListedWithALineEach() throws {
    let run = try Program.run("presets")
    #expect(run.status == 0)
    let names = run.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    #expect(
      names == [
        "drums", "drums-fast", "drums-live", "hands", "hands-fast", "hands-live", "hands-pedal",
        "literature", "parts",
      ])
    #expect(run.output.split(separator: "\n").allSatisfy { $0.hasSuffix(".") })
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
  }

  /// The kit of a folder of strokes; the strokes are the stems of the recording that ships.
  @Test func kitsAreLearntAndUsed() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("kit"), withIntermediateDirectories: true)
    for (name, pitch) in [("kick", 36), ("snare", 38), ("hihat", 42)] {
      try FileManager.default.copyItem(
        atPath: "\(Recording.drumBreak)/\(name).flac", toPath: folder.file("kit/\(name).flac"))
      try folder.write(
        "start;duration;pitch;velocity;label\n0.3;0.1;\(pitch);100;\n".utf8, to: "kit/\(name).csv")
    }
    let command = [
      "learn-kit", folder.file("kit"), "-o", folder.file("k.safetensors"), "--origin", "a test",
    ]
    let run = try Program.run(command)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("36, 38, 42"))
    let bytes = try #require(FileManager.default.contents(atPath: folder.file("k.safetensors")))
    #expect(try Program.run(command).status == 1)
    #expect(try Program.run(command + ["--force"]).status == 0)
    #expect(FileManager.default.contents(atPath: folder.file("k.safetensors")) == bytes)
    #expect(try Program.run("learn-kit", folder.file("empty"), "-o", folder.file("x")).status == 1)
  }

  @Test(arguments: [
    [], ["separate"], ["evaluate"], ["compare"], ["plot"], ["presets"], ["inspect"], ["learn-kit"],
    ["train"],
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
    [], ["separate"], ["evaluate"], ["compare"], ["plot"], ["inspect"], ["learn-kit"],
    ["train"],
  ])
  func examplesFitALineAndHelpIsPlain(command: [String]) throws {
    let help = try Program.run(command + ["--help"]).output
    #expect(help.utf8.allSatisfy { $0 < 128 })
    for line in help.split(separator: "\n").drop(while: { !$0.hasPrefix("  divisi") }) {
      if line.hasPrefix("USAGE") { break }
      #expect(line.hasPrefix("  "), "\(line)")
    }
  }
}
