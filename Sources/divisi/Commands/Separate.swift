import ArgumentParser
import AudioFiles
import DivisiEngine
import DivisiScore
import FoundationEssentials
import Glibc
import Terminal

/// `divisi separate`.
struct Separate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Separate recordings into the parts of their scores.",
    discussion: """
      Writes DIR/<name of the recording>/<part>.flac for every part. The parts are as long as the recording, with its sample \
      rate and channels, and are not rescaled; with --residual they add up to it.

      Recordings that follow no single score are paired with scores by {folder} and {name} in SCORE:

        divisi separate set/*/mix.flac --score '{folder}/score.mid' \\
          --filename '{parent}/{part}' -o stems
      """)

  @Argument(help: ArgumentHelp("The recordings.", valueName: "mix"), completion: .file())
  var mixes: [String]

  @Option(
    help: ArgumentHelp(
      "The score: MIDI, MusicXML, .mxl or CSV. {folder} and {name} stand for each recording's.",
      valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String

  @Option(
    help: ArgumentHelp(
      "A folder of true stems, named after the parts: reports how close the parts come (SDR, SIR, SAR). {folder} and {name} as in SCORE.",
      valueName: "dir"),
    completion: .directory)
  var references: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where to write.", valueName: "dir"),
    completion: .directory)
  var output: String

  @Option(
    name: .shortAndLong, help: "A preset by name ('divisi presets' lists them) or by path.",
    completion: PresetStore.completion)
  var preset = "hands"

  @Flag(help: "Accept a score that goes on after the recording, or that ends long before it.")
  var partial = false

  @Flag(help: "Separate as the plugin does, as if the recording were just being played.")
  var stream = false

  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup(title: "Output options") var writing: OutputOptions
  @OptionGroup(title: "Options that override the preset") var overrides: Overrides

  func validate() throws {
    guard !output.isEmpty else {
      throw ValidationError("--output: expected a folder, found ''")
    }
    var owners: [String: String] = [:]
    for mix in mixes {
      let name = writing.path(mix: mix, part: "", preset: preset)
      if let other = owners.updateValue(mix, forKey: name) {
        throw ValidationError(
          "'\(other)' and '\(mix)' would be written to the same files; --filename '{parent}/{part}' keeps them apart"
        )
      }
    }
    _ = try scoring.selection()
    guard stream || (overrides.lookahead == nil && overrides.history == nil) else {
      throw ValidationError("--lookahead and --history: expected --stream beside them")
    }
    if stream, let option = overrides.unknownToStreams {
      throw ValidationError("\(option): expected no --stream beside it, which has no such choice")
    }
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    let job = try reporting {
      let choice = try PresetStore.choose(preset)
      return SeparationJob(
        output: output, presetName: preset, choice: choice,
        settings: try overrides.applied(to: choice.settings), material: try choice.material(),
        selection: try scoring.selection() ?? choice.selection,
        scoring: scoring, isPartial: partial, isStreamed: stream, writing: writing,
        threadCount: overrides.threadCount)
    }
    var failed = false
    for mix in mixes {
      let bar = ProgressBar(title: URL(fileURLWithPath: mix).lastPathComponent)
      do {
        let report = try job.run(
          mix: mix, score: expand(score, for: mix),
          references: references.map { expand($0, for: mix) }, bar: bar)
        print(writing.json ? report.json : report.text)
      } catch {
        failed = true
        complain("\(error)")
        if writing.json { print(SeparationReport.json(mix: mix, error: error)) }
      }
      guard fflush(nil) == 0 else {
        let reason = String(cString: strerror(errno))
        complain("standard output: expected to write the report; \(reason)")
        throw ExitCode.failure
      }
    }
    if failed { throw ExitCode.failure }
  }

  private func expand(_ template: String, for mix: String) -> String {
    let url = URL(fileURLWithPath: mix)
    return
      template
      .replacing("{folder}", with: url.deletingLastPathComponent().relativePath)
      .replacing("{name}", with: url.deletingPathExtension().lastPathComponent)
  }
}
