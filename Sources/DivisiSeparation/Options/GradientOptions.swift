public import ArgumentParser
import DivisiControls
public import DivisiDSP
public import DivisiEngine

extension Nonlinearity: ExpressibleByArgument {}
extension EnvelopeShape: ExpressibleByArgument {}

/// What can be said about models that are trained by gradients (nae-sgd, cae-adam, …).
package struct GradientOptions: ParsableArguments {
  @Option(
    name: .setting(.layers), parsing: .unconditional,
    help: ArgumentHelp(
      "Layers of encoder and decoder together: 2, or a deep autoencoder of 4, 6 or 8.",
      valueName: "n"))
  package var layers: NumberList?

  @Option(help: "What follows each layer: relu, abs or softplus.")
  package var nonlinearity: Nonlinearity?

  @Flag(help: "Learn biases of the code and of the output.")
  package var biases = false

  @Flag(help: "Let the encoder, all layers of it, take negative values; components may die.")
  package var freeEncoder = false

  @Flag(help: "Let the decoder, of two layers, take negative values: a yardstick.")
  package var freeDecoder = false

  @Flag(help: "Steps of a fixed size, as in the literature, not relative to what they change.")
  package var plainSteps = false

  @Option(
    name: .setting(.learningRate), parsing: .unconditional,
    help: ArgumentHelp(
      "Size of the steps. (default: what suits the optimiser)", valueName: "rate"))
  package var learningRate: Double?

  @Option(
    name: .setting(.sparsity), parsing: .unconditional,
    help: ArgumentHelp("Weight of the sum of all activations in the loss.", valueName: "weight"))
  package var sparsity: Double?

  @Option(
    name: .setting(.activity), parsing: .unconditional,
    help: ArgumentHelp(
      "Weight of activations outside the score's times in the loss.", valueName: "weight"))
  package var activity: Double?

  @Option(help: "How drum strokes start: decaying, or flat as in the literature; for all models.")
  package var envelopes: EnvelopeShape?

  package init() {}

  /// Whether there is anything to change.
  package var isAnyGiven: Bool {
    layers != nil || nonlinearity != nil || biases || freeEncoder || freeDecoder || plainSteps
      || learningRate != nil || sparsity != nil || activity != nil || envelopes != nil
  }

  /// The settings, changed; wrong usage where the result is out of range.
  ///
  /// - Parameter depth: goes before ``layers``, which may be several only then.
  package func applied(to preset: StreamSettings, layers depth: Int? = nil) throws -> StreamSettings
  {
    let depths = layers?.values ?? []
    guard depth != nil || depths.count < 2 else {
      throw ValidationError(
        "--layers: expected one number, except in comparisons of sources; found \(depths.count)")
    }
    return try asUsage { () throws(SettingsError) in
      var settings = preset
      if let layers = depth ?? depths.first { try settings.set(.layers, to: Double(layers)) }
      if let learningRate { try settings.set(.learningRate, to: learningRate) }
      if let sparsity { try settings.set(.sparsity, to: sparsity) }
      if let activity { try settings.set(.activity, to: activity) }
      var gradient = settings.separation.gradient
      if let nonlinearity { gradient.nonlinearity = nonlinearity }
      gradient.hasBiases = gradient.hasBiases || biases
      gradient.isEncoderNonnegative = gradient.isEncoderNonnegative && !freeEncoder
      gradient.isDecoderNonnegative = gradient.isDecoderNonnegative && !freeDecoder
      gradient.isRelative = gradient.isRelative && !plainSteps
      settings.separation.gradient = gradient
      if !gradient.isDecoderNonnegative {
        // Multiplicative steps would take what is negative for what is not there.
        settings.separation.encoderIterations = settings.separation.iterations
        settings.separation.refinements = 0
      }
      if let envelopes { settings.separation.envelopes = envelopes }
      try settings.validate()
      return settings
    }
  }
}
