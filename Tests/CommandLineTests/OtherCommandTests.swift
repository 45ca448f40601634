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

  @Test(arguments: [
    [], ["separate"], ["align"], ["evaluate"], ["compare"], ["plot"], ["presets"], ["inspect"],
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
    [], ["separate"], ["align"], ["evaluate"], ["compare"], ["plot"], ["inspect"], ["train"],
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
