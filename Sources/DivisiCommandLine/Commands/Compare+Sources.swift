import ArgumentParser
import AudioFiles
import DivisiDSP
import DivisiEngine
import DivisiSeparation
import Terminal

/// Comparisons of models that are trained on the sources of mixtures, without a score.
extension Compare {
  /// Refuses what has no meaning without a score, and what sources cannot be.
  func validateSources() throws {
    guard references != nil else {
      throw ValidationError("--sources: expected --references as well")
    }
    let refused =
      cases != nil
      ? "--cases"
      : partial ? "--partial" : scoring.given ?? placing.given ?? correcting.given
    if let refused { throw ValidationError("--sources: expected no \(refused)") }
    let names = try sources.map { try SourceRecordings($0, option: "--sources").name.lowercased() }
    guard Set(names).count == names.count, names.count > 1 else {
      throw ValidationError("--sources: expected two sources or more, each once")
    }
    for count in units { _ = try TrainedSourceFile.units(count) }
    _ = try configurations()
  }

  private var units: [Int] { components?.values ?? [TrainedSourceFile.usualUnitCount] }

  private func sourceModel(_ model: ComparedModel) throws -> ModelKind {
    guard model.yardstick == nil, !model.kind.isConvolutive else {
      throw ValidationError(
        "--models: expected models that are not convolutive for --sources, found '\(model.name)'")
    }
    return model.kind
  }

  /// All models: kinds, and of those that are trained by gradients each depth, at each number of units.
  private func configurations() throws -> [SourceConfiguration] {
    let known =
      try models.map { try ComparedModel.list($0).map(sourceModel) } ?? [.nmf, .naeAdam]
    return try units.flatMap { units in
      try known.flatMap { kind in
        let depths =
          kind.gradientRule == nil ? [nil] : (gradients.layers?.values ?? [2]).map(Optional.some)
        return try depths.map { depth in
          var settings = try TrainedSourceFile.settings(
            model: kind, iterations: overrides.iterations, window: overrides.windowLength,
            hop: overrides.hopSize, gradients, layers: depth ?? 2)
          if let seed = overrides.seed { settings.seed = seed }
          return SourceConfiguration(
            model: kind.rawValue, layers: depth, components: units, settings: settings)
        }
      }
    }
  }

  /// Trains, separates, scores, and writes the report.
  func compareSources() throws {
    let parallel = threads(overrides.threadCount)
    try pictures.check([Self.reportName, Self.recordName], in: output)
    let recordings = try sources.map { text in
      let recordings = try SourceRecordings(text, option: "--sources")
      return TrainingSound(name: recordings.name, try recordings.read(recordings.paths()))
    }
    let mixtures = try zip(mixes, Comparison.names(of: mixes)).map { mix, name in
      try SourceMixture(
        mix: mix, name: name, references: expand(references ?? "", for: mix), sources: recordings,
        withSTOI: stoi)
    }
    var comparison = SourceComparison(
      command: Array(CommandLine.arguments.dropFirst()),
      iterations: SourceConfiguration.separationIterations,
      training: recordings.map { .init(name: $0.name, seconds: $0.seconds) })
    for mixture in mixtures {
      comparison.items.append(
        mixture.item(
          grid: TimeGrid(
            sampleRate: Double(mixture.recording.sampleRate), resolution: 2048,
            hopAtResolution: 512), parallel: parallel))
    }
    for configuration in try configurations() {
      let trial = try SourceTrial.run(
        configuration, recordings: recordings, mixtures: mixtures,
        exponent: overrides.wienerExponent, parallel: parallel)
      comparison.trials.append(trial)
      let stoi = trial.mean.stoi.map { ", STOI \(fixed($0, digits: 3))" } ?? ""
      printLines(
        "\(configuration.title): SDR \(trial.mean.sdrDecibels.map { fixed($0, digits: 2) } ?? "–") dB\(stoi), \(fixed(100 * trial.unexplained, digits: 1)) % of the training left, \(fixed(trial.trainingSeconds, digits: 1)) s of training"
      )
    }
    let staged = try StagedFiles(directory: output, force: pictures.force)
    try staged.write(bytes: Array(comparison.text.utf8), name: Self.reportName)
    try staged.write(
      bytes: Array((encodedAsLine(comparison) + "\n").utf8), name: Self.recordName)
    try staged.commit()
    printLines("\(output)/\(Self.reportName)")
  }
}
