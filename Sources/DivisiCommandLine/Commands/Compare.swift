import ArgumentParser
import AudioFiles
import DivisiDSP
import DivisiEngine
import DivisiSeparation
import FoundationEssentials
import Terminal

/// `divisi compare`.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fit several models to the same recordings and compare the results.",
    discussion: """
      Every model gets the same spectrogram, masks and start values. Writes DIR/report.md, with pictures, and DIR/report.json: \
      approximation errors, loss by iteration and by time, time and memory; with --references also SDR, SIR and SAR beside \
      those of the oracle (case 0) and the mixture. --cases chooses how the models start: with templates and activations \
      informed by the score (1), random activations (2), random templates (3), or both random (4).

      With --sources in place of --score, each model is trained on each source's clean sound, and separates the mixtures of \
      sources that have a stem in the folder of references.

        divisi compare set/*/mix.flac --score '{folder}/score.mid' \\
          --references '{folder}' --models nmf,nae -p literature -o report
        divisi compare mixtures/*/mix.wav --sources a='a/*.wav' \\
          --sources b='b/*.wav' --references '{folder}' --stoi \\
          --models nmf,nae-adam --components 20,100 --layers 2,4 -o report
      """)

  @Argument(help: ArgumentHelp("The recordings.", valueName: "mix"), completion: .file())
  var mixes: [String]

  @Option(
    help: ArgumentHelp(
      "The score: MIDI, MusicXML, .mxl or CSV. {folder} and {name} stand for those of each recording.",
      valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String?

  @Option(
    help: ArgumentHelp(
      "A source that mixtures consist of, and recordings of it alone, to train on; once for each.",
      valueName: "name=file"),
    completion: .file())
  var sources: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --sources: how many units the models have. (default: 20)", valueName: "20,100"))
  var components: NumberList?

  @Flag(
    help: "With --sources, for speech: also report STOI, how intelligible it is, from about 0 to 1."
  )
  var stoi = false

  @Option(
    help: ArgumentHelp(
      "The models, from the smallest expected error to the largest: \(ComparedModel.names). (default: all but the last two, which are yardsticks for pitches)",
      valueName: "nmf,nae"))
  var models: String?

  @Option(
    help: ArgumentHelp(
      "With nmf2d: how many neighbouring pitches share a template, shifted along the frequency axis; 1 for a template each. (default: \(YardstickModel.usualSharedPitches), all of an instrument)",
      valueName: "n"))
  var sharedPitches: Int?

  @Option(
    help: ArgumentHelp(
      "How templates and activations start: one or more of 1 to 4. (default: 1)",
      valueName: "1,2,3,4"))
  var cases: String?

  @Option(
    help: ArgumentHelp(
      "A folder of true stems, named after the parts. {folder} and {name} work as in --score.",
      valueName: "dir"),
    completion: .directory)
  var references: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder to write the report to.", valueName: "dir"),
    completion: .directory)
  var output: String

  @Option(
    name: .shortAndLong, help: "A preset by name ('divisi presets' lists them) or by path.",
    completion: PresetStore.completion)
  var preset = "hands"

  @Flag(
    help:
      "Accept a score that continues after the end of the recording, or that ends long before it.")
  var partial = false

  @OptionGroup(title: "Score options") var scoring: ScoreOptions
  @OptionGroup(title: "Alignment of the score") var placing: PlacementOptions
  @OptionGroup(title: "Alignment of the score") var correcting: CorrectionOptions
  @OptionGroup(title: "Picture options") var pictures: PictureOptions
  @OptionGroup(title: "Options that override the preset") var overrides: Overrides
  @OptionGroup(title: "Options of models that are trained by gradients")
  var gradients: GradientOptions

  static let reportName = "report.md"
  static let recordName = "report.json"

  func validate() throws {
    guard !output.isEmpty else { throw ValidationError("--output: expected a folder, found ''") }
    if let option = refusedOverride {
      throw ValidationError("\(option): expected no such option in a comparison")
    }
    guard (score == nil) != sources.isEmpty else {
      throw ValidationError("expected either --score or --sources")
    }
    guard sources.isEmpty else { return try validateSources() }
    guard components == nil, !stoi else {
      throw ValidationError("--components and --stoi: expected --sources as well")
    }
    let shares = try compared().contains { $0.yardstick == .nmf2D }
    if let sharedPitches {
      guard shares, 1...128 ~= sharedPitches else {
        throw ValidationError(
          "--shared-pitches: expected 1 to 128, and nmf2d among --models; found \(sharedPitches)")
      }
    }
    if overrides.frozen, let model = try compared().first(where: { $0.yardstick != nil }) {
      throw ValidationError(
        "--frozen: expected models whose templates can stay as they are, found \(model.name)")
    }
    _ = try startCases()
    _ = try scoring.selection()
  }

  /// An override that a comparison decides by itself.
  var refusedOverride: String? {
    if overrides.model != nil { return "--model (--models names them)" }
    if overrides.templates != nil { return "--templates (--cases says how they start)" }
    if overrides.activations != nil { return "--activations (--cases says how they start)" }
    return overrides.lookahead != nil ? "--lookahead" : overrides.history != nil ? "--history" : nil
  }

  /// The models, those of ``ComparedModel/usual`` where none is named.
  func compared() throws -> [ComparedModel] {
    try models.map(ComparedModel.list) ?? ComparedModel.usual
  }

  private func startCases() throws -> [StartCase] {
    guard let cases else { return [.informed] }
    let names = cases.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = names.compactMap { Int($0).flatMap(StartCase.init) }
    guard numbers.count == names.count, Set(numbers).count == names.count else {
      throw ValidationError("--cases: expected numbers from 1 to 4, each once, found '\(cases)'")
    }
    return numbers
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    try reporting {
      guard sources.isEmpty else { return try compareSources() }
      let choice = try PresetStore.choose(preset)
      let settings = try gradients.applied(to: overrides.applied(to: choice.settings)).separation
      let material = try choice.material()
      if case .drums = material, let model = try compared().first(where: { $0.yardstick != nil }) {
        throw ValidationError(
          "--models: expected a preset for pitches for \(model.name), found '\(choice.preset.name)'"
        )
      }
      try pictures.check([Self.reportName, Self.recordName], in: output)
      var comparison = Comparison(
        command: Array(CommandLine.arguments.dropFirst()), preset: choice.preset.name,
        models: try compared().map(\.name), startCases: try startCases().map(\.rawValue))
      for (mix, name) in zip(mixes, Comparison.names(of: mixes)) {
        try add(mix, name: name, settings: settings, material: material, choice, to: &comparison)
      }
      try write(comparison, settings: settings)
    }
  }

  private func add(
    _ mix: String, name: String, settings: SeparationSettings, material: Material,
    _ choice: PresetStore.Choice, to comparison: inout Comparison
  ) throws {
    let parallel = threads(overrides.threadCount)
    let input = try SeparationInput(
      mix: mix, score: expand(score ?? "", for: mix),
      placer: ScorePlacer(
        options: placing, correction: correcting.correctNotes, scoring: scoring, isPartial: partial,
        material: material,
        parallel: parallel, warn: printError),
      selection: try scoring.selection() ?? choice.selection, instruments: choice.instruments)
    if let remark = input.remark { printError(remark) }
    let truth = try references.map { folder in
      try References(
        folder: expand(folder, for: mix), parts: input.parts.map(\.name),
        fitting: Signals(model: mix, input.recording))
    }
    let yardsticks = truth.map {
      Yardsticks.measure(
        $0, mixture: input.recording.channels,
        grid: TimeGrid(
          sampleRate: Double(input.recording.sampleRate), resolution: settings.windowLength,
          hopAtResolution: settings.hopSize),
        exponent: settings.wienerExponent, parallel: parallel)
    }
    comparison.items.append(
      Comparison.Item(
        name: name, path: mix, seconds: input.recording.durationSeconds,
        oracle: yardsticks?.oracle, mixture: yardsticks?.mixture,
        remarks: truth?.remarks ?? []))
    for startCase in try startCases() {
      for model in try compared() {
        var bar = ProgressBar(title: "\(name), \(model.name)")
        defer { bar.clear() }
        let trial = try Trial.run(
          input, settings: settings.starting(startCase, with: model.kind),
          trialModel: settings.model,
          yardstick: model.yardstick,
          sharedPitches: sharedPitches ?? YardstickModel.usualSharedPitches,
          material: material,
          references: truth, startCase: startCase, name: name, parallel: parallel
        ) { bar.show($0) }
        bar.clear()
        comparison.trials.append(trial)
        let sdr = trial.mean?.sdrDecibels.map { ", SDR \(fixed($0, digits: 2)) dB" } ?? ""
        printLines(
          "\(name.printable): \(model.name), case \(startCase.rawValue): error \(fixed(trial.error, digits: 3)) in \(fixed(trial.seconds.last ?? 0, digits: 2)) s\(sdr)"
        )
      }
    }
  }

  private func write(_ comparison: Comparison, settings: SeparationSettings) throws {
    let staged = try StagedFiles(directory: output, force: pictures.force)
    let label = lossLabel(settings)
    for startCase in comparison.startCases {
      if comparison.items.count > 1 {
        try pictures.write(
          comparison.meanLossFigure(startCase: startCase, label: label),
          named: ComparisonReport.lossPicture(startCase), to: staged)
      }
      for item in comparison.items {
        try pictures.write(
          comparison.lossFigure(startCase: startCase, recording: item.name, label: label),
          named: ComparisonReport.lossPicture(startCase, recording: item.name), to: staged)
      }
    }
    if comparison.hasReferences {
      try pictures.write(
        comparison.scoreFigure, named: ComparisonReport.scorePicture, to: staged)
    }
    let report = ComparisonReport(
      comparison: comparison, settings: settings, threadCount: overrides.threadCount,
      pictures: { name in
        // What web pages show, if it is among the formats.
        let format = pictures.formats.first { $0 != .pdf } ?? .pdf
        return "\(name).\(format.rawValue)".replacing(" ", with: "%20")
      })
    try staged.write(bytes: Array(report.text.utf8), name: Self.reportName)
    try staged.write(
      bytes: Array((encodedAsLine(comparison) + "\n").utf8), name: Self.recordName)
    try staged.commit()
    printLines("\(output)/\(Self.reportName)")
  }
}

extension SeparationSettings {
  /// The same for another model, which starts in another way.
  fileprivate func starting(_ startCase: StartCase, with kind: ModelKind) -> SeparationSettings {
    var settings = self
    // A preset for a model without an encoder says nothing of the encoder's share.
    if !model.hasEncoder && kind.hasEncoder { settings.encoderIterations = iterations }
    settings.model = kind
    settings.templates = startCase.templates
    settings.activations = startCase.activations
    return settings
  }
}
