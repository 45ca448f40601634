import Testing

@testable import DivisiDSP

/// What single precision and speed must not cost, over many iterations and many frames.
struct LongRunTests {
  /// The loss after as many iterations is that of the plain formulas in double precision, as other
  /// implementations compute them: NMF and NMFD with a step on W and one on H, autoencoders with a
  /// step on both.
  @Test(arguments: ModelCase.all(betas: [1, 2]))
  func lossIsThatOfThePlainFormulas(item: ModelCase) {
    let problem = FactorisationProblem(
      templateFrames: item.family.templateFrames, isSparse: true, seed: 41)
    let subject = Subject(item, problem)
    var reference = DenseReference(problem, beta: Double(item.beta))
    if item.family.hasEncoder { reference.startEncoder() }
    let start = reference.loss
    for _ in 0..<40 {
      if item.family.hasEncoder {
        subject.iterate()
        reference.updateAutoencoder()
        reference.normalise()
        reference.encode()
      } else {
        subject.model.update(templates: true, activations: false)
        subject.model.normalise()
        subject.model.update(templates: false, activations: true)
        reference.update(templates: true, activations: false)
        reference.normalise()
        reference.update(templates: false, activations: true)
      }
    }
    #expect(reference.loss < start)
    #expect(abs(subject.model.loss() - reference.loss) <= 1e-3 * reference.loss)
  }

  /// One component that sounds in every one of 20,000 frames: sums in one accumulator would be off by
  /// some 1e-4.
  @Test(arguments: [Float(1), 2])
  func longSumsDoNotDrift(beta: Float) {
    let (binCount, frameCount) = (8, 20_000)
    var generator = SeededGenerator(seed: 43)
    let V = Matrix(rowCount: binCount, columnCount: frameCount)
    for frame in 0..<frameCount {
      for bin in 0..<binCount { V[bin, frame] = 0.1 + 0.9 * generator.nextUnit() }
    }
    var row = ActivationPattern.Row(frameCount: frameCount)
    for frame in 0..<frameCount {
      row.open(frame..<frame + 1, part: 0, weight: 0.1 + 0.9 * generator.nextUnit())
    }
    let templates = Templates(
      binCount: binCount, supports: [.full(binCount: binCount)], frameCount: 1)
    for bin in 0..<binCount { templates.values[bin, 0] = 0.1 * Float(bin + 1) }
    let model = ConvolutiveNMF(
      spectrogram: Spectrogram(V), templates: templates.copy(),
      pattern: ActivationPattern(rows: [row], frameCount: frameCount),
      divergence: Divergence(beta: beta))
    model.update(templates: true, activations: false)
    for bin in 0..<binCount {
      let w = Double(templates.values[bin, 0])
      var (numerator, denominator) = (0.0, 1e-9)
      for frame in 0..<frameCount {
        let (v, h) = (Double(model.V.values[bin, frame]), Double(row.weights[frame]))
        numerator += beta == 1 ? v / (w * h + 1e-9) * h : v * h
        denominator += beta == 1 ? h : w * h * h
      }
      let expected = w * numerator / denominator
      #expect(abs(Double(model.W.values[bin, 0]) - expected) <= 1e-5 * expected)
    }
  }
}
