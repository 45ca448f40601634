import DivisiDSP

/// A model fitted to a recording.
struct Fit {
  let model: ConvolutiveNMF
  let lossBefore: Double
  let lossAfter: Double
  /// W_E as it was last used, if somebody looked on and there was one.
  var encoder: Encoder?
  /// Components that training by gradients has silenced; 0 for other models.
  var deadComponents = 0

  /// Iterations without the pull after which velocities are compared with what was found.
  private static let pilotIterations = 8

  /// Steps on H alone that find out what is struck when no score says it, before templates may change.
  private static let freeIterations = 20

  /// Fits a model of the family that the settings name.
  ///
  /// The autoencoder's iterations come first: a step on encoder and decoder from one approximation,
  /// then the code anew. What is left of the iterations are steps on W and on H, and last the
  /// refinements on H alone. Where strokes have velocities, a pilot fit decides how far to trust
  /// them. Where no score says what sounds when, steps on H alone come first, and there is no encoder:
  /// what its code could know, the mask, is missing. Where templates are frozen there is none either:
  /// all steps are on H alone, by gradients if the model is trained by them.
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
    let recordedFrameCount = constraints.recordedFrameCount
    func makeModel(_ templates: consuming Templates) -> ConvolutiveNMF {
      let model = ConvolutiveNMF(
        spectrogram: V, templates: templates, pattern: pattern,
        divergence: Divergence(beta: Float(settings.beta)),
        parallel: parallel)
      for entry in activations.indices { model.H[entry] = activations[entry] }
      let gain = model.leastSquaresGain()
      for entry in activations.indices { model.H[entry] *= gain }
      return model
    }
    if !pull.isEmpty {
      let pilot = makeModel(constraints.templates.copy())
      for _ in 0..<min(pilotIterations, settings.iterations) {
        pilot.iterate(templates: !settings.isFrozen)
        try step()
      }
      pull.trust(pilot.H)
    }

    let model = makeModel(constraints.templates)
    let lossBefore = model.loss(ofFrames: recordedFrameCount)
    observe?(model)
    var encoder: Encoder?
    if isFree {
      for _ in 0..<freeIterations {
        model.update(templates: false, activations: true)
        observe?(model)
      }
    }
    func iterate(_ count: Int, _ update: () -> Void) throws(SeparationError) {
      for _ in 0..<count {
        update()
        pull.apply(to: model.H)
        observe?(model)
        try step()
      }
    }
    var gradient = settings.gradient
    if let rule = settings.model.gradientRule { gradient.rule = rule }
    let isGradient = settings.model.gradientRule != nil
    let firstIterations =
      settings.isFrozen
      ? (isGradient ? settings.iterations : 0)
      : settings.model.hasEncoder && !isFree
        ? min(settings.encoderIterations, settings.iterations) : 0
    var deadComponents = 0
    if isGradient && firstIterations > 0 { model.normalise() }
    if firstIterations > 0, settings.isFrozen {
      let inputs = GradientInputs(decoder: model, settings: gradient, parallel: parallel)
      try iterate(firstIterations) { inputs.step() }
      deadComponents = inputs.deadComponents().count
    } else if firstIterations > 0, isGradient {
      let autoencoder = GradientAutoencoder(
        decoder: model, settings: gradient, sounds: sounds, parallel: parallel)
      try iterate(firstIterations) { autoencoder.step() }
      if observe != nil { encoder = Encoder(autoencoder.encoder.copy()) }
      deadComponents = autoencoder.deadComponents().count
    } else if firstIterations > 0 {
      let autoencoder = NonnegativeAutoencoder(decoder: model, parallel: parallel)
      try iterate(firstIterations) { autoencoder.step() }
      if observe != nil { encoder = Encoder(autoencoder.encoder.copy()) }
    }
    try iterate(settings.iterations - firstIterations) {
      model.iterate(templates: !settings.isFrozen)
    }
    for _ in 0..<settings.refinements {
      model.update(templates: false, activations: true)
      observe?(model)
    }
    model.finish()
    return Fit(
      model: model, lossBefore: lossBefore,
      lossAfter: model.loss(ofFrames: recordedFrameCount), encoder: encoder,
      deadComponents: deadComponents)
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
