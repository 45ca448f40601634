/// The additive autoencoder, trained by gradients: H = g(Σ_τ (W_E)_τ ←τ(V) + b_E), H' = M_H ⊙ H,
/// V̂ = g(Σ_τ (W_D)_τ →τ(H') + b_D).
///
/// Loss: the β-divergence of V from V̂, + λ₁ ‖H‖₁ + λ₂ ‖(1 − M_H) ⊙ H‖². After every step W_D ←
/// max(W_D, 0) ⊙ M_W, and W_E the same where it is constrained. The decoder is a ``ConvolutiveNMF``
/// that holds W_D and H', so all that reads a model reads this one; its V̂ leaves out b_D and the
/// last g, as masks need the components' own shares. Entries that the masks close cost nothing.
///
/// With T = 1 it is the autoencoder of Smaragdis & Venkataramani and of Ewert & Sandler, else the
/// convolutional one. With more than two layers, R × R layers follow the encoder and precede the
/// decoder, see ``EncoderLayers`` and ``DecoderLayers``; W_D of the model are then the effective
/// templates.
///
/// - Thread: one at a time; the bits do not depend on how `parallel` spreads the work.
/// - SeeAlso: Smaragdis & Venkataramani, "A neural network alternative to non-negative audio
///   models", ICASSP 2017; Ewert & Sandler, "Structured dropout for weak label and multi-instance
///   learning", 2017; Venkataramani, Subakan & Smaragdis, "Neural network alternatives to
///   convolutive audio models for source separation", MLSP 2017.
public final class GradientAutoencoder: @unchecked Sendable {
  /// W_D and H'.
  public let decoder: ConvolutiveNMF
  /// W_E: K × R × T, row r of the encoder as column r; the first layer of a deep one.
  public let encoder: Templates
  /// How it is built and trained.
  public let settings: GradientSettings

  let encoderLayers: EncoderLayers?
  let decoderLayers: DecoderLayers?
  let output: GradientOutput
  let encoderBias: GradientBias
  /// The first layer before g, and the gradient there, one value per entry.
  var before: UnsafeMutableBufferPointer<Float> { firstLayer.values(ofColumn: 0) }
  var slopes: UnsafeMutableBufferPointer<Float> { firstLayer.values(ofColumn: 1) }
  /// By each component's templates (T columns), then by its rows of the encoder (T columns).
  let gradients: Matrix
  let decoderSums: TemplateSums
  let encoderSums: TemplateSums
  let parallel: Parallel
  private let outside: [Float]?

  private let firstLayer: Matrix
  private let decoderSteps: GradientSteps
  private let encoderSteps: GradientSteps
  private var iteration = 0

  /// b_E, R values; no meaning without biases.
  public var encoderBiases: UnsafeMutableBufferPointer<Float> { encoderBias.values }
  /// b_D, K values; no meaning without biases.
  public var decoderBiases: UnsafeMutableBufferPointer<Float> { output.bias.values }

  /// An autoencoder that starts from a decoder and an encoder of the same shape; computes the code.
  ///
  /// - Parameters:
  ///   - decoder: W_D as it starts; values that are zero stay zero.
  ///   - encoder: as it starts, closed where it is zero; nil for the decoder's transpose, scaled so
  ///     that the code sums to what H sums to now.
  ///   - sounds: which sound (pitch, drum) each component is of, R values: layers of a deep decoder
  ///     mix no others. Nil if each is of its own.
  ///   - outside: what the score says against each entry, for the penalty λ₂ alone; nil for 1 − M_H.
  /// - Precondition: the settings are ``GradientSettings/areValid``.
  public init(
    decoder: ConvolutiveNMF, encoder: consuming Templates? = nil, settings: GradientSettings,
    sounds: [Int]? = nil, outside: [Float]? = nil, parallel: @escaping Parallel = sequentially
  ) {
    precondition(settings.areValid, "\(settings.layerCount) layers, \(settings.nonlinearity)")
    self.decoder = decoder
    self.settings = settings
    self.outside = outside
    self.parallel = parallel
    self.encoder =
      encoder ?? NonnegativeAutoencoder(decoder: decoder, parallel: parallel).encoder.copy()
    let hidden = settings.layerCount / 2 - 1
    encoderLayers =
      hidden == 0
      ? nil
      : EncoderLayers(
        count: hidden, pattern: decoder.pattern, settings: settings, parallel: parallel)
    decoderLayers =
      hidden == 0
      ? nil
      : DecoderLayers(
        count: hidden, templates: decoder.W.copy(),
        sounds: sounds ?? Array(0..<decoder.componentCount), settings: settings, parallel: parallel)
    decoderSteps = GradientSteps(
      for: decoder.W, settings: settings, isNonnegative: settings.isDecoderNonnegative)
    encoderSteps = GradientSteps(
      for: self.encoder, settings: settings, isNonnegative: settings.isEncoderNonnegative)
    decoder.hasSigns = !settings.isDecoderNonnegative
    output = GradientOutput(of: decoder, settings: settings, parallel: parallel)
    encoderBias = GradientBias(count: decoder.componentCount, settings: settings)
    firstLayer = Matrix(rowCount: decoder.pattern.entryCount, columnCount: 2)
    decoderSums = TemplateSums(decoder.sweep, like: decoder.W)
    encoderSums = TemplateSums(decoder.sweep, like: decoder.W)
    gradients = Matrix(
      rowCount: decoder.binCount, columnCount: 2 * decoder.componentCount * decoder.templateFrames)
    encode()
  }

