import DivisiDSP
import DivisiEngine
import DivisiScore
import Terminal

extension SeparationOptions {
  /// What the recordings of these options share; reads the preset and the models.
  ///
  /// - Parameter parallel: threads, as many as ``Overrides/threadCount``.
  func job(parallel: @escaping Parallel) throws -> SeparationJob {
    let choice = try PresetStore.choose(preset)
    var settings = try gradients.applied(to: overrides.applied(to: choice.settings))
    settings.separation.isScoreless = score == nil
    let models = try ModelFiles(modelFile)
    let material = try choice.material(modelFile: models.usual)
    settings.separation.hasRest = try hasRest(choice, material)
    return SeparationJob(
      output: output, presetName: preset, choice: choice,
      settings: settings,
      material: material,
      banks: try choice.banks(models),
      selection: try scoring.selection() ?? choice.selection,
      placer: ScorePlacer(
        options: placing, scoring: scoring, isPartial: partial, material: material,
        parallel: parallel),
      isStreamed: stream, withOracle: oracle,
      factorFolder: exportFactors, scoreOutput: exportScore,
      writing: writing(withResidual: !sessions.session.isEmpty),
      remixes: try remixing.remixes(), withStems: !remixing.noStems,
      sessions: sessions.session, withMIDI: sessions.midi,
      parallel: parallel)
  }

  private func hasRest(_ choice: PresetStore.Choice, _ material: Material) throws -> Bool {
    guard rest || choice.hasRest else { return false }
    let name = rest ? "--rest" : "preset '\(choice.preset.name)'"
    guard case .drums = material else {
      throw Failure("--rest: expected a preset of drums, found '\(choice.preset.name)'")
    }
    guard !stream else {
      throw Failure("\(name): expected no --stream, in which there is no part of what is no drum")
    }
    return true
  }

  /// The parts and the residual of a session add up to the recording.
  private func writing(withResidual: Bool) -> OutputOptions {
    var options = writing
    options.residual = options.residual || withResidual
    return options
  }
}

extension SeparationJob {
  /// Says of settings what not everybody expects.
  func warn() {
    if isStreamed {
      if let text = settings.separation.model.streamWarning { printError(text) }
      if settings.separation.followsPitches {
        printError(
          "preset '\(choice.preset.name)': a stream cannot follow pitches; it has the templates of this preset alone"
        )
      }
    }
    if settings.separation.model == .wae, case .pitched = material {
      printError(
        "model wae: waveforms repeat in drum recordings only; the result is that of model cae")
    }
  }
}
