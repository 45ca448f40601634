import ArgumentParser
import AudioFiles
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Glibc
import Terminal

/// `divisi train`.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a drum kit from single strokes, or a note bank from a piano recording.",
    discussion: """
      Drums: give the name of each drum and recordings of single strokes at 44.1 kHz. Strokes in the same folder form one kit, \
      and all kits have equal weight. A drum has a name (kick, snare, hihat, open-hihat, pedal-hihat, low-tom, crash, ride) or \
      a General MIDI number. Piano: give a recording of notes and its score.

      Without --model, a drum becomes the mean of its strokes, and a piano what 'divisi separate -p hands' learns from its \
      notes. With --model, that model is trained on each drum by itself, or on the notes, and its decoder is kept. The decoder \
      of a deep model is non-negative, so it is equivalent to one matrix, which is what is kept.

      'divisi separate --model-file' and the plugin load the file; 'divisi separate --frozen' does not adapt it to the recording.

        divisi train kick='kit/kick*.wav' snare='kit/snare*.wav' \\
          hihat='kit/closed*.wav' -o kit.safetensors
        divisi train --piano notes.wav --score notes.mid -o piano.safetensors
      """)

  @Argument(
    help: ArgumentHelp(
      "A drum and its recordings; * and ? match parts of file names.", valueName: "name=file"),
    completion: .file())
  var strokes: [String] = []

  @Option(
    help: ArgumentHelp("A recording of a piano, or of any pitched instrument.", valueName: "file"),
    completion: .file())
  var piano: String?

  @Option(
    help: ArgumentHelp("The score of that recording.", valueName: "file"), completion: .file())
  var score: String?

  @Option(
    help: ArgumentHelp(
      "A source, such as a talker or an instrument, and recordings of it alone; * and ? match parts of file names.",
      valueName: "name=file"),
    completion: .file())
  var source: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --source: how many units its model has. (default: 20)", valueName: "n")
  )
  var components: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --source: the STFT window at 44.1 kHz. (default: 2048)", valueName: "samples"))
  var window: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --source: the STFT hop at 44.1 kHz. (default: a quarter of the window)",
      valueName: "samples"))
  var hop: Int?

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Where the sounds come from and their licences; stored in the file.", valueName: "text"))
  var origin = ""

  @Option(
    help: ArgumentHelp(
      "The model to train. (default: none; see above)", valueName: "model"))
  var model: ModelKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Number of iterations of that model.", valueName: "n"))
  var iterations: Int?

  @Flag(name: .shortAndLong, help: "Overwrite the file if it exists.")
  var force = false

  @OptionGroup(title: "Options of models that are trained by gradients")
  var gradients: GradientOptions

  func validate() throws {
    guard [!strokes.isEmpty, piano != nil, source != nil].count(where: \.self) == 1 else {
      throw ValidationError("expected drums as name=file, --piano and --score, or --source")
    }
    if let source {
      _ = try SourceRecordings(source)
      _ = try TrainedSourceFile.units(components)
      _ = try sourceSettings()
      return
    }
    guard components == nil, window == nil, hop == nil else {
      throw ValidationError("--components, --window and --hop: expected --source as well")
    }
    guard (piano == nil) == (score == nil) else {
      throw ValidationError("--piano and --score: expected both or neither")
    }
    if let first = strokes.first, !first.contains("=") {
      throw ValidationError("'\(first)': expected a drum's name first, as in kick=\(first)")
    }
    guard model != nil || (iterations == nil && !gradients.isAnyGiven) else {
      throw ValidationError("expected --model as well, to which these options apply")
    }
    _ = try settings(SeparationSettings())
  }

  private func sourceSettings() throws -> SeparationSettings {
    try TrainedSourceFile.settings(
      model: model, iterations: iterations, window: window, hop: hop, gradients)
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
    StagedFiles.removeOnSignals()
    try reporting {
      let file = OutputFiles(overwrites: force)
      try file.check([output], inputs: [piano, score].compactMap { $0 })
      let (bytes, contents) =
        try source.map {
          try TrainedSourceFile.train(
            SourceRecordings($0), unitCount: TrainedSourceFile.units(components),
            settings: sourceSettings(), origin: origin, output: output)
        } ?? piano.map {
          try TrainedPiano.train(
            piano: $0, score: score!, settings: settings(SeparationSettings()), origin: origin)
        }
        ?? TrainedKit.train(
          strokes, settings: model == nil ? nil : settings(.strokes), origin: origin, output: output
        )
      try checkFolder()
      try file.write([(output, bytes)])
      printLines("\(output): \(contents)")
    }
  }

  /// The file is written into a folder that there is.
  private func checkFolder() throws {
    let folder = output.lastIndex(of: "/").map { String(output[..<$0]) } ?? "."
    var status = stat()
    guard stat(folder.isEmpty ? "/" : folder, &status) == 0 else {
      throw Failure("\(output): expected to write this file; \(String(cString: strerror(errno)))")
    }
  }
}
