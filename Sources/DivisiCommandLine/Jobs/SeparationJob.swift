import AudioFiles
import DivisiDSP
import DivisiEngine
import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Glibc
import Terminal

/// Everything that the recordings of one call share.
struct SeparationJob {
  let output: String
  let presetName: String
  let plan: SeparationPlan
  /// Brings scores onto the time of their recordings.
  let placer: ScorePlacer
  /// Whether references are also given to the ideal ratio mask.
  let withOracle: Bool
  /// Where what was learnt is written; nil for nowhere.
  let factorFolder: String?
  /// Where the score goes as it is separated by; nil for nowhere. `{folder}` and `{name}` are those of a recording.
  var scoreOutput: String?
  var writing: OutputOptions
  /// Which parts are also written together.
  var remixes: [Remix] = []
  /// Whether each part gets a file.
  var withStems = true
  /// Which sessions for DAWs are written too.
  var sessions: [SessionFormat] = []
  /// Whether the score is written as MIDI, on the time of the recording.
  var withMIDI = false
  /// Files that may be replaced unasked, because an earlier run has written them.
  var ownFiles: Set<String> = []
  /// Gets the paths of all files before the work; what it throws ends it.
  var willWrite: (_ paths: [String]) throws -> Void = { _ in }
  /// Spreads the fit, and writing where nothing else is left to do.
  var parallel: Parallel { plan.parallel }
  var settings: StreamSettings { plan.settings }

  /// Separates one recording and writes its parts, all or none.
  ///
  /// Sections are read, separated and written at the same time, each on a thread of its own; no more
  /// than one waits between two of them.
  ///
  /// - Parameters:
  ///   - score: nil where there is none, and any drum may sound at any time.
  ///   - folder: where true stems lie, if the parts are to be scored.
  func run(
    mix: String, score: String?, references folder: String?, bar: ProgressBar
  ) throws -> SeparationResult {
    let clock = ContinuousClock()
    let start = clock.now
    let source = try source(mix: mix, score: score)
    try checkSources(fit: source)
    let remixes = try remixOutputs(parts: source.parts.map(\.name), score: source.scorePath)
    try checkMemory(of: source, keepsStems: folder != nil)
    if source.recording.tags.hasTimeStamp, writing.format.fileExtension != "wav" {
      printError(
        "\(mix): its time stamp is not kept; --format wav16, wav24 and wav-float would keep it")
    }
    if let picture = source.recording.tags.picture, writing.format.isTooSmall(for: picture) {
      printError(
        "\(mix): its picture is not kept, since it is too large for \(writing.format.rawValue): \(picture.bytes.count >> 20) MiB"
      )
    }
    let references = try folder.map { folder in
      try References(
        folder: folder, parts: source.parts.map(\.name),
        fitting: Signals(model: mix, shape: source.shape, sampleCount: source.sampleCount))
    }
    var factors: [FactorOutput] = []
    let observer = factorFolder.map { _ in
      FitObserver(fitted: { factors = FactorOutput.all(of: $0) })
    }
    var separation = try RecordingSeparation(
      source, plan: plan,
      withResidual: writing.residual || self.remixes.contains(where: \.namesResidual),
      observer: observer)
    let reader = try SectionReader(source, layout: separation.layout)
    let writer = try StemWriter(
      writing(of: source, remixes: remixes, kept: references?.channelUse), source: source)
    try pass(from: reader, through: &separation, to: writer, bar: bar)
    if let warning = reader.warning { printError(warning) }
    let stagedFactors = try stage(factors, mix: mix)
    let stagedScore = try stageScore(of: source)
    let written = try writer.finish()
    try stagedFactors?.commit()
    try stagedScore?.commit()
    let elapsed = (clock.now - start) / .seconds(1)
    let summary = separation.summary
    if let text = separation.doubt { printError(text) }
    return SeparationResult(
      mix: mix, score: source.scorePath, placement: source.placement,
      preset: plan.choice.preset.name,
      shape: source.shape,
      sampleCount: source.sampleCount, stems: written.stems, remixes: written.remixes,
      companions: written.companions,
      lossBefore: summary?.lossBefore, lossAfter: summary?.lossAfter,
      tuningCents: summary?.tuningCents,
      deadComponents: summary.flatMap { $0.deadComponents > 0 ? $0.deadComponents : nil },
      seconds: elapsed,
      scoredChannels: references?.channelCount, scoringRemarks: references?.remarks ?? [],
      scores: references?.scores(stems: written.signals, parallel: parallel),
      yardsticks: withOracle
        ? references.map { self.yardsticks($0, mixture: written.mixture, shape: source.shape) }
        : nil
    )
  }

