public import DivisiDSP
public import DivisiScore

/// A recording taken apart.
public struct Separation: Sendable {
  /// The samples of each part: stems[part][channel], as long as the recording and on the same
  /// scale.
  public internal(set) var stems: [[[Float]]]
  /// The divergence of the mixture from the model at the start and at the end; both 0 for digital
  /// silence.
  public let lossBefore: Double
  /// See ``lossBefore``.
  public let lossAfter: Double
  /// How the recording was found to be tuned against A4 = 440 Hz, in cents; nil for drums and for
  /// silence.
  public let tuningCents: Double?
  /// How many components training by gradients has silenced, though there was sound for them; 0 for
  /// other models.
  public var deadComponents = 0
  /// What the spectrogram was divided by to have a maximum of 1; 0 for digital silence.
  var scale = 0.0
  /// Σ V, of which the divergence for β = 1 is a part.
  var total = 0.0
}

/// Separates whole recordings by their score: analysis, constraints, fit, masks, synthesis. Long ones
/// go through ``SectionSeparator``.
///
/// - Thread: any; a separator holds no state, so several recordings may be separated at once.
public struct Separator: Sendable {
  let settings: SeparationSettings
  let material: Material
  let parallel: Parallel
  /// The model whose trial fits find out how long notes ring; nil for that of the settings. Models
  /// that are to be compared get the same masks by it.
  public var trialModel: ModelKind?
  /// What pitched templates start from.
  public var banks = NoteBanks()
  /// Sources that were trained on, of which the last parts are; they have no notes.
  public var sources: [TrainedSource] = []

  /// - Parameters:
  ///   - settings: valid.
  ///   - parallel: spreads work over threads; the samples do not depend on it.
  public init(settings: SeparationSettings, material: Material, parallel: @escaping Parallel) {
    self.settings = settings
    self.material = material
    self.parallel = flushingDenormals(parallel)
  }

  /// Separates one recording.
  ///
  /// - Parameters:
  ///   - channels: planar samples of equal length, at least one channel; finite.
  ///   - sampleRate: 8,000 to 192,000 Hz.
  ///   - parts: what to separate into; their notes in seconds of the recording.
  ///   - hasPedal: whether the notes' damping times come from a sustain pedal; where not, they are
  ///     found out.
  ///   - withResidual: whether what no part explains is kept out of the parts.
  ///   - observer: sees iterations and what is learnt.
  ///   - progress: called with 0…1; returns whether to go on.
  /// - Complexity: O(iterations · free entries · free bins). Memory, in bytes per sample of one
  ///   channel: 4 K / hop for V, and 4 per channel of each stem; besides, while fitting, some copies
  ///   of the templates.
  public func separate(
    channels: [[Float]], sampleRate: Double, parts: [Part], hasPedal: Bool, withResidual: Bool,
    observer: FitObserver? = nil,
    progress: (Double) -> Bool = { _ in true }
  ) throws(SeparationError) -> Separation {
    if !isOfSources(parts) {
      try checkNotes(of: parts, durationSeconds: Double(channels[0].count) / sampleRate)
    }
    var memory: TemplateMemory?
    return try separate(
      channels: channels, sampleRate: sampleRate, parts: parts, hasPedal: hasPedal,
      withResidual: withResidual, memory: &memory, observer: observer, progress: progress)
  }

  // What sounds, as far as sections have to know.
  var isOfDrums: Bool { if case .drums = material { true } else { false } }
  var isScoreless: Bool { settings.isScoreless }
  var hasRest: Bool { settings.hasRest && isOfDrums }
  var beta: Double { settings.beta }

  /// What is to be handed from section to section; nil for nothing.
  func makeMemory() -> TemplateMemory? { TemplateMemory(settings, isOfDrums: isOfDrums) }

