import ArgumentParser
import AudioFiles
import DivisiEngine
import DivisiScore
import FoundationEssentials
import Glibc
import Terminal

/// `divisi train`.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model of drums from single strokes, or of a piano from its notes.",
    discussion: """
      Drums: each name is followed by recordings of single strokes at 44.1 kHz. Strokes that lie in one folder are one kit, \
      and every kit counts alike. Names are those of drums (kick, snare, hihat, open-hihat, pedal-hihat, low-tom, crash, ride) \
      or General MIDI numbers. Piano: a recording of notes and their score.

      Without --model a drum is the mean of its strokes, and a piano is what 'divisi separate -p hands' learns from its notes. \
      With it that model is trained on each drum by itself, or on the notes, and its decoder kept. The decoder of a deep model \
      is non-negative and so one matrix, which is what is kept.

      'divisi separate --model-file' and the plugin load what is written; 'divisi separate --frozen' leaves it as it is.

        divisi train kick='kit/kick*.wav' snare='kit/snare*.wav' \\
          hihat='kit/closed*.wav' -o kit.safetensors
        divisi train --piano notes.wav --score notes.mid -o piano.safetensors
      """)

  @Argument(
    help: ArgumentHelp(
      "A drum and its recordings; * and ? stand for parts of names.", valueName: "name=file"),
    completion: .file())
  var strokes: [String] = []

  @Option(
    help: ArgumentHelp("A recording of a piano, or of any pitched instrument.", valueName: "file"),
    completion: .file())
  var piano: String?

  @Option(
    help: ArgumentHelp("The score of that recording.", valueName: "file"), completion: .file())
  var score: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("The model to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Whose sounds these are and under which licences; kept in the file.", valueName: "text"))
  var origin = ""

  @Option(
    help: ArgumentHelp(
      "The model to train: \(ModelKind.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "model"))
  var model: ModelKind?

  @Option(parsing: .unconditional, help: ArgumentHelp("Its iterations.", valueName: "n"))
  var iterations: Int?

  @Flag(name: .shortAndLong, help: "Replace the file if it exists.")
  var force = false

  @OptionGroup(title: "Options of models that are trained by gradients")
  var gradients: GradientOptions

  func validate() throws {
    guard strokes.isEmpty != (piano == nil) else {
      throw ValidationError("expected drums as name=file, or --piano with --score")
    }
    guard (piano == nil) == (score == nil) else {
      throw ValidationError("--piano and --score: expected both or neither")
    }
    if let first = strokes.first, !first.contains("=") {
      throw ValidationError("'\(first)': expected a drum's name first, as in kick=\(first)")
    }
    guard model != nil || (iterations == nil && !gradients.isAnyGiven) else {
      throw ValidationError("expected --model beside options of models")
    }
    _ = try settings(SeparationSettings())
  }

  /// What the model is trained with.
  private func settings(_ usual: SeparationSettings) throws -> SeparationSettings {
    var stream = StreamSettings()
    stream.separation = usual
    if let model { stream.separation.model = model }
    if let iterations { stream.separation.iterations = iterations }
    // All that a model learns is to be its decoder's.
    stream.separation.encoderIterations = stream.separation.iterations
    return try gradients.applied(to: stream).separation
  }

  func run() throws {
    try reporting {
      guard force || !FileManager.default.fileExists(atPath: output) else {
        throw Failure("\(output): expected a new file, or --force; it exists already")
      }
      let (bytes, contents) =
        try piano.map {
          try TrainedPiano.train(
            piano: $0, score: score!, settings: settings(SeparationSettings()), origin: origin)
        }
        ?? TrainedKit.train(
          strokes, settings: model == nil ? nil : settings(.strokes), origin: origin)
      do {
        try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic)
      } catch {
        throw Failure("\(output): expected to write this file; it cannot be written")
      }
      print("\(output): \(contents)")
    }
  }
}