  private func pass(
    from reader: SectionReader, through separation: inout RecordingSeparation,
    to writer: StemWriter, bar: ProgressBar
  ) throws {
    var bar = bar
    defer { bar.clear() }
    try separation.run(from: reader) { fraction in
      bar.show(fraction)
      return true
    } append: {
      try writer.append($0, parallel: $1)
    }
  }

  private func source(mix: String, score: String?) throws -> SeparationSource {
    if let score {
      return try SeparationSource(
        mix: mix, score: score, placer: placer, selection: plan.selection,
        instruments: plan.choice.instruments, withRest: settings.separation.hasRest,
        sources: plan.sources.map(\.name)
      ) { try checkOutputs(mix: mix, score: score, parts: $0) }
    }
    if let source = try sourceWithoutScore(mix: mix) {
      try checkOutputs(mix: mix, score: source.scorePath, parts: source.parts.map(\.name))
      return source
    }
    let kit = try plan.kitWithoutScore()
    let source = try SeparationSource(
      recording: try RecordingHeader(path: mix), kit: kit, selection: plan.selection,
      withRest: settings.separation.hasRest)
    try checkOutputs(mix: mix, score: source.scorePath, parts: source.parts.map(\.name))
    return source
  }

  /// What the same masks would give if they knew the truth, and what the mixture itself.
  private func yardsticks(
    _ references: References, mixture: [[Float]], shape: AudioShape
  ) -> Yardsticks {
    Yardsticks.measure(
      references, mixture: mixture,
      grid: TimeGrid(
        sampleRate: Double(shape.sampleRate), resolution: settings.separation.windowLength,
        hopAtResolution: settings.separation.hopSize),
      exponent: settings.separation.wienerExponent, parallel: parallel)
  }

  // MARK: Checks before the work

  /// Refuses before the work what could not be written after it.
  private func checkOutputs(mix: String, score: String, parts: [String]) throws {
    let names =
      (withStems ? parts : []) + (writing.residual ? [PartName.reserved] : [])
      + (try remixOutputs(parts: parts, score: score).map(\.name))
    let outputs = names.map { "\(output)/\(fileName(mix: mix, part: $0))" }
    let companions = sessionPlan(mix: mix).paths(parts: parts).map { "\(output)/\($0)" }
    var paths: Set<String> = []
    for path in outputs where !paths.insert(path).inserted {
      throw Failure(
        "\(path): expected a name of its own for each output of --mix, --minus and --session; two have this one"
      )
    }
    let all = outputs + companions + factorPaths(mix: mix) + scorePaths(mix: mix)
    try OutputFiles(overwrites: writing.force).check(
      all.filter { !ownFiles.contains($0) }, inputs: [mix, score])
    try OutputFiles(overwrites: true).check(all, inputs: [mix, score])
    try willWrite(all)
  }

  private func fileName(mix: String, part: String) -> String {
    writing.path(mix: mix, part: part, preset: presetName) + "." + writing.format.fileExtension
  }

  private func writing(
    of source: SeparationSource, remixes: [Remix.Output], kept: ChannelUse?
  ) -> StemWriter.Plan {
    let (options, preset, mix, tags) = (writing, presetName, source.mix, source.recording.tags)
    let session = sessionPlan(mix: mix)
    return StemWriter.Plan(
      directory: output, force: replaces, format: writing.format,
      details: { options.details(part: $0, tags: tags) },
      path: {
        options.path(mix: mix, part: $0, preset: preset) + "." + options.format.fileExtension
      }, withStems: withStems, withResidual: writing.residual, remixes: remixes, kept: kept,
      companions: { try session.stage(source, in: $0) })
  }

  /// The files in which the parts sound together, and for sessions the recording itself.
  private func remixOutputs(parts: [String], score: String) throws -> [Remix.Output] {
    let original = Remix.Output(
      name: SessionPlan.original, factors: [Float](repeating: 1, count: parts.count + 1))
    return try Remix.outputs(of: remixes, parts: parts, score: score)
      + (sessions.isEmpty ? [] : [original])
  }

  private func sessionPlan(mix: String) -> SessionPlan {
    let (options, preset) = (writing, presetName)
    return SessionPlan(
      formats: sessions, withScore: withMIDI,
      path: { options.path(mix: mix, part: $0, preset: preset) },
      stemExtension: "." + options.format.fileExtension)
  }
}
