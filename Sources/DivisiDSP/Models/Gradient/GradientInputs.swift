/// A frozen decoder whose inputs are found by gradients: min over H ≥ 0 of the loss of V̂ = g(Σ_τ
/// (W_D)_τ →τ(M_H ⊙ H)).
///
/// Smaragdis & Venkataramani's transferable models: what has been trained once on the sounds of each
/// source stays as it is, and there is no encoder. A non-negative decoder of any depth is one matrix
/// (see ``DecoderLayers``), so the templates of a ``ConvolutiveNMF`` are all of it. Loss and
/// penalties are those of ``GradientAutoencoder``; there are no biases.
///
/// - Thread: one at a time; the bits do not depend on how `parallel` spreads the work.
/// - SeeAlso: Smaragdis & Venkataramani, "A neural network alternative to non-negative audio
///   models", ICASSP 2017, section 3.
public final class GradientInputs: @unchecked Sendable {
  /// W_D, which stays, and H'.
  public let decoder: ConvolutiveNMF
  /// How steps are taken; what is said of encoders and biases has no meaning here.
  public let settings: GradientSettings

  /// H as R columns of N values, while a step is taken.
  private let codes: Templates
  private let gradients: Matrix
  private var slopes: UnsafeMutableBufferPointer<Float> { entrySlopes.values(ofColumn: 0) }
  private let entrySlopes: Matrix
  private let output: GradientOutput
  private let steps: GradientSteps
  private let parallel: Parallel
  private var iteration = 0

  /// Starts from the H' of a model. Others may change H' between steps.
  public init(
    decoder: ConvolutiveNMF, settings: GradientSettings, parallel: @escaping Parallel = sequentially
  ) {
    self.decoder = decoder
    var settings = settings
    settings.hasBiases = false
    self.settings = settings
    self.parallel = parallel
    let pattern = decoder.pattern
    let supports = (0..<pattern.componentCount).map { component in
      let frames = Set(pattern.entries(ofComponent: component).map { Int(pattern.frames[$0]) })
      return BinBlocks(binCount: pattern.frameCount) { frames.contains($0) }
    }
    let open = Templates(binCount: pattern.frameCount, supports: supports, frameCount: 1)
    codes = Templates(binCount: pattern.frameCount, supports: supports, frameCount: 1)
    for entry in 0..<pattern.entryCount {
      open.values[Int(pattern.frames[entry]), Int(pattern.components[entry])] = 1
    }
    steps = GradientSteps(for: open, settings: settings, isNonnegative: true)
    gradients = Matrix(rowCount: pattern.frameCount, columnCount: pattern.componentCount)
    entrySlopes = Matrix(rowCount: pattern.entryCount, columnCount: 1)
    output = GradientOutput(of: decoder, settings: settings, parallel: parallel)
  }

  /// One step on H.
  public func step() {
    iteration += 1
    differentiate()
    parallel(decoder.componentCount) { [self] component in
      let entries = decoder.pattern.entries(ofComponent: component)
      let column = codes.frame(0, ofComponent: component)
      for entry in entries { column[Int(decoder.pattern.frames[entry])] = code(entry) }
      steps.step(
        codes, component: component, gradient: gradients, firstColumn: component,
        iteration: iteration)
      for entry in entries {
        decoder.H[entry] =
          decoder.pattern.weights[entry] * column[Int(decoder.pattern.frames[entry])]
      }
    }
  }

  /// The loss with its penalties.
  public func loss() -> Double {
    var sum = output.loss()
    for entry in 0..<decoder.pattern.entryCount {
      let code = code(entry)
      let outside = (1 - decoder.pattern.weights[entry]) * code
      sum += Double(settings.sparsity * code + settings.activity * outside * outside)
    }
    return sum
  }

  /// The gradient of ``loss()`` by H, one value per entry, for checks.
  public func gradient() -> [Float] {
    differentiate()
    return Array(slopes)
  }

  /// See ``GradientAutoencoder/deadComponents()``.
  public func deadComponents() -> [Int] {
    (0..<decoder.componentCount).filter {
      decoder.W.sum(ofComponent: $0) > 0 && decoder.isDead($0)
    }
  }

  private func code(_ entry: Int) -> Float {
    decoder.H[entry] / decoder.pattern.weights[entry]
  }

  private func differentiate() {
    output.forEachVisit { [self] _, visit, errors in
      decoder.set(slopes, visit, to: decoder.products(of: decoder.W, with: errors, visit))
    }
    parallel(decoder.componentCount) { [self] component in
      for entry in decoder.pattern.entries(ofComponent: component) {
        let weight = decoder.pattern.weights[entry]
        let outside = (1 - weight) * (1 - weight)
        slopes[entry] =
          weight * slopes[entry] + settings.sparsity
          + 2 * settings.activity * outside * code(entry)
        gradients[Int(decoder.pattern.frames[entry]), component] = slopes[entry]
      }
    }
  }
}
