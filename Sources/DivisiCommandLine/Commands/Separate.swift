import ArgumentParser
import AudioFiles
import DivisiEngine
import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Terminal

/// `divisi separate`.
struct Separate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Separate recordings into the parts of their scores.",
    discussion: """
      Writes DIR/<name of the recording>/<part>.flac for every part. Each file has the length, sample rate and number of \
      channels of the recording, and is not rescaled; with --residual the files add up to the recording.

      Recordings longer than 90 s are separated in sections that fade into one another, so memory use does not grow with \
      their length, unless the whole is needed: by --export-factors, which fits it at once, by --references, which keeps all \
      stems to score them, and where a score has to be aligned.

      --minus left writes the recording without that part, to play it yourself; --mix left=-12 writes all of it with a \
      softer left hand.

      To give each of several recordings its own score, write {folder} and {name} in the path of the score:

        divisi separate set/*/mix.flac --score '{folder}/score.mid' \\
          --filename '{parent}/{part}' -o stems
      """)

  @Argument(help: ArgumentHelp("The recordings.", valueName: "mix"), completion: .file())
  var mixes: [String]

  @Option(
    help: ArgumentHelp(
      "The score: MIDI, MusicXML, .mxl or CSV. {folder} and {name} stand for those of each recording. Optional for drums.",
      valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String?

  @Option(
    help: ArgumentHelp(
      "A folder of true stems, named after the parts: reports how close the parts come to them (SDR, SIR, SAR, SI-SDR). {folder} and {name} work as in --score.",
      valueName: "dir"),
    completion: .directory)
  var references: String?

  @Flag(
    help:
      "With --references: also report what the ideal ratio mask, which knows the true stems, and the mixture itself would score."
  )
  var oracle = false

  @Option(
    help: ArgumentHelp(
      "Also write what was learnt: factors.safetensors (V, W, H, W_E, masks), and notes.csv and activations.csv as layers for Sonic Visualiser. Their paths in this folder follow those of the parts in DIR.",
      valueName: "dir"),
    completion: .directory)
  var exportFactors: String?

  @Option(
    help: ArgumentHelp(
      "Also write the score as it was separated by, as JSON: the notes of each part when the recording plays them, pedals, bars and beats. {folder} and {name} work as in --score.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var exportScore: String?

  @Flag(
    help: "Print how far it is to standard error, in lines of JSON such as {\"progress\":0.25}.")
  var progress = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"),
    completion: .directory)
  var output: String

  @Option(
    name: .shortAndLong, help: "A preset by name ('divisi presets' lists them) or by path.",
    completion: PresetStore.completion)
  var preset = "hands"

  @Option(
    help: ArgumentHelp(
      "The sounds that templates start from, instead of the preset's: a drum kit or a note bank (generic-kit, generic-piano, or a file from 'divisi train'). With the name of a part before it, piano=generic-piano, for the instrument of that part; may then be repeated.",
      valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var modelFile: [String] = []

  @Flag(
    help:
      "Accept a score that continues after the end of the recording, or that ends long before it.")
  var partial = false

  @Flag(
    help:
      "With drums out of a song: whatever is no drum becomes one more part, rest. The preset drums-song does so, too."
  )
  var rest = false

  @Flag(help: "Separate as the plugin does, as if the recording were being played live.")
  var stream = false

  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup(title: "Alignment of the score") var placing: PlacementOptions
  @OptionGroup(title: "Output options") var writing: OutputOptions
  @OptionGroup(title: "Going on elsewhere") var sessions: SessionOptions
  @OptionGroup(title: "Parts together") var remixing: RemixOptions
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
    _ = try ModelFiles(modelFile)
    guard score != nil || !stream else {
      throw ValidationError("--stream: expected --score as well")
    }
    guard !oracle || references != nil else {
      throw ValidationError("--oracle: expected --references as well")
    }
    guard !(remixing.noStems && writing.residual) else {
      throw ValidationError("--residual: expected no --no-stems")
    }
    if !sessions.session.isEmpty {
      guard !remixing.noStems else { throw ValidationError("--session: expected no --no-stems") }
      guard !writing.format.isLossy else {
        throw ValidationError("--session: expected --format flac, wav16, wav24 or wav-float")
      }
    }
    guard score != nil || !sessions.midi else {
      throw ValidationError("--midi: expected --score as well")
    }
    guard exportFactors != "" else {
      throw ValidationError("--export-factors: expected a folder, found ''")
    }
    if stream, exportFactors != nil {
      throw ValidationError("--export-factors: expected no --stream, which keeps no factors")
    }
    guard exportScore != "" else {
      throw ValidationError("--export-score: expected a file, found ''")
    }
    guard exportScore == nil || score != nil else {
      throw ValidationError("--export-score: expected --score as well")
    }
    try overrides.check(isStreamed: stream)
  }

  /// The parts and the residual of a session add up to the recording.
  private func writing(withResidual: Bool) -> OutputOptions {
    var options = writing
    options.residual = options.residual || withResidual
    return options
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    giveLargeBlocksBack()
    let job = try reporting {
      let plan = try SeparationPlan(
        .init(
          preset: preset, modelFiles: modelFile, withRest: rest, isStreamed: stream,
          isScoreless: score == nil),
        scoring: scoring, overrides: overrides, gradients: gradients)
      return SeparationJob(
        output: output, presetName: preset, plan: plan,
        placer: ScorePlacer(
          options: placing, scoring: scoring, isPartial: partial, material: plan.material,
          parallel: plan.parallel, warn: printError),
        withOracle: oracle,
        factorFolder: exportFactors, scoreOutput: exportScore,
        writing: writing(withResidual: !sessions.session.isEmpty),
        remixes: try remixing.remixes(), withStems: !remixing.noStems,
        sessions: sessions.session, withMIDI: sessions.midi)
    }
    for remark in job.plan.remarks { printError(remark) }
    var failed = false
    for mix in mixes {
      let bar = ProgressBar(
        title: URL(fileURLWithPath: mix).lastPathComponent, isInLines: progress)
      do {
        let result = try job.run(
          mix: mix, score: score.map { expand($0, for: mix) },
          references: references.map { expand($0, for: mix) }, bar: bar)
        if let text = result.placement?.doubt(score: result.score) { printError(text) }
        let report = SeparationReport(result: result)
        printLines(writing.json ? report.json : report.text)
      } catch {
        failed = true
        printError("\(error)")
        if writing.json { printLines(SeparationReport.json(mix: mix, error: error)) }
      }
      try reporting { try flushReport() }
    }
    if failed { throw ExitCode.failure }
  }
}
