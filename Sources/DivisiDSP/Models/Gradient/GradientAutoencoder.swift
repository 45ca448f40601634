/// The additive autoencoder, trained by gradients: H = g(Σ_τ (W_E)_τ ←τ(V) + b_E), H' = M_H ⊙ H,
/// V̂ = g(Σ_τ (W_D)_τ →τ(H') + b_D).
///
/// Loss: the β-divergence of V from V̂, + λ₁ ‖H‖₁ + λ₂ ‖(1 − M_H) ⊙ H‖². After every step W_D ←
/// max(W_D, 0) ⊙ M_W, and W_E the same where it is constrained. The decoder is a ``ConvolutiveNMF``
/// that holds W_D and H', so all that reads a model reads this one; its V̂ leaves out b_D and the
/// last g, as masks need the components' own shares. Entries that the masks close cost nothing.
///
/// With T = 1 it is the autoencoder of Smaragdis & Venkataramani and of Ewert & Sandler, else the
/// convolutional one.
///
/// - Thread: one at a time; the bits do not depend on how `parallel` spreads the work.
/// - SeeAlso: Smaragdis & Venkataramani, "A neural network alternative to non-negative audio
///   models", ICASSP 2017; Ewert & Sandler, "Structured dropout for weak label and multi-instance
///   learning", 2017; Venkataramani, Subakan & Smaragdis, "Neural network alternatives to
///   convolutive audio models for source separation", MLSP 2017.
public final class GradientAutoencoder: @unchecked Sendable {
  /// W_D and H'.
  public let decoder: ConvolutiveNMF
  /// W_E: K × R × T, row r of the encoder as column r.
  public let encoder: Templates
  /// How it is built and trained.
  public let settings: GradientSettings

  private let parallel: Parallel
  private let decoderSteps: GradientSteps
  private let encoderSteps: GradientSteps
  private let encoderBias: GradientBias
  private let decoderBias: GradientBias
  /// The code before g, and the gradient there, one value per entry.
  private let before: UnsafeMutableBufferPointer<Float>
  private let slopes: UnsafeMutableBufferPointer<Float>
  /// ∂ loss / ∂ (V̂ before g); K × N.
  private let errors: Matrix
  private var iteration = 0

  /// b_E, R values; no meaning without biases.
  public var encoderBiases: UnsafeMutableBufferPointer<Float> { encoderBias.values }
  /// b_D, K values; no meaning without biases.
  public var decoderBiases: UnsafeMutableBufferPointer<Float> { decoderBias.values }

  /// An autoencoder that starts from a decoder and an encoder of the same shape; computes the code.
  ///
  /// - Parameters:
  ///   - decoder: W_D as it starts; values that are zero stay zero.
  ///   - encoder: as it starts, closed where it is zero; nil for the decoder's transpose, scaled so
  ///     that the code sums to what H sums to now.
  public init(
    decoder: ConvolutiveNMF, encoder: consuming Templates? = nil, settings: GradientSettings,
    parallel: @escaping Parallel = sequentially
  ) {
    self.decoder = decoder
    self.settings = settings
    self.parallel = parallel
    self.encoder =
      encoder ?? NonnegativeAutoencoder(decoder: decoder, parallel: parallel).encoder.copy()
    decoderSteps = GradientSteps(for: decoder.W, settings: settings, isNonnegative: true)
    encoderSteps = GradientSteps(
      for: self.encoder, settings: settings, isNonnegative: settings.isEncoderNonnegative)
    encoderBias = GradientBias(count: decoder.componentCount, settings: settings)
    decoderBias = GradientBias(count: decoder.binCount, settings: settings)
    before = .allocate(capacity: decoder.pattern.entryCount)
    slopes = .allocate(capacity: decoder.pattern.entryCount)
    before.initialize(repeating: 0)
    slopes.initialize(repeating: 0)
    errors = Matrix(rowCount: decoder.binCount, columnCount: decoder.frameCount)
    encode()
  }

  deinit {
    before.deallocate()
    slopes.deallocate()
  }

