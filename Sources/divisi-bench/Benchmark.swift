import DivisiDSP
import Glibc

/// What one benchmark found.
struct Measurement {
  /// Processor time of one iteration.
  let milliseconds: Double
  /// The same with dense loops.
  let naiveMilliseconds: Double
  /// Multiplications of one iteration in millions, zeros left out.
  let multiplications: Double
  /// The same without leaving out zeros.
  let denseMultiplications: Double
}

/// Something to be timed.
struct Benchmark: Sendable {
  /// What it is called on the command line.
  let name: String
  /// Times it, and its naive counterpart.
  let measure: @Sendable (StandardTask) -> Measurement

  private static let runs = 7
  private static let naiveRuns = 1

  /// Everything there is.
  static let all =
    [
      Benchmark(name: "stft", measure: measureSTFT),
      Benchmark(name: "nmf-kl") { measure($0, Divergence(beta: 1), .factorisation) },
      Benchmark(name: "nmf-eu") { measure($0, Divergence(beta: 2), .factorisation) },
      Benchmark(name: "nmfd-5-kl") {
        measure($0, Divergence(beta: 1), .factorisation, templateFrames: 5)
      },
      Benchmark(name: "nmfd-16-kl") {
        measure($0, Divergence(beta: 1), .factorisation, templateFrames: 16)
      },
      Benchmark(name: "nae-kl") { measure($0, Divergence(beta: 1), .multiplicative) },
      Benchmark(name: "nae-eu") { measure($0, Divergence(beta: 2), .multiplicative) },
      Benchmark(name: "cae-5-kl") {
        measure($0, Divergence(beta: 1), .multiplicative, templateFrames: 5)
      },
    ]
    + GradientRule.allCases.map { rule in
      Benchmark(name: "nae-\(rule)-eu") { measure($0, Divergence(beta: 2), .gradient(rule)) }
    } + [
      Benchmark(name: "nae-rmsprop-kl") {
        measure($0, Divergence(beta: 1), .gradient(.rmsprop))
      },
      Benchmark(name: "cae-5-rmsprop-kl") {
        measure($0, Divergence(beta: 1), .gradient(.rmsprop), templateFrames: 5)
      },
    ]

  /// How activations come about, and how they change.
  private enum Training {
    case factorisation, multiplicative
    case gradient(GradientRule)
  }

  private static func measure(
    _ task: StandardTask, _ divergence: Divergence, _ training: Training, templateFrames: Int = 1
  ) -> Measurement {
    let model = task.makeModel(divergence, templateFrames: templateFrames)
    var naive = NaiveModel(templateFrames: templateFrames)
    let isEuclidean = divergence == Divergence(beta: 2)
    let iterate: () -> Void
    let iterateNaively: () -> Void
    // Products of K · R · N multiplications, once per template frame: one for V̂; for each factor one
    // for the numerator and, unless KL makes it a sum, one for the denominator. An encoder needs the
    // decoder's products as well as its own, and the code; gradients have no denominators.
    let productCount: Int
    switch training {
    case .factorisation:
      productCount = isEuclidean ? 5 : 3
      iterate = {
        model.update(templates: true, activations: true)
        model.normalise()
      }
      iterateNaively = {
        isEuclidean ? naive.updateEuclidean() : naive.updateKullbackLeibler()
      }
    case .multiplicative:
      productCount = isEuclidean ? 8 : 6
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
      milliseconds: Stopwatch.milliseconds(runs: runs, iterate),
      naiveMilliseconds: Stopwatch.milliseconds(runs: naiveRuns, iterateNaively),
      multiplications: Double(productCount * templateFrames) * task.freeProducts,
      denseMultiplications: Double(productCount * templateFrames * all) * 1e-6)
  }

  /// All frames by FFT, against the definition of the Fourier transform on a few of them.
  private static func measureSTFT(_ task: StandardTask) -> Measurement {
    let grid = TimeGrid(sampleRate: 44_100, windowLength: 2048, hopSize: 512)
    let stft = STFT(grid: grid)
    let frameCount = StandardTask.frameCount
    var generator = SeededGenerator(seed: 4)
    let signal = (0..<(frameCount - 1) * grid.hopSize).map { _ in generator.nextUnit() - 0.5 }
    let buffer = stft.makeBuffer()
    let time = Stopwatch.milliseconds(runs: runs) {
      signal.withUnsafeBufferPointer { samples in
        for frame in 0..<frameCount { stft.analyse(samples, frame: frame, into: buffer) }
      }
    }
    let length = grid.windowLength
    let naiveFrames = 8
    let waves = (0..<length).map { Float(cos(2 * .pi * Double($0) / Double(length))) }
    var sink: Float = 0
    let naiveTime = Stopwatch.milliseconds(runs: naiveRuns) {
      for frame in 0..<naiveFrames {
        for bin in 0..<grid.binCount {
          var (real, imaginary) = (Float(0), Float(0))
          for index in 0..<length {
            let phase = bin * index % length
            let sample = signal[frame * grid.hopSize + index]
            real += sample * waves[phase]
            imaginary += sample * waves[(phase + 3 * length / 4) % length]
          }
          sink += real * imaginary
        }
      }
    }
    precondition(sink.isFinite, "transform of a finite signal")
    // A split-radix FFT of n real samples takes about n / 2 · log2 n multiplications.
    let perFrame = Double(length) / 2 * log2(Double(length)) + Double(length)
    return Measurement(
      milliseconds: time,
      naiveMilliseconds: naiveTime * Double(frameCount) / Double(naiveFrames),
      multiplications: perFrame * Double(frameCount) * 1e-6,
      denseMultiplications: Double(2 * length * grid.binCount * frameCount) * 1e-6)
  }
}
