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
  static let all = [
    Benchmark(name: "stft", measure: measureSTFT),
    Benchmark(name: "nmf-kl") { measure($0, Divergence(beta: 1)) },
    Benchmark(name: "nmf-eu") { measure($0, Divergence(beta: 2)) },
    Benchmark(name: "nmfd") {
      measure($0, Divergence(beta: 1), templateFrames: StandardTask.templateFrames)
    },
    Benchmark(name: "nae-kl") { measure($0, Divergence(beta: 1), hasEncoder: true) },
    Benchmark(name: "nae-eu") { measure($0, Divergence(beta: 2), hasEncoder: true) },
  ]

  private static func measure(
    _ task: StandardTask, _ divergence: Divergence, templateFrames: Int = 1,
    hasEncoder: Bool = false
  ) -> Measurement {
    let model = task.makeModel(divergence, templateFrames: templateFrames)
    let autoencoder = hasEncoder ? NonnegativeAutoencoder(decoder: model) : nil
    let time = Stopwatch.milliseconds(runs: runs) {
      model.approximate()
      if let autoencoder {
        autoencoder.updateEncoder()
        model.update(templates: true, activations: false)
        autoencoder.normalise()
        autoencoder.encode()
      } else {
        model.update(templates: true, activations: true)
        model.normalise()
      }
    }
    var naive = NaiveModel(templateFrames: templateFrames)
    let naiveTime = Stopwatch.milliseconds(runs: naiveRuns) {
      if hasEncoder {
        naive.updateAutoencoder(divergence)
      } else if divergence == Divergence(beta: 2) {
        naive.updateEuclidean()
      } else {
        naive.updateKullbackLeibler()
      }
    }
    let products = Double(
      productCount(isEuclidean: divergence == Divergence(beta: 2), hasEncoder: hasEncoder)
        * templateFrames)
    let all = StandardTask.binCount * StandardTask.frameCount * StandardTask.componentCount
    return Measurement(
      milliseconds: time, naiveMilliseconds: naiveTime,
      multiplications: products * task.freeProducts,
      denseMultiplications: products * Double(all) * 1e-6)
  }

  /// How many products of K · R · N multiplications an iteration of a model takes.
  ///
  /// One for V̂; for each factor one for the numerator and, unless KL makes it a sum, one for the
  /// denominator. The encoder needs the decoder's products as well as its own two, and the code.
  private static func productCount(isEuclidean: Bool, hasEncoder: Bool) -> Int {
    let perFactor = isEuclidean ? 2 : 1
    return 1 + 2 * perFactor + (hasEncoder ? 3 : 0)
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
