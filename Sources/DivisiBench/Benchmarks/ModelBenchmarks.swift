import DivisiDSP

/// One iteration of each model, against plain dense loops.
enum ModelBenchmarks {
  private static let (euclidean, leibler) = (Divergence(beta: 2), Divergence(beta: 1))

  /// Every kind of model.
  static let all =
    [
      make("nmf-kl", leibler, .factorisation),
      make("nmf-eu", euclidean, .factorisation),
      make("nmfd-5-kl", leibler, .factorisation, templateFrames: 5),
      make("nmfd-16-kl", leibler, .factorisation, templateFrames: 16),
      make("nae-kl", leibler, .multiplicative),
      make("nae-eu", euclidean, .multiplicative),
      make("cae-5-kl", leibler, .multiplicative, templateFrames: 5),
    ]
    + GradientRule.allCases.map { make("nae-\($0)-eu", euclidean, .gradient($0)) } + [
      make("nae-rmsprop-kl", leibler, .gradient(.rmsprop)),
      make("cae-5-rmsprop-kl", leibler, .gradient(.rmsprop), templateFrames: 5),
    ]

  /// How activations come about, and how they change.
  private enum Training: Sendable {
    case factorisation, multiplicative
    case gradient(GradientRule)
  }

  private static func make(
    _ name: String, _ divergence: Divergence, _ training: Training, templateFrames: Int = 1
  ) -> Benchmark {
    Benchmark(name: name) { measure(divergence, training, templateFrames: templateFrames, $0) }
  }

  private static func measure(
    _ divergence: Divergence, _ training: Training, templateFrames: Int = 1,
    _ naiveRuns: Int
  ) -> Measurement {
    let task = StandardTask.shared
    let model = task.makeModel(divergence, templateFrames: templateFrames)
    var naive = NaiveModel(templateFrames: templateFrames)
    let isEuclidean = divergence == Divergence(beta: 2)
    let iterate: () -> Void
    let iterateNaively: () -> Void
    // Products of K · R · N multiplications, once per template frame. A step on H and one on W have a V̂
    // and a numerator each; the Euclidean denominators are Gram products, and no V̂ is formed. An
    // encoder needs the decoder's products as well as its own, and the code; gradients have no
    // denominators.
    let productCount: Int
    switch training {
    case .factorisation:
      productCount = isEuclidean ? 2 : 4
      iterate = {
        model.update(templates: false, activations: true)
        model.update(templates: true, activations: false)
        model.normalise()
      }
      iterateNaively = {
        isEuclidean ? naive.updateEuclidean() : naive.updateKullbackLeibler()
      }
    case .multiplicative:
      productCount = isEuclidean ? 5 : 6
      let autoencoder = NonnegativeAutoencoder(decoder: model)
      iterate = { autoencoder.step() }
      iterateNaively = { naive.updateAutoencoder(divergence) }
    case .gradient(let rule):
      productCount = 5
      var settings = GradientSettings()
      settings.rule = rule
      let autoencoder = GradientAutoencoder(decoder: model, settings: settings)
      iterate = { autoencoder.step() }
      iterateNaively = { naive.stepByGradient(divergence) }
    }
    let all = StandardTask.binCount * StandardTask.frameCount * StandardTask.componentCount
    return Measurement(
      Stopwatch.measure(runs: Benchmark.runs, iterate),
      naiveMilliseconds: Benchmark.naiveMilliseconds(naiveRuns, iterateNaively),
      multiplications: Double(productCount * templateFrames) * task.freeProducts,
      denseMultiplications: Double(productCount * templateFrames * all) * 1e-6)
  }
}
