import ArgumentParser
import AudioFiles
import DivisiSeparation

/// How a recording is separated, and what is written of it.
struct SeparationOptions: ParsableArguments {
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

  @Option(
    help: ArgumentHelp(
      "Sources that 'divisi train --source' has made, separated by commas. The recording consists of them, and needs no score; with --score they stand for what is not of it.",
      valueName: "a,b"))
  var sources: String?

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
  @OptionGroup(title: "Alignment of the score") var correcting: CorrectionOptions
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
    _ = try scoring.selection()
    _ = try ModelFiles(modelFile)
    guard !(remixing.noStems && writing.residual) else {
      throw ValidationError("--residual: expected no --no-stems")
    }
    if !sessions.session.isEmpty {
      guard !remixing.noStems else { throw ValidationError("--session: expected no --no-stems") }
      guard !writing.format.isLossy else {
        throw ValidationError("--session: expected --format flac, wav16, wav24 or wav-float")
      }
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
    try overrides.check(isStreamed: stream)
  }

  /// Refuses what means nothing without a score, or without true stems, where there are none.
  func checkCompanions() throws {
    if sources != nil { try checkSources() }
    guard !oracle || references != nil else {
      throw ValidationError("--oracle: expected --references as well")
    }
    guard score == nil else { return }
    let options = [
      ("--stream", stream), ("--midi", sessions.midi), ("--export-score", exportScore != nil),
    ]
    for (option, isGiven) in options where isGiven {
      throw ValidationError("\(option): expected --score as well")
    }
    if let option = placing.given ?? correcting.given {
      throw ValidationError("\(option): expected --score as well")
    }
  }

  /// The files of ``sources``.
  var sourcePaths: [String] {
    sources?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
  }

  /// What sources that were trained decide by themselves, or nobody can do with them.
  private func checkSources() throws {
    guard !sourcePaths.contains("") else {
      throw ValidationError("--sources: expected files, separated by commas")
    }
    let hasScore = score != nil
    let refused: [(String, Bool)] = [
      ("--stream", stream), ("--rest", rest), ("--export-factors", exportFactors != nil),
      ("--model-file", !hasScore && !modelFile.isEmpty),
      ("--model", !hasScore && overrides.model != nil),
      ("--window", !hasScore && overrides.windowLength != nil),
      ("--hop", !hasScore && overrides.hopSize != nil),
    ]
    if let option = refused.first(where: \.1)?.0 {
      throw ValidationError("--sources: expected no \(option)")
    }
  }
}
