import DivisiDSP

/// A model fitted to a recording.
struct Fit {
  let model: ConvolutiveNMF
  let lossBefore: Double
  let lossAfter: Double
  /// W_E as it was last used, if the fit was observed and there was one.
  var encoder: Encoder?
  /// Components that training by gradients has silenced; 0 for other models.
  var deadComponents = 0
  /// Tones that were fitted beside the model; nil for none.
  var partials: PartialFit?

  /// Iterations without the pull after which velocities are compared with what was found.
  private static let pilotIterations = 8

  /// T of the templates with which that is done, at most: 64 measure alike, and cost four times as much.
  private static let pilotFrames = 16

  /// Steps on H alone that find out what is struck when no score says it, before templates may change.
  private static let freeIterations = 20

  /// Fits a model of the kind that the settings name.
  ///
  ///     pilot        W, H   where strokes have velocities: how far to trust them
  ///     free         H      where no score says what sounds when
  ///     first        E, W   the iterations of the model's family: see ``FirstStage``
  ///     rest         W, H   what is left of the iterations
  ///     refinements  H
  ///
  /// W templates, H activations, E the encoder. Frozen templates are stepped on by none of these.
  ///
  /// - Parameters:
  ///   - observe: called with the model as it starts, after each iteration and after each refinement;
  ///     not during the pilot.
  ///   - step: called after each iteration; may throw to end the fit.
  static func run(
    _ constraints: consuming Constraints, to V: Spectrogram, settings: SeparationSettings,
    parallel: @escaping Parallel,
    observe: ((ConvolutiveNMF) -> Void)? = nil,
    step: () throws(SeparationError) -> Void
  ) throws(SeparationError) -> Fit {
    let isFree = constraints.isFree
    var pull = VelocityPull(pattern: constraints.pattern, strokes: constraints.strokes)
    let activations = constraints.activations
    let pattern = constraints.pattern
    let sounds = constraints.sounds
    let outside = constraints.outside
    let recordedFrameCount = constraints.recordedFrameCount
    let rest = constraints.rest
    let harmonic = rest.map { _ in HarmonicPart.of(V, parallel: parallel) }
    let reaches = rest?.reaches(componentCount: pattern.componentCount) ?? []
    func makeModel(_ templates: consuming Templates) -> ConvolutiveNMF {
      let model = ConvolutiveNMF(
        spectrogram: V, templates: templates, pattern: pattern,
        divergence: Divergence(beta: Float(settings.beta)),
        parallel: parallel)
      for entry in activations.indices { model.H[entry] = activations[entry] }
      if let rest, let harmonic {
        rest.setLevels(model, harmonic: harmonic, parallel: parallel)
        model.restraints = Restraints(averaging: pattern, over: reaches)
        return model
      }
      let gain = model.leastSquaresGain()
      for entry in activations.indices { model.H[entry] *= gain }
      return model
    }
    if !pull.isEmpty {
      let pilot = makeModel(constraints.templates.copy(frames: pilotFrames))
      for _ in 0..<min(pilotIterations, settings.iterations) {
        pilot.iterate(templates: !settings.isFrozen)
        try step()
      }
      pull.trust(pilot.H)
    }

    let rules = constraints.rules
    let model = makeModel(constraints.templates)
    if let rules { model.restraints = rules.restraints(of: pattern, averagedOver: reaches) }
    let levels = pull.exponent == 0 ? rules?.levels(of: pattern) : nil
    let lossBefore = model.loss(ofFrames: recordedFrameCount)
    observe?(model)
    func updateActivations(_ count: Int) {
      for _ in 0..<count {
        model.update(templates: false, activations: true)
        observe?(model)
      }
    }
    var iteration = 0
    func iterate(_ count: Int, _ update: () -> Void) throws(SeparationError) {
      for _ in 0..<count {
        update()
        pull.apply(to: model.H)
        if iteration > 0 { levels?.apply(to: model.H) }
        iteration += 1
        observe?(model)
        try step()
      }
    }
    if isFree { updateActivations(freeIterations) }
    let stage = FirstStage(
      settings, isFree: isFree || rest != nil, sounds: sounds, outside: outside,
      parallel: parallel)
    let found = try stage.run(model, keepsEncoder: observe != nil, iterate)
    try iterate(settings.iterations - stage.count) {
      model.iterate(templates: !settings.isFrozen)
    }
    updateActivations(settings.refinements)
    model.finish()
    return Fit(
      model: model, lossBefore: lossBefore,
      lossAfter: model.loss(ofFrames: recordedFrameCount), encoder: found.encoder,
      deadComponents: found.deadComponents)
  }

  /// How often `run` calls `step`, at most.
  static func stepCount(_ settings: SeparationSettings, hasStrokes: Bool) -> Int {
    settings.iterations + (hasStrokes ? min(pilotIterations, settings.iterations) : 0)
  }
}

extension ConvolutiveNMF {
  /// One step on W unless it is frozen, then one on H.
  fileprivate func iterate(templates: Bool) {
    if templates {
      update(templates: true, activations: false)
      normalise()
    }
    update(templates: false, activations: true)
  }
}