  /// The same for a section, whatever its notes are.
  ///
  /// - Parameter memory: what is known of the templates, and after the call what this section knows
  ///   too; nil to start anew.
  func separate(
    channels: [[Float]], sampleRate: Double, parts: [Part], hasPedal: Bool, withResidual: Bool,
    memory: inout TemplateMemory?, observer: FitObserver?, progress: (Double) -> Bool
  ) throws(SeparationError) -> Separation {
    var (result, refinement) = try separateByMasks(
      channels: channels, sampleRate: sampleRate, parts: parts, hasPedal: hasPedal,
      withResidual: withResidual, memory: &memory, observer: observer, progress: progress)
    try refinement?.run(&result.stems, of: channels) { progress(0.5 + 0.5 * $0) }
    guard progress(1) else { throw .cancelled }
    return result
  }

  /// The first stage, and what the second one goes on with, if there is one; nothing else is kept of the fit.
  private func separateByMasks(
    channels: [[Float]], sampleRate: Double, parts: [Part], hasPedal: Bool, withResidual: Bool,
    memory: inout TemplateMemory?, observer: FitObserver?, progress: (Double) -> Bool
  ) throws(SeparationError) -> (Separation, WaveformRefinement?) {
    let grid = TimeGrid(
      sampleRate: sampleRate, resolution: settings.windowLength, hopAtResolution: settings.hopSize)
    let stft = STFT(grid: grid)
    let binCount = settings.fittedBinCount(grid)
    let scored = sources.isEmpty ? parts : Array(parts.dropLast(sources.count))
    let components = Factorisation.Component.all(
      parts: scored, material: material, settings: settings)
    let (V, scale) = Analysis.scaledMagnitude(
      of: channels, stft: stft, binCount: binCount,
      appendedCount: memory?.frameCount(for: components) ?? 0, parallel: parallel)
    let frameCount = grid.frameCount(sampleCount: channels[0].count)
    // One sample beyond all reason is no spectrogram either.
    guard scale > 0, scale.isFinite else {
      let silence = channels.map { [Float](repeating: 0, count: $0.count) }
      let stems = parts.map { _ in silence }
      return (Separation(stems: stems, lossBefore: 0, lossAfter: 0, tuningCents: nil), nil)
    }
    if isOfSources(parts) {
      let result = try separateSources(
        V, of: channels, stft: stft, scale: Double(scale), withResidual: withResidual,
        progress: progress)
      return (result, nil)
    }

    let known = memory
    func fitOnce(
      _ V: Spectrogram, _ progress: (Double) -> Bool
    ) throws(SeparationError) -> (fit: Fit, tuning: Double?) {
      try self.fit(
        V, of: channels, grid: grid, parts: scored, hasPedal: hasPedal,
        extend: { [known] constraints in
          guard let known else { return constraints }
          return known.extending(
            constraints, components: components, V: V, scale: Double(scale), parallel: parallel)
        }, observe: observer?.iterated, progress: progress)
    }
    let found: (fit: Fit, tuning: Double?)
    var rest: [Spectrogram] = []
    if sources.isEmpty {
      found = try fitOnce(V, progress)
    } else {
      (found, rest) = try withoutActuallyEscaping(progress) { progress throws(SeparationError) in
        try fitBesideSources(V, progress: progress, fitOnce)
      }
    }
    let (fit, tuning) = found
    memory?.add(
      fit.model, components: components, frameCount: frameCount, scale: Double(scale))
    let mask = settings.mask(partCount: parts.count, grid: grid, hasResidual: withResidual)
    let factors = Factorisation(
      grid: grid, settings: settings, model: fit.model, encoder: fit.encoder, mask: mask,
      parts: parts, components: components, partials: fit.partials?.model,
      tracks: fit.partials?.tracks ?? [])
    observer?.fitted(factors)
    let approximations = rest
    let masks: Synthesis.Masks
    if approximations.isEmpty {
      masks = { factors.masks(ofFrame: $0, into: $1, scratch: $2) }
    } else {
      let model = fit.model
      masks = {
        mask.compute(
          from: model, and: approximations, in: V, frame: $0, into: $1, scratch: $2)
      }
    }
    let covariances =
      settings.isSpatial && SpatialAnalysis.applies(channelCount: channels.count)
      ? SpatialAnalysis.covariances(
        of: channels, stft: stft, partCount: parts.count, parallel: parallel, masks: masks) : nil
    let stems = Synthesis.stems(
      of: channels, stft: stft, partCount: parts.count, covariances: covariances,
      parallel: parallel, masks: masks)
    let result = Separation(
      stems: stems, lossBefore: fit.lossBefore, lossAfter: fit.lossAfter, tuningCents: tuning,
      deadComponents: fit.deadComponents, scale: Double(scale), total: V.sum())
    guard settings.model.secondStage == .waveforms, case .drums = material else {
      return (result, nil)
    }
    return (
      result,
      WaveformRefinement(
        stft: stft, model: fit.model, mask: mask, covariances: covariances, parts: parts,
        parallel: parallel)
    )
  }

