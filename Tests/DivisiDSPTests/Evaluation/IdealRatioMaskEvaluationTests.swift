import Glibc
import DivisiDSP
import DivisiTestSupport
import Testing

@Suite struct IdealRatioMaskEvaluationTests {
  private static let grid = TimeGrid(sampleRate: 8000, windowLength: 256, hopSize: 64)

  private func tone(_ hertz: Double, count: Int = 4000) -> [Float] {
    (0..<count).map { Float(0.4 * cos(2 * .pi * hertz * Double($0) / 8000)) }
  }

  private func noise(seed: UInt64, count: Int = 4000) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in generator.nextUnit() - 0.5 }
  }

  private func energy(_ signal: [Float]) -> Double {
    signal.reduce(0) { $0 + Double($1) * Double($1) }
  }

  /// Tones in bins of their own come back as they were, but for the click of their edges, which they
  /// share.
  @Test func partsThatDoNotOverlapComeBack() {
    let references = [tone(500), tone(2500)]
    let mixture = zip(references[0], references[1]).map { $0 + $1 }
    let estimates = IdealRatioMask.estimates(
      of: mixture, references: references, grid: Self.grid, exponent: 2)
    for (reference, estimate) in zip(references, estimates) {
      let error = energy(zip(reference, estimate).map { $0 - $1 })
      #expect(error < 1e-3 * energy(reference))
    }
  }

  /// The masks sum to one: the estimates add up to the mixture, where nothing sounds as well.
  @Test(arguments: [Float(1), 2]) func estimatesAddUp(exponent: Float) {
    let references = [noise(seed: 1), noise(seed: 2), [Float](repeating: 0, count: 4000)]
    let mixture = noise(seed: 3)
    let estimates = IdealRatioMask.estimates(
      of: mixture, references: references, grid: Self.grid, exponent: exponent)
    for index in mixture.indices {
      let sum = estimates.reduce(Float(0)) { $0 + $1[index] }
      #expect(abs(sum - mixture[index]) < 1e-5)
    }
    #expect(energy(estimates[2]) < 1e-12)
  }

  @Test func samplesDoNotDependOnThreads() {
    let references = [noise(seed: 1), noise(seed: 2)]
    let mixture = noise(seed: 3)
    let backwards: Parallel = { count, body in for index in (0..<count).reversed() { body(index) } }
    func run(_ parallel: @escaping Parallel) -> [[Float]] {
      IdealRatioMask.estimates(
        of: mixture, references: references, grid: Self.grid, exponent: 2, parallel: parallel)
    }
    #expect(run(sequentially) == run(backwards))
  }
}

@Suite struct ApproximationEvaluationTests {
  /// The distance is what adding up ΣWH entry by entry gives.
  @Test(arguments: [1, 3]) func distanceIsThatOfTheSum(templateFrames: Int) {
    let (binCount, frameCount, componentCount) = (19, 12, 3)
    var generator = SeededGenerator(seed: 7)
    let V = Matrix(rowCount: binCount, columnCount: frameCount)
    for frame in 0..<frameCount {
      for bin in 0..<binCount { V[bin, frame] = generator.nextUnit() }
    }
    let full = BinBlocks.full(binCount: binCount)
    let W = Templates(
      binCount: binCount, supports: (0..<componentCount).map { _ in full },
      frameCount: templateFrames)
    for component in 0..<componentCount {
      for frame in 0..<templateFrames {
        for bin in 0..<binCount {
          W.frame(frame, ofComponent: component)[bin] = generator.nextUnit()
        }
      }
    }
    var rows = (0..<componentCount).map { _ in ActivationPattern.Row(frameCount: frameCount) }
    for component in 0..<componentCount {
      rows[component].open(component..<frameCount - component, part: component)
    }
    let pattern = ActivationPattern(rows: rows, frameCount: frameCount)
    let model = ConvolutiveNMF(
      spectrogram: Spectrogram(V), templates: W.copy(), pattern: pattern,
      divergence: Divergence(beta: 1))
    for entry in 0..<pattern.entryCount { model.H[entry] = generator.nextUnit() }

    var error = 0.0
    var norm = 0.0
    let shown = Matrix(rowCount: binCount, columnCount: 1)
    for frame in 0..<frameCount {
      var sum = [Double](repeating: 0, count: binCount)
      for entry in 0..<pattern.entryCount {
        let delay = frame - Int(pattern.frames[entry])
        guard (0..<templateFrames).contains(delay) else { continue }
        let template = W.frame(delay, ofComponent: Int(pattern.components[entry]))
        for bin in 0..<binCount { sum[bin] += Double(template[bin] * model.H[entry]) }
      }
      model.approximation(ofFrame: frame, into: shown.column(0))
      for bin in 0..<binCount {
        #expect(abs(Double(shown[bin, 0]) - sum[bin]) < 1e-5)
        let v = Double(model.V.values[bin, frame])
        error += (v - sum[bin]) * (v - sum[bin])
        norm += v * v
      }
    }
    let distance = model.distance()
    #expect(abs(distance.error - error.squareRoot()) < 1e-5 * error.squareRoot())
    #expect(abs(distance.norm - norm.squareRoot()) < 1e-5 * norm.squareRoot())
  }
}
