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

      Recordings longer than 90 s are separated in sections that are faded into each other, so that memory does not grow with \
      their length. --export-factors needs one fit of the whole, and --references all of the stems: both take more memory, \
      the longer the recording.

      Recordings that follow no single score are paired with scores by {folder} and {name} in SCORE:

        divisi separate set/*/mix.flac --score '{folder}/score.mid' \\
          --filename '{parent}/{part}' -o stems
      """)

  @Argument(help: ArgumentHelp("The recordings.", valueName: "mix"), completion: .file())
  var mixes: [String]

  @Option(
    help: ArgumentHelp(
      "The score: MIDI, MusicXML, .mxl or CSV. {folder} and {name} stand for each recording's. Drums can do without.",
      valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String?

  @Option(
    help: ArgumentHelp(
      "A folder of true stems, named after the parts: reports how close the parts come (SDR, SIR, SAR, SI-SDR). {folder} and {name} as in SCORE.",
      valueName: "dir"),
    completion: .directory)
  var references: String?

  @Flag(
    help:
      "With --references: also report the ideal ratio mask, which knows the truth, and the mixture as every part."
  )
  var oracle = false

  @Option(
    help: ArgumentHelp(
      "Also write what was learnt: factors.safetensors (V, W, H, W_E, masks), and notes.csv and activations.csv as layers for Sonic Visualiser, named below this folder as the parts are below DIR.",
      valueName: "dir"),
    completion: .directory)
  var exportFactors: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where to write.", valueName: "dir"),
    completion: .directory)
  var output: String

  @Option(
    name: .shortAndLong, help: "A preset by name ('divisi presets' lists them) or by path.",
    completion: PresetStore.completion)
  var preset = "hands"

  @Option(
    help: ArgumentHelp(
      "What templates start from, in place of the preset's: a drum kit or a note bank (generic-kit, generic-piano, or what 'divisi train' writes).",
      valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var modelFile: String?

  @Flag(help: "Accept a score that goes on after the recording, or that ends long before it.")
  var partial = false

  @Flag(help: "Separate as the plugin does, as if the recording were just being played.")
  var stream = false

  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup(title: "Output options") var writing: OutputOptions
  @OptionGroup(title: "Options that override the preset") var overrides: Overrides
  @OptionGroup(title: "Options of models that are trained by gradients")
  var gradients: GradientOptions

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
    guard score != nil || !stream else {
      throw ValidationError("--stream: expected --score beside it")
    }
    guard !oracle || references != nil else {
      throw ValidationError("--oracle: expected --references beside it")
    }
    guard exportFactors != "" else {
      throw ValidationError("--export-factors: expected a folder, found ''")
    }
    if stream, exportFactors != nil {
      throw ValidationError("--export-factors: expected no --stream beside it, which keeps none")
    }
    guard stream || (overrides.lookahead == nil && overrides.history == nil) else {
      throw ValidationError("--lookahead and --history: expected --stream beside them")
    }
    if stream, let option = overrides.unknownToStreams {
      throw ValidationError("\(option): expected no --stream beside it, which has no such choice")
    }
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    giveLargeBlocksBack()
    let job = try reporting {
      let choice = try PresetStore.choose(preset)
      var settings = try gradients.applied(to: overrides.applied(to: choice.settings))
      settings.separation.isScoreless = score == nil
      return SeparationJob(
        output: output, presetName: preset, choice: choice,
        settings: settings,
        material: try choice.material(modelFile: modelFile),
        bank: try choice.bank(modelFile: modelFile),
        selection: try scoring.selection() ?? choice.selection,
        scoring: scoring, isPartial: partial, isStreamed: stream, withOracle: oracle,
        factorFolder: exportFactors, writing: writing,
        parallel: threads(overrides.threadCount))
    }
    if stream, let text = job.settings.separation.model.streamRemark { complain(text) }
    if job.settings.separation.model == .wae, case .pitched = job.material {
      complain("model wae: only drums repeat their waveforms; this is what model cae gives")
    }
    var failed = false
    for mix in mixes {
      let bar = ProgressBar(title: URL(fileURLWithPath: mix).lastPathComponent)
      do {
        let result = try job.run(
          mix: mix, score: score.map { expand($0, for: mix) },
          references: references.map { expand($0, for: mix) }, bar: bar)
        let report = SeparationReport(result: result)
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
}