  /// Computes the code, H' ← M_H ⊙ g(Σ_τ (W_E)_τ ←τ(V) + b_E), through all layers of the encoder.
  public func encode() {
    decoder.forEachVisit { [self] _, visit in
      let bias = encoderBias.values[visit.component]
      decoder.set(
        before, visit,
        to: decoder.products(of: encoder, with: decoder.V.values.view, visit) + bias)
    }
    encoderLayers?.encode(before)
    let codeBefore = codeBefore
    for entry in codeBefore.indices {
      decoder.H[entry] = decoder.pattern.weights[entry] * settings.nonlinearity(codeBefore[entry])
    }
  }

  /// One step on all layers and biases, all from the same approximation; then the code anew.
  public func step() {
    iteration += 1
    let biasGradients = differentiate()
    parallel(encoder.componentCount) { [self] component in
      guard !decoder.pattern.entries(ofComponent: component).isEmpty else { return }
      let first = firstColumn(ofComponent: component)
      if let decoderLayers {
        decoderSteps.step(
          decoderLayers.templates, component: component, gradient: decoderLayers.gradient,
          firstColumn: component * encoder.frameCount, iteration: iteration)
      } else {
        decoderSteps.step(
          decoder.W, component: component, gradient: gradients, firstColumn: first,
          iteration: iteration)
      }
      encoderSteps.step(
        encoder, component: component, gradient: gradients, firstColumn: first + encoder.frameCount,
        iteration: iteration)
      if settings.hasBiases {
        encoderBias.step(
          component, gradient: biasGradients.encoder[component], iteration: iteration)
      }
    }
    encoderLayers?.step(iteration: iteration, biasGradients: biasGradients.encoderLayers)
    if let decoderLayers {
      decoderLayers.step(iteration: iteration)
      decoderLayers.write(to: decoder)
    }
    for (bin, gradient) in biasGradients.decoder.enumerated() {
      output.bias.step(bin, gradient: gradient, iteration: iteration)
    }
    encode()
  }

  /// The loss with its penalties, from the code as it is now.
  public func loss() -> Double {
    var sum = output.loss()
    for entry in codeBefore.indices {
      let code = settings.nonlinearity(codeBefore[entry])
      let outside = outside(entry) * code
      sum += Double(settings.sparsity * code + settings.activity * outside * outside)
    }
    guard settings.activity > 0 else { return sum }
    if let encoderLayers { return sum + encoderLayers.closedPenalty() }
    for component in 0..<encoder.componentCount {
      forEachClosedFrame(of: component) { frame in
        let code = settings.nonlinearity(codeBefore(component, frame: frame))
        sum += Double(settings.activity * code * code)
      }
    }
    return sum
  }

  /// Components that may sound, where there is sound, and never do: steps have silenced them, and
  /// with a ReLU nothing will bring them back.
  public func deadComponents() -> [Int] {
    (0..<encoder.componentCount).filter {
      decoderSteps.isOpen(component: $0) && decoder.isDead($0)
    }
  }

  /// The code before g, one value per entry.
  var codeBefore: UnsafeMutableBufferPointer<Float> { encoderLayers?.codeBefore ?? before }

  /// What the score says against an entry.
  @inline(__always)
  func outside(_ entry: Int) -> Float { outside?[entry] ?? 1 - decoder.pattern.weights[entry] }

  /// Of ``gradients``.
  func firstColumn(ofComponent component: Int) -> Int { 2 * component * encoder.frameCount }
}
