import ArgumentParser
import AudioFiles
import DivisiDSP
import DivisiEngine
import DivisiSeparation
import FoundationEssentials
import Plotting
import Terminal

/// `divisi plot`.
struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw what a model learns from a recording.",
    discussion: """
      Writes six pictures to DIR: templates (at the start, as learnt, and the encoder), activations (with the notes of the \
      score below them), approximation (below the spectrogram), masks (of all parts), loss (by iteration and by time) and \
      alignment (the path through score and recording, the notes over the spectrogram, and where the two agree). With the preset players there is a seventh, pitches (of each note, over the score).

      With --source it draws a mosaic instead, as 'divisi mosaic' makes it, and a minute of it at most: source, target, \
      activations and mosaic in one picture. The score is taken as it is, and parts do not matter. There is no preset, and of the \
      options that override one, mosaics have --iterations, --window, --hop, --seed and --threads.

        divisi plot nocturne.flac --score nocturne.mid -o pictures
        divisi plot beat.wav --score beat.mid -p drums --from 2 --to 6 -o pictures
        divisi plot let-it-be.flac --source bees.flac --to 20 -o pictures
      """)

  @Argument(help: ArgumentHelp("The recording.", valueName: "mix"), completion: .file())
  var mix: String

  @Option(
    help: ArgumentHelp(
      "The score: MIDI, MusicXML, .mxl or CSV; not needed with --source.", valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Recordings whose sounds play this one: draw the mosaic.", valueName: "file"),
    completion: .file())
  var source: [String] = []

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"),
    completion: .directory)
  var output: String

  @Option(
    name: .shortAndLong,
    help: "A preset by name ('divisi presets' lists them) or by path. (default: hands)",
    completion: PresetStore.completion)
  var preset: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Where the pictures begin; the model still learns from the whole recording.",
      valueName: "seconds"))
  var from = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Where the pictures end. (default: the end of the recording)", valueName: "seconds"))
  var to: Double?

  @Flag(
    help:
      "Accept a score that continues after the end of the recording, or that ends long before it.")
  var partial = false

  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup(title: "Alignment of the score") var placing: PlacementOptions
  @OptionGroup(title: "Alignment of the score") var correcting: CorrectionOptions
  @OptionGroup(title: "Picture options") var pictures: PictureOptions
  @OptionGroup(title: "Mosaic options") var sounds: RestraintOptions
  @OptionGroup(title: "Options that override the preset") var overrides: Overrides

  private static func names(_ settings: SeparationSettings) -> [String] {
    ["templates", "activations", "approximation", "masks", "loss", "alignment"]
      + (settings.followsPitches ? ["pitches"] : [])
  }

  func validate() throws {
    guard !output.isEmpty else { throw ValidationError("--output: expected a folder, found ''") }
    guard from >= 0, from < to ?? .infinity else {
      throw ValidationError(
        "--from and --to: expected seconds, the first less than the second, found \(from) and \(to ?? .infinity)"
      )
    }
    if overrides.lookahead != nil || overrides.history != nil {
      throw ValidationError(
        "--lookahead and --history: expected neither, since they apply to streams only")
    }
    guard score != nil || !source.isEmpty else {
      throw ValidationError("--score: expected a score, or --source for a mosaic")
    }
    if source.isEmpty, let option = sounds.given {
      throw ValidationError("\(option): expected --source as well")
    }
    if !source.isEmpty, let option = unknownToMosaics {
      throw ValidationError(
        "\(option): expected no --source with it; mosaics do not have this option")
    }
    _ = try scoring.selection()
  }

  /// An option that was given and means nothing to a mosaic.
  private var unknownToMosaics: String? {
    if preset != nil { return "--preset" }
    if partial { return "--partial" }
    return overrides.unknownToMosaics ?? scoring.given ?? placing.given ?? correcting.given
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    try reporting {
      guard let score, source.isEmpty else { return try drawMosaic() }
      let choice = try PresetStore.choose(preset ?? "hands")
      let settings = try overrides.applied(to: choice.settings).separation
      let material = try choice.material()
      let names = Self.names(settings)
      try pictures.check(names.flatMap(pictures.names), in: output, inputs: [mix, score])
      let input = try SeparationInput(
        mix: mix, score: score,
        placer: ScorePlacer(
          options: placing, correction: correcting.correctNotes, scoring: scoring,
          isPartial: partial, material: material,
          parallel: threads(overrides.threadCount), warn: printError),
        selection: try scoring.selection() ?? choice.selection, instruments: choice.instruments)
      if let remark = input.remark { printError(remark) }
      let end = min(to ?? .infinity, input.recording.durationSeconds)
      guard from < end else {
        throw Failure(
          "\(mix): expected sound after \(fixed(from, digits: 1)) s; it ends at \(fixed(end, digits: 1)) s"
        )
      }
      var bar = ProgressBar(title: URL(fileURLWithPath: mix).lastPathComponent)
      defer { bar.clear() }
      let (figures, losses) = try learn(
        input, settings: settings, material: material, span: from...end
      ) { bar.show($0) }
      let staged = try StagedFiles(directory: output, force: pictures.force)
      let drawn = [
        figures.templates, figures.activations, figures.approximation, figures.masks,
        Figure.losses(figures.title, [losses], label: lossLabel(settings)),
        try input.alignmentFigure(
          title: figures.title, isOfDrums: material.isOfDrums, span: from...end,
          parallel: threads(overrides.threadCount)), figures.pitches,
      ]
      for (figure, name) in zip(drawn, names) {
        try pictures.write(figure, named: name, to: staged)
      }
      try staged.commit()
      bar.clear()
      for name in names.flatMap(pictures.names) { printLines("\(output)/\(name)".printable) }
    }
  }

  private func learn(
    _ input: SeparationInput, settings: SeparationSettings, material: Material,
    span: ClosedRange<Double>, progress: (Double) -> Void
  ) throws -> (FactorFigures, LossCurve) {
    var start: [Float] = []
    var figures: FactorFigures?
    var stopwatch = FitStopwatch()
    let place = URL(fileURLWithPath: mix).pathComponents.suffix(2).joined(separator: "/")
    let title = "\(place.printable), \(settings.model.rawValue.uppercased())"
    let observer = FitObserver(
      iterated: { model in
        stopwatch.stop { model.loss() }
        if start.isEmpty { start = FactorFigures.values(of: model.W) }
        stopwatch.start()
      },
      fitted: {
        figures = FactorFigures(factors: $0, startTemplates: start, span: span, title: title)
      })
    do {
      _ = try Separator(
        settings: settings, material: material, parallel: threads(overrides.threadCount)
      ).separate(
        channels: input.recording.channels, sampleRate: Double(input.recording.sampleRate),
        parts: input.parts, hasPedal: input.hasPedal, withResidual: false, observer: observer
      ) { fraction in
        progress(fraction)
        return true
      }
    } catch .noNoteInRecording {
      throw input.hasNoNote
    }
    guard let figures else { throw Failure("\(mix): expected sound; found digital silence") }
    return (
      figures,
      LossCurve(
        name: settings.model.rawValue, losses: stopwatch.losses, seconds: stopwatch.seconds)
    )
  }
}