  /// Computes the code: H' ← M_H ⊙ g(Σ_τ (W_E)_τ ←τ(V) + b_E).
  public func encode() {
    parallel(encoder.componentCount) { [self] component in
      let entries = decoder.pattern.entries(ofComponent: component)
      let bias = encoderBias.values[component]
      for entry in entries { before[entry] = bias }
      for delay in 0..<encoder.frameCount {
        decoder.addProducts(
          of: encoder.frame(delay, ofComponent: component), with: decoder.V.values.view,
          entries: entries, delay: delay, runs: encoder.runs[component].runs, to: before)
      }
      for entry in entries {
        decoder.H[entry] = decoder.pattern.weights[entry] * settings.nonlinearity(before[entry])
      }
    }
  }

  /// One step on encoder, decoder and biases, all from the same approximation; then the code anew.
  public func step() {
    iteration += 1
    differentiateOutput()
    let biasGradient = decoderBiasGradient()
    parallel(encoder.componentCount) { [self] component in
      guard !decoder.pattern.entries(ofComponent: component).isEmpty else { return }
      let scratch = Matrix(rowCount: decoder.binCount, columnCount: 2 * encoder.frameCount)
      let bias = differentiate(component, into: scratch)
      decoderSteps.step(
        decoder.W, component: component, gradient: scratch, firstColumn: 0, iteration: iteration)
      encoderSteps.step(
        encoder, component: component, gradient: scratch, firstColumn: encoder.frameCount,
        iteration: iteration)
      if settings.hasBiases {
        encoderBias.step(component, gradient: bias, iteration: iteration)
      }
    }
    if settings.hasBiases {
      for (bin, gradient) in biasGradient.enumerated() {
        decoderBias.step(bin, gradient: gradient, iteration: iteration)
      }
    }
    encode()
  }

  /// The loss with its penalties, from the code as it is now.
  public func loss() -> Double {
    let approximation = Matrix(rowCount: decoder.binCount, columnCount: 1)
    let column = approximation.column(0)
    var sum = 0.0
    for frame in 0..<decoder.frameCount {
      output(ofFrame: frame, into: column)
      for bin in 0..<decoder.binCount { column[bin] = settings.nonlinearity(column[bin]) }
      sum += decoder.divergence.sum(
        decoder.V.values.column(frame), approximation: column, count: decoder.binCount)
    }
    for component in 0..<encoder.componentCount {
      for entry in decoder.pattern.entries(ofComponent: component) {
        let code = settings.nonlinearity(before[entry])
        let outside = (1 - decoder.pattern.weights[entry]) * code
        sum += Double(settings.sparsity * code + settings.activity * outside * outside)
      }
      guard settings.activity > 0 else { continue }
      forEachClosedFrame(of: component) { frame in
        let code = settings.nonlinearity(codeBefore(component, frame: frame))
        sum += Double(settings.activity * code * code)
      }
    }
    return sum
  }

  /// The gradient of ``loss()`` by every parameter, for checks.
  public struct Gradient: Sendable {
    /// By W_D: values[r · T + τ][k], closed bins included.
    public var templates: [[Float]] = []
    /// By W_E, in the same order.
    public var encoder: [[Float]] = []
    /// By b_D, K values; empty without biases.
    public var decoderBias: [Float] = []
    /// By b_E, R values.
    public var encoderBias: [Float] = []
  }

  /// See ``Gradient``.
  public func gradient() -> Gradient {
    differentiateOutput()
    var result = Gradient()
    result.decoderBias = decoderBiasGradient()
    let frames = encoder.frameCount
    for component in 0..<encoder.componentCount {
      let scratch = Matrix(rowCount: decoder.binCount, columnCount: 2 * frames)
      result.encoderBias.append(differentiate(component, into: scratch))
      func columns(_ range: Range<Int>) -> [[Float]] {
        range.map { index in (0..<decoder.binCount).map { scratch[$0, index] } }
      }
      result.templates += columns(0..<frames)
      result.encoder += columns(frames..<2 * frames)
    }
    return result
  }

  /// Components that may sound, where there is sound, and never do: steps have silenced them, and
  /// with a ReLU nothing will bring them back.
  public func deadComponents() -> [Int] {
    (0..<encoder.componentCount).filter { component in
      let entries = decoder.pattern.entries(ofComponent: component)
      guard !entries.isEmpty, decoderSteps.isOpen(component: component) else { return false }
      let sounds =
        entries.contains { decoder.H[$0] > 0 } && decoder.W.sum(ofComponent: component) > 0
      guard !sounds else { return false }
      return entries.contains { entry in
        let v = decoder.V.values.column(Int(decoder.pattern.frames[entry]))
        return RunKernels.sum(v, over: decoder.W.runs[component].runs) > 0
      }
    }
  }