  private func fit(
    _ V: Spectrogram, of channels: [[Float]], grid: TimeGrid, parts: [Part], hasPedal: Bool,
    extend: (consuming Constraints) -> Constraints, observe: ((ConvolutiveNMF) -> Void)?,
    progress: (Double) -> Bool
  ) throws(SeparationError) -> (Fit, tuning: Double?) {
    let frameCount = grid.frameCount(sampleCount: channels[0].count)
    var trial = settings
    trial.model = trialModel ?? settings.model
    trial.iterations = ReleaseSearch.trialIterations(settings)
    let isPitched = if case .pitched = material { true } else { false }
    let follows = isPitched && settings.followsPitches
    let searches = !hasPedal && settings.releaseSeconds == 0 && !follows
    let trials = isPitched && searches ? ReleaseSearch.trialCount : 0
    let total =
      Fit.stepCount(settings, hasStrokes: !isPitched) + trials * trial.iterations
      + (follows ? PartialFit.stepCount(settings) : 0) + 1
    var done = 0
    func step() throws(SeparationError) {
      done += 1
      let share = settings.model.secondStage == .waveforms ? 0.5 : 0.9
      guard progress(share * Double(min(done, total)) / Double(total)) else { throw .cancelled }
    }
    switch material {
    case .drums(let kit):
      let constraints = StrokeConstraints.constraints(
        parts: parts, kit: kit, grid: grid, frameCount: frameCount, binCount: V.binCount,
        settings: settings)
      return (
        try Fit.run(
          constraints, to: V, settings: settings, parallel: parallel, observe: observe, step: step),
        nil
      )
    case .pitched:
      var constraints = PitchConstraints(
        parts: parts,
        releaseSeconds: settings.releaseSeconds > 0
          ? settings.releaseSeconds : ReleaseSearch.dampedSeconds)
      let tuning = Tuning.cents(of: V, constraints: constraints, grid: grid)
      var comb = PitchComb(tuningCents: tuning, shape: settings.comb.ofTemplates)
      func fit(
        _ constraints: PitchConstraints, _ settings: SeparationSettings,
        observe: ((ConvolutiveNMF) -> Void)? = nil
      ) throws(SeparationError) -> Fit {
        try Fit.run(
          extend(
            constraints.constraints(
              comb: comb, bank: banks.bank, grid: grid, frameCount: frameCount,
              binCount: V.binCount,
              settings: settings)),
          to: V, settings: settings, parallel: parallel, observe: observe, step: step)
      }
      if comb.shape == .shifts {
        (constraints, comb.isOpen) = try ReleaseSearch.runPlayers(
          constraints, hasPedal: hasPedal, settings: settings
        ) { (constraints) throws(SeparationError) in try fit(constraints, trial) }
      } else if searches {
        constraints = try ReleaseSearch.run(constraints, grid: grid, settings: settings) {
          (constraints) throws(SeparationError) in try fit(constraints, trial)
        }
      }
      var result = try fit(constraints, settings, observe: observe)
      if follows {
        result.partials = try PartialFit.run(
          constraints, comb: comb, to: V, of: channels, grid: grid, settings: settings,
          parallel: parallel, step: step)
      }
      return (result, tuning)
    }
  }
}
