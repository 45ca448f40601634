import ArgumentParser
import DivisiSeparation

/// How a recording of drums is separated, to cut it into strokes.
struct LoopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The score: MIDI, MusicXML, .mxl or CSV. Without it, the trained kit says what is struck when.",
      valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String?

  @Option(
    name: .shortAndLong,
    help: "A preset of drums by name ('divisi presets' lists them) or by path.",
    completion: PresetStore.completion)
  var preset = "drums"

  @Option(
    help: ArgumentHelp(
      "The drum kit that templates start from, instead of the preset's.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var modelFile: String?

  @Flag(
    help:
      "Accept a score that continues after the end of the recording, or that ends long before it.")
  var partial = false

  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup(title: "Alignment of the score") var placing: PlacementOptions
  @OptionGroup(title: "Options that override the preset") var overrides: Overrides

  func validate() throws {
    _ = try scoring.selection()
    if score == nil, let option = placing.given {
      throw ValidationError("\(option): expected --score as well")
    }
    if overrides.lookahead != nil || overrides.history != nil {
      throw ValidationError(
        "--lookahead and --history: expected neither, since they apply to streams only")
    }
  }
}
