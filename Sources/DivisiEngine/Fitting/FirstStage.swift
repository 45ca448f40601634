import DivisiDSP

/// The iterations of a fit that belong to the model's family; those that are left are on W and H.
///
///     factorisation, multiplicative   none: all of them are on W and H
///     autoencoder, multiplicative     E and W from one approximation, then the code anew
///     autoencoder, by gradients       the same, as one network
///     frozen, by gradients            the inputs of the decoder, which stays as it is
///
/// Where no score says what sounds when, or where there is a rest, there is no encoder: what its code could
/// know, the mask, is missing. Templates that are frozen have none either, and then H alone is found.
struct FirstStage {
  /// Does so many iterations of a step, with all that goes with each.
  typealias Iterate = (_ count: Int, _ step: () -> Void) throws(SeparationError) -> Void

  /// What is known after it besides the model.
  struct Result {
    /// W_E as it was last used, if it was to be kept.
    var encoder: Encoder?
    /// Components that training by gradients has silenced.
    var deadComponents = 0
  }

  private enum Schedule {
    case none
    case encoder
    case encoderByGradients(GradientRule)
    case inputsByGradients(GradientRule)
  }

  /// How many iterations it has.
  let count: Int
  private let schedule: Schedule
  private let gradient: GradientSettings
  private let sounds: [Int]?
  private let outside: [Float]?
  private let parallel: Parallel

  /// - Parameters:
  ///   - isFree: whether no score says what sounds when, or not of everything.
  ///   - sounds, outside: see ``Constraints``.
  init(
    _ settings: SeparationSettings, isFree: Bool, sounds: [Int]?, outside: [Float]? = nil,
    parallel: @escaping Parallel
  ) {
    let model = settings.model
    let (schedule, wanted): (Schedule, Int) =
      switch (model.rule, settings.isFrozen) {
      case (.multiplicative, true): (.none, 0)
      case (.gradient(let rule), true): (.inputsByGradients(rule), settings.iterations)
      case _ where !model.hasEncoder || isFree: (.none, 0)
      case (.multiplicative, false): (.encoder, settings.encoderIterations)
      case (.gradient(let rule), false): (.encoderByGradients(rule), settings.encoderIterations)
      }
    count = min(wanted, settings.iterations)
    self.schedule = count > 0 ? schedule : .none
    gradient = settings.gradient
    self.sounds = sounds
    self.outside = outside
    self.parallel = parallel
  }

  /// Fits a model.
  func run(
    _ model: ConvolutiveNMF, keepsEncoder: Bool, _ iterate: Iterate
  ) throws(SeparationError) -> Result {
    switch schedule {
    case .none: Result()
    case .encoder: try encode(model, keepsEncoder: keepsEncoder, iterate)
    case .encoderByGradients(let rule):
      try encode(model, by: rule, keepsEncoder: keepsEncoder, iterate)
    case .inputsByGradients(let rule): try findInputs(of: model, by: rule, iterate)
    }
  }

  private func encode(
    _ model: ConvolutiveNMF, keepsEncoder: Bool, _ iterate: Iterate
  ) throws(SeparationError) -> Result {
    let autoencoder = NonnegativeAutoencoder(decoder: model, parallel: parallel)
    try iterate(count) { autoencoder.step() }
    return Result(encoder: keepsEncoder ? Encoder(autoencoder.encoder.copy()) : nil)
  }

  private func encode(
    _ model: ConvolutiveNMF, by rule: GradientRule, keepsEncoder: Bool, _ iterate: Iterate
  ) throws(SeparationError) -> Result {
    model.normalise()
    let autoencoder = GradientAutoencoder(
      decoder: model, settings: settings(rule), sounds: sounds, outside: outside,
      parallel: parallel)
    try iterate(count) { autoencoder.step() }
    return Result(
      encoder: keepsEncoder ? Encoder(autoencoder.encoder.copy()) : nil,
      deadComponents: autoencoder.deadComponents().count)
  }

  private func findInputs(
    of model: ConvolutiveNMF, by rule: GradientRule, _ iterate: Iterate
  ) throws(SeparationError) -> Result {
    model.normalise()
    let inputs = GradientInputs(decoder: model, settings: settings(rule), parallel: parallel)
    try iterate(count) { inputs.step() }
    return Result(deadComponents: inputs.deadComponents().count)
  }

  private func settings(_ rule: GradientRule) -> GradientSettings {
    var result = gradient
    result.rule = rule
    return result
  }
}
