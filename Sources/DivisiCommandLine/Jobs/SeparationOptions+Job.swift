import DivisiDSP
import DivisiSeparation
import Terminal

extension SeparationOptions {
  /// What the recordings of these options share; reads the preset and the models.
  ///
  /// - Parameter parallel: threads, as many as ``Overrides/threadCount``.
  func job(parallel: @escaping Parallel) throws -> SeparationJob {
    let plan = try SeparationPlan(
      .init(
        preset: preset, modelFiles: modelFile, sources: sourcePaths, withRest: rest,
        isStreamed: stream,
        isScoreless: score == nil),
      scoring: scoring, overrides: overrides, gradients: gradients, parallel: parallel)
    return SeparationJob(
      output: output, presetName: preset, plan: plan,
      placer: ScorePlacer(
        options: placing, correction: correcting.correctNotes, scoring: scoring, isPartial: partial,
        material: plan.material,
        parallel: parallel, warn: printError),
      withOracle: oracle, factorFolder: exportFactors, scoreOutput: exportScore,
      writing: writing(withResidual: !sessions.session.isEmpty),
      remixes: try remixing.remixes(), withStems: !remixing.noStems,
      sessions: sessions.session, withMIDI: sessions.midi)
  }

  /// The parts and the residual of a session add up to the recording.
  private func writing(withResidual: Bool) -> OutputOptions {
    var options = writing
    options.residual = options.residual || withResidual
    return options
  }
}
