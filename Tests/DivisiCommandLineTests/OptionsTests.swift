import ArgumentParser
import DivisiEngine
import DivisiScore
import Testing

@testable import DivisiCommandLine
@testable import DivisiSeparation

@Suite struct OptionsTests {
  /// Help that is written by hand forgets what is added.
  @Test func helpNamesEveryModel() throws {
    for help in [Separate.helpMessage(), Plot.helpMessage(), Train.helpMessage()] {
      let lines = help.split(separator: "\n").map { $0.split(separator: " ") }
      for kind in ModelKind.allCases {
        let descriptions = lines.filter { $0.starts(with: [Substring(kind.rawValue), "-"]) }
        #expect(descriptions.count == 1 && descriptions[0].count > 3, "\(kind): \(descriptions)")
      }
    }
  }

  @Test func filesAreNamedByTheTemplate() throws {
    func path(_ template: String) throws -> String {
      try OutputOptions.parse(["--filename", template])
        .path(mix: "set/nocturne/mix.flac", part: "left", preset: "my/own.ttl")
    }
    #expect(try OutputOptions.parse([]).path(mix: "a/b.wav", part: "p", preset: "q") == "b/p")
    #expect(try path("{parent}/{name}-{preset}-{part}") == "nocturne/mix-own-left")
    for template in ["{name}", "{part}/", "{part}{x}", "{part}}"] {
      #expect(throws: (any Error).self) { try path(template) }
    }
    #expect(expand("{folder}/{name}.mid", for: "set/a/mix.flac") == "set/a/mix.mid")
  }

  @Test func optionsGoBeforeThePreset() throws {
    var preset = StreamSettings()
    preset.separation.windowLength = 4096
    preset.separation.hopSize = 1024
    func applied(_ arguments: [String]) throws -> SeparationSettings {
      try Overrides.parse(arguments).applied(to: preset).separation
    }
    #expect(try applied([]).windowLength == 4096)
    // The overlap stays the preset's.
    #expect(try applied(["--window", "1024"]).hopSize == 256)
    #expect(try applied(["--window", "1024", "--hop", "128"]).hopSize == 128)
    #expect(try applied(["--divergence", "is"]).beta == 0)
    #expect(try applied(["--divergence", "1.5"]).beta == 1.5)
    #expect(try applied(["--tolerance", "50"]).toleranceSeconds == 0.05)
    #expect(try applied(["--model", "wae"]).model == .wae)
    #expect(throws: (any Error).self) { try applied(["--alpha", "0"]) }
    #expect(throws: (any Error).self) { try applied(["--threads", "0"]) }
  }

  @Test func partsComeFromTheOptionsIfTheyNameAny() throws {
    #expect(try ScoreOptions.parse([]).selection() == nil)
    #expect(try ScoreOptions.parse(["--split", "C4"]).selection() != nil)
    #expect(throws: (any Error).self) {
      try ScoreOptions.parse(["--split", "C4", "--parts", "a=*"])
    }
    #expect(throws: (any Error).self) { try ScoreOptions.parse(["--parts", "a"]).selection() }
  }

  @Test(arguments: [
    [], ["a.wav", "--list", "t.tsv"], ["--list", ""], ["a.wav", "--shard", "1/2"],
    ["--list", "t.tsv", "--shard", "3/2"], ["a.wav", "--results", ""], ["a.wav", "--retry"],
    ["--list", "t.tsv", "--estimate", "--resume"], ["a.wav", "--stream"], ["a.wav", "--oracle"],
  ])
  func recordingsThatAreNamedOtherwiseAreRefused(arguments: [String]) throws {
    #expect(throws: (any Error).self) { try Separate.parse(arguments + ["-o", "out"]) }
  }

  /// What a row says may be missing on the command line.
  @Test func tablesMaySayTheRest() throws {
    for option in ["--stream", "--oracle", "--midi"] {
      _ = try Separate.parse(["--list", "t.tsv", option, "-o", "out"])
    }
  }

  /// There is one command that trains.
  @Test func commandsAreNamedOnce() {
    let names = Divisi.configuration.subcommands.map { $0._commandName }
    #expect(
      names == [
        "separate", "kit", "remix", "mosaic", "align", "evaluate", "compare", "plot", "presets",
        "inspect",
        "drum-maps",
        "train", "doctor",
      ])
  }
}
