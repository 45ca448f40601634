import DivisiDSP
import Glibc

/// The transform of a whole recording, against its definition.
enum TransformBenchmarks {
  static let all = [Benchmark(name: "stft", measure: measureAnalysis)]

  /// All frames by FFT, against the definition of the Fourier transform on a few of them.
  private static func measureAnalysis(_ naiveRuns: Int) -> Measurement {
    let grid = TimeGrid(sampleRate: 44_100, windowLength: 2048, hopSize: 512)
    let stft = STFT(grid: grid)
    let frameCount = StandardTask.frameCount
    var generator = SeededGenerator(seed: 4)
    let signal = (0..<(frameCount - 1) * grid.hopSize).map { _ in generator.nextUnit() - 0.5 }
    let buffer = stft.makeBuffer()
    let time = Stopwatch.measure(runs: Benchmark.runs) {
      signal.withUnsafeBufferPointer { samples in
        for frame in 0..<frameCount { stft.analyse(samples, frame: frame, into: buffer) }
      }
    }
    let length = grid.windowLength
    let naiveFrames = 8
    let waves = (0..<length).map { Float(cos(2 * .pi * Double($0) / Double(length))) }
    var sink: Float = 0
    let naiveTime = Benchmark.naiveMilliseconds(naiveRuns) {
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
      time, naiveMilliseconds: naiveTime.map { $0 * Double(frameCount) / Double(naiveFrames) },
      multiplications: perFrame * Double(frameCount) * 1e-6,
      denseMultiplications: Double(2 * length * grid.binCount * frameCount) * 1e-6)
  }
}