  // MARK: Derivatives

  /// V̂ of one frame before g.
  private func output(ofFrame frame: Int, into column: UnsafeMutablePointer<Float>) {
    column.update(repeating: 0, count: errors.columnStride)
    decoder.addApproximation(ofFrame: frame, to: column)
    if settings.hasBiases {
      for bin in 0..<decoder.binCount { column[bin] += decoderBias.values[bin] }
    }
  }

  /// Fills ``errors``: (V̂^(β−1) − V̂^(β−2) ⊙ V) ⊙ g′.
  private func differentiateOutput() {
    let chunk = 16
    parallel((decoder.frameCount + chunk - 1) / chunk) { [self] index in
      for frame in index * chunk..<min((index + 1) * chunk, decoder.frameCount) {
        let column = errors.column(frame)
        output(ofFrame: frame, into: column)
        decoder.divergence.differentiate(
          decoder.V.values.column(frame), approximation: column, count: decoder.binCount,
          nonlinearity: settings.hasBiases || !settings.nonlinearity.keepsPositives
            ? settings.nonlinearity : nil)
      }
    }
  }

  private func decoderBiasGradient() -> [Float] {
    guard settings.hasBiases else { return [] }
    var sums = [Float](repeating: 0, count: decoder.binCount)
    for frame in 0..<decoder.frameCount {
      let column = errors.column(frame)
      for bin in sums.indices { sums[bin] += column[bin] }
    }
    return sums
  }

  /// The gradient by one component of W_D (first T columns) and of W_E (the next T).
  ///
  /// - Returns: the gradient by its b_E.
  private func differentiate(_ component: Int, into columns: borrowing Matrix) -> Float {
    let entries = decoder.pattern.entries(ofComponent: component)
    let frames = encoder.frameCount
    for entry in entries { slopes[entry] = 0 }
    for delay in 0..<frames {
      let runs = decoder.W.runs[component].runs
      decoder.addProducts(
        of: decoder.W.frame(delay, ofComponent: component), with: errors.view, entries: entries,
        delay: delay, runs: runs, to: slopes)
      decoder.addSum(
        of: errors.view, gains: decoder.H, entries: entries, delay: delay, runs: runs,
        to: columns.column(delay))
    }
    var sum: Float = 0
    for entry in entries {
      let weight = decoder.pattern.weights[entry]
      let code = settings.nonlinearity(before[entry])
      let outside = (1 - weight) * (1 - weight)
      slopes[entry] =
        (weight * slopes[entry] + settings.sparsity + 2 * settings.activity * outside * code)
        * settings.nonlinearity.slope(before[entry])
      sum += slopes[entry]
    }
    let runs = encoder.runs[component].runs
    for delay in 0..<frames {
      decoder.addSum(
        of: decoder.V.values.view, gains: slopes, entries: entries, delay: delay, runs: runs,
        to: columns.column(frames + delay))
    }
    guard settings.activity > 0 else { return sum }
    forEachClosedFrame(of: component) { frame in
      let before = codeBefore(component, frame: frame)
      let slope =
        2 * settings.activity * settings.nonlinearity(before) * settings.nonlinearity.slope(before)
      sum += slope
      for delay in 0..<min(frames, decoder.frameCount - frame) {
        RunKernels.add(
          decoder.V.values.column(frame + delay), gain: slope, to: columns.column(frames + delay),
          over: runs)
      }
    }
    return sum
  }

  /// The code before g where the mask is closed.
  private func codeBefore(_ component: Int, frame: Int) -> Float {
    (0..<min(encoder.frameCount, decoder.frameCount - frame)).reduce(encoderBias.values[component])
    {
      $0
        + RunKernels.dot(
          encoder.frame($1, ofComponent: component), decoder.V.values.column(frame + $1),
          over: encoder.runs[component].runs)
    }
  }

  private func forEachClosedFrame(of component: Int, _ body: (_ frame: Int) -> Void) {
    var next = 0
    for entry in decoder.pattern.entries(ofComponent: component) {
      let frame = Int(decoder.pattern.frames[entry])
      while next < frame {
        body(next)
        next += 1
      }
      next = frame + 1
    }
    while next < decoder.frameCount {
      body(next)
      next += 1
    }
  }
}
