import DivisiDSP
import DivisiTestSupport
import Testing

/// Gradients of the additive autoencoder, and what holds for its steps whatever the data.
struct GradientTests {
  /// Of the largest derivative of a kind: single precision against double, through sums of 37 · 5
  /// products.
  private static let tolerance = 2e-4

  @Test(arguments: GradientCase.all + GradientCase.deep + GradientCase.freeDecoders)
  func gradientsAreCentralDifferences(item: GradientCase) {
    var problem = item.problem()
    // Away from the kinks of the divergences, where central differences say nothing.
    problem.V = problem.V.map { $0.map { max($0, 0.01) } }
    let autoencoder = item.make(problem)
    if !item.settings.isDecoderNonnegative {
      // Where what is negative silences some bins, and not others.
      for component in 0..<2 {
        let w = autoencoder.decoder.W.frame(0, ofComponent: component)
        for bin in stride(from: component, to: FactorisationProblem.binCount, by: 3) {
          w[bin] *= -1.5
        }
      }
    }
    if !item.settings.isEncoderNonnegative {
      for component in 0..<FactorisationProblem.componentCount {
        let row = autoencoder.encoder.frame(0, ofComponent: component)
        for bin in stride(from: 0, to: FactorisationProblem.binCount, by: 2) { row[bin] *= -0.5 }
      }
      autoencoder.encode()
    }
    if item.settings.hasBiases {
      // Away from the kinks of the nonlinearities, which silence without biases is on.
      for index in autoencoder.encoderBiases.indices { autoencoder.encoderBiases[index] = 0.1 }
      for index in autoencoder.decoderBiases.indices { autoencoder.decoderBiases[index] = 0.2 }
      autoencoder.encode()
    }
    if item.settings.layerCount > 2 {
      // Away from the identity, which hidden layers start as.
      for _ in 0..<4 { autoencoder.step() }
    }
    let reference = GradientReference(autoencoder, problem)
    #expect(abs(autoencoder.loss() - reference.loss) < 1e-5 * reference.loss)
    let found = autoencoder.gradient()
    var pairs: [(kind: Int, found: Double, expected: Double)] = []
    for component in 0..<FactorisationProblem.componentCount
    where component != FactorisationProblem.silentComponent {
      let column = component * item.templateFrames + component % item.templateFrames
      for bin in stride(
        from: component, to: FactorisationProblem.binCount,
        by: item.settings.layerCount > 2 ? 11 : 5)
      where !item.isSparse || FactorisationProblem.isOpen(bin, component) {
        pairs.append(
          (0, Double(found.templates[column][bin]), reference.slope(\.W[column][bin])))
        pairs.append(
          (1, Double(found.encoder[column][bin]), reference.slope(\.encoder[column][bin])))
      }
      for layer in found.encoderLayers.indices {
        for other in 0..<FactorisationProblem.componentCount {
          pairs.append(
            (
              4 + layer, Double(found.encoderLayers[layer][component][other]),
              reference.slope(\.encoderLayers[layer][component][other])
            ))
          guard !item.isSparse, GradientCase.sounds[component] == GradientCase.sounds[other] else {
            continue
          }
          pairs.append(
            (
              8 + layer, Double(found.decoderLayers[layer][component][other]),
              reference.slope(\.decoderLayers[layer][component][other], isWeight: true)
            ))
        }
        if item.settings.hasBiases {
          pairs.append(
            (
              12 + layer, Double(found.encoderLayerBiases[layer][component]),
              reference.slope(\.encoderLayerBiases[layer][component])
            ))
        }
      }
      if item.settings.hasBiases {
        pairs.append(
          (2, Double(found.encoderBias[component]), reference.slope(\.encoderBias[component])))
      }
    }
    for (bin, slope) in found.decoderBias.enumerated() {
      pairs.append((3, Double(slope), reference.slope(\.decoderBias[bin])))
    }
    #expect(pairs.count > 30)
    for kind in 0..<16 {
      let some = pairs.filter { $0.kind == kind }
      let largest = some.map { abs($0.expected) }.max() ?? 0
      for pair in some {
        #expect(abs(pair.found - pair.expected) <= Self.tolerance * largest, "kind \(kind)")
      }
    }
  }

