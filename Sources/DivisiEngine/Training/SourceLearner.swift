public import DivisiDSP

/// Trains a source on its clean sound.
///
/// - SeeAlso: Smaragdis & Venkataramani, "A neural network alternative to non-negative audio models", ICASSP 2017.
public struct SourceLearner: Sendable {
  /// Model, iterations, divergence, window, hop, gradients and seed; the rest has no meaning here.
  let settings: SeparationSettings
  let unitCount: Int
  private let parallel: Parallel

  /// - Parameter unitCount: R, 1 to ``TrainedSource/largestUnitCount``.
  public init(
    settings: SeparationSettings, unitCount: Int, parallel: @escaping Parallel
  ) {
    self.settings = settings
    self.unitCount = unitCount
    self.parallel = flushingDenormals(parallel)
  }

  /// Trains on some recordings of one source.
  ///
  /// - Parameters:
  ///   - recordings: samples of one channel each, at one rate.
  ///   - progress: called with 0…1.
  /// - Returns: the source, and the share of its sound that the model leaves: divergence over Σ V for β = 1; nil where all is
  ///   silent.
  public func train(
    name: String, recordings: [[Float]], sampleRate: Int, origin: String,
    progress: (Double) -> Void = { _ in }
  ) -> (source: TrainedSource, rest: Double)? {
    let grid = TimeGrid(
      sampleRate: Double(sampleRate), resolution: settings.windowLength,
      hopAtResolution: settings.hopSize)
    let stft = STFT(grid: grid)
    // Frames at the seams see one recording each.
    let pause = [Float](repeating: 0, count: grid.windowLength)
    let samples = Array(recordings.joined(separator: pause))
    let (V, scale) = Analysis.scaledMagnitude(
      of: [samples], stft: stft, binCount: grid.binCount, parallel: parallel)
    guard scale > 0, scale.isFinite else { return nil }
    let total = V.scaleToMean(1)
    let (network, loss) =
      switch settings.model.rule {
      case .gradient(let rule): trainNetwork(V, rule: rule, progress: progress)
      case .multiplicative: trainFactorisation(V, progress: progress)
      }
    return (
      TrainedSource(
        name: name, model: settings.model, sampleRate: sampleRate,
        windowLength: settings.windowLength, hopSize: settings.hopSize, network: network,
        origin: origin), loss / total
    )
  }

  private func trainNetwork(
    _ V: Spectrogram, rule: GradientRule, progress: (Double) -> Void
  ) -> (SourceNetwork, Double) {
    var gradient = settings.gradient
    gradient.rule = rule
    let autoencoder = SourceAutoencoder(
      V, unitCount: unitCount, beta: settings.beta, settings: gradient, seed: settings.seed,
      parallel: parallel)
    for iteration in 0..<settings.iterations {
      autoencoder.step()
      progress(Double(iteration + 1) / Double(settings.iterations))
    }
    return (autoencoder.network(), autoencoder.loss())
  }

  private func trainFactorisation(
    _ V: Spectrogram, progress: (Double) -> Void
  ) -> (SourceNetwork, Double) {
    var generator = SeededGenerator(seed: settings.seed)
    let model = ConvolutiveNMF(
      sources: [unitCount], in: V, beta: settings.beta, parallel: parallel
    ) { _, column, count in
      for bin in 0..<count { column[bin] = generator.nextUnit() }
    }
    for entry in model.H.indices { model.H[entry] = generator.nextUnit() }
    model.normalise()
    let gain = model.leastSquaresGain()
    for entry in model.H.indices { model.H[entry] *= gain }
    let autoencoder =
      settings.model.hasEncoder ? NonnegativeAutoencoder(decoder: model, parallel: parallel) : nil
    for iteration in 0..<settings.iterations {
      if let autoencoder {
        autoencoder.step()
      } else {
        model.update(templates: true, activations: false)
        model.normalise()
        model.update(templates: false, activations: true)
      }
      progress(Double(iteration + 1) / Double(settings.iterations))
    }
    model.normalise()
    let pattern = model.pattern
    let levels = (0..<unitCount).map { unit in
      let energy = pattern.entries(ofComponent: unit).reduce(0.0) {
        $0 + Double(model.H[$1] * model.H[$1])
      }
      return max(Float((energy / Double(V.frameCount)).squareRoot()), .leastNormalMagnitude)
    }
    let weights = (0..<unitCount).flatMap { unit in
      (0..<V.binCount).map { model.W.frame(0, ofComponent: unit)[$0] }
    }
    let layer = SourceNetwork.Layer(
      weights: weights, biases: [Float](repeating: 0, count: V.binCount))
    return (
      SourceNetwork(layers: [layer], nonlinearity: nil, levels: levels), model.loss()
    )
  }
}