  @Test(arguments: GradientCase.rules)
  func stepsLowerTheLoss(item: GradientCase) {
    let autoencoder = item.make(item.problem())
    let start = autoencoder.loss()
    for _ in 0..<60 { autoencoder.step() }
    #expect(autoencoder.loss() < 0.9 * start)
  }

  @Test(arguments: GradientCase.rules)
  func zerosStayZeroAndDecodersNonnegative(item: GradientCase) {
    let autoencoder = item.make(item.problem())
    for _ in 0..<20 { autoencoder.step() }
    for component in 0..<FactorisationProblem.componentCount {
      for frame in 0..<item.templateFrames {
        let w = autoencoder.decoder.W.frame(frame, ofComponent: component)
        let encoder = autoencoder.encoder.frame(frame, ofComponent: component)
        for bin in 0..<autoencoder.encoder.values.columnStride {
          #expect(w[bin] >= 0 && w[bin].isFinite && encoder[bin].isFinite)
          if item.settings.isEncoderNonnegative { #expect(encoder[bin] >= 0) }
          if bin >= FactorisationProblem.binCount || !FactorisationProblem.isOpen(bin, component) {
            #expect(w[bin] == 0 && encoder[bin] == 0)
          }
        }
      }
    }
    #expect(autoencoder.decoder.H.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(autoencoder.decoder.H.contains { $0 > 0 })
  }

  @Test(arguments: GradientCase.rules)
  func bitsDoNotDependOnThreads(item: GradientCase) {
    let bits = [sequentially, shuffled(seed: 5), threaded].map { parallel in
      let autoencoder = item.make(item.problem(), parallel: parallel)
      for _ in 0..<3 { autoencoder.step() }
      return (autoencoder.decoder.H.map(\.bitPattern), autoencoder.loss().bitPattern)
    }
    for other in bits.dropFirst() { #expect(other == bits[0]) }
  }

  @Test(arguments: GradientCase.rules)
  func silenceStaysFinite(item: GradientCase) {
    var problem = item.problem()
    problem.V = problem.V.map { $0.map { _ in 0 } }
    let autoencoder = item.make(problem)
    for _ in 0..<4 { autoencoder.step() }
    #expect(autoencoder.decoder.H.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(autoencoder.loss().isFinite)
    #expect(autoencoder.deadComponents().isEmpty)
  }

  /// Relative steps on a non-negative encoder: what the defaults are for.
  @Test(arguments: GradientCase.rules.filter { $0.settings.isEncoderNonnegative })
  func defaultsKeepComponentsAlive(item: GradientCase) {
    let autoencoder = item.make(item.problem())
    for _ in 0..<100 { autoencoder.step() }
    #expect(autoencoder.deadComponents().isEmpty)
  }

  @Test func deadComponentsAreFound() {
    var item = GradientCase(beta: 2)
    item.settings.isRelative = false
    item.settings.learningRate = 100
    item.settings.rule = .sgd
    let autoencoder = item.make(item.problem())
    autoencoder.step()
    #expect(!autoencoder.deadComponents().isEmpty)
    #expect(!autoencoder.deadComponents().contains(FactorisationProblem.silentComponent))
  }

  @Test func biasesAreLearnt() {
    var item = GradientCase(beta: 2)
    item.settings.hasBiases = true
    var problem = item.problem()
    problem.V = problem.V.map { $0.map { $0 + 0.5 } }
    let biased = item.make(problem)
    item.settings.hasBiases = false
    let plain = item.make(problem)
    for _ in 0..<200 {
      biased.step()
      plain.step()
    }
    #expect(biased.loss() < 0.95 * plain.loss())
  }

  @Test func penaltiesMakeTheCodeSparserAndQuieterOutsideTheMask() {
    func code(_ change: (inout GradientSettings) -> Void) -> Float {
      var item = GradientCase(beta: 2)
      change(&item.settings)
      let autoencoder = item.make(item.problem())
      for _ in 0..<50 { autoencoder.step() }
      return autoencoder.decoder.H.reduce(0, +)
    }
    #expect(code { $0.sparsity = 1 } < 0.8 * code { _ in })
    #expect(code { $0.activity = 1 } < 0.9 * code { _ in })
  }
}
