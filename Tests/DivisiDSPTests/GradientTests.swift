import DivisiDSP
import DivisiTestSupport
import Testing

/// One way to build an additive autoencoder.
struct GradientCase: CustomTestStringConvertible {
  var beta: Float = 2
  var templateFrames = 1
  var settings = GradientSettings()

  var testDescription: String {
    "β = \(beta), T = \(templateFrames), \(settings.rule), \(settings.nonlinearity)"
      + (settings.hasBiases ? ", biases" : "") + (settings.isEncoderNonnegative ? "" : ", free")
      + (settings.sparsity > 0 ? ", L1" : "") + (settings.activity > 0 ? ", activity" : "")
      + (settings.isRelative ? "" : ", plain")
  }

  /// Every loss, activation, regulariser and length of template.
  static let all: [GradientCase] = {
    var result: [GradientCase] = []
    for templateFrames in [1, 4] {
      for beta in [Float(2), 1, 1.5] {
        for nonlinearity in Nonlinearity.allCases {
          for variant in 0..<4 {
            var item = GradientCase(beta: beta, templateFrames: templateFrames)
            item.settings.nonlinearity = nonlinearity
            item.settings.hasBiases = variant % 2 == 1
            item.settings.isEncoderNonnegative = variant < 2
            item.settings.sparsity = variant == 2 ? 0.05 : 0
            item.settings.activity = variant == 3 ? 0.2 : 0
            result.append(item)
          }
        }
      }
    }
    return result
  }()

  /// Every rule with every length of template.
  static let rules: [GradientCase] = GradientRule.allCases.flatMap { rule in
    [1, 4].flatMap { frames in
      [Float(1), 2].flatMap { beta in
        [true, false].map { isNonnegative in
          var item = GradientCase(beta: beta, templateFrames: frames)
          item.settings.rule = rule
          item.settings.isEncoderNonnegative = isNonnegative
          return item
        }
      }
    }
  }

  func problem(seed: UInt64 = 31) -> FactorisationProblem {
    FactorisationProblem(templateFrames: templateFrames, isSparse: true, seed: seed)
  }

  func make(_ problem: FactorisationProblem, parallel: @escaping Parallel = sequentially)
    -> GradientAutoencoder
  {
    GradientAutoencoder(
      decoder: problem.makeModel(beta: beta, parallel: parallel), settings: settings,
      parallel: parallel)
  }
}

/// Gradients of the additive autoencoder, and what holds for its steps whatever the data.
struct GradientTests {
  /// Of the largest derivative of a kind: single precision against double, through sums of 37 · 5
  /// products.
  private static let tolerance = 2e-4

  @Test(arguments: GradientCase.all)
  func gradientsAreCentralDifferences(item: GradientCase) {
    var problem = item.problem()
    // Away from the kinks of the divergences, where central differences say nothing.
    problem.V = problem.V.map { $0.map { max($0, 0.01) } }
    let autoencoder = item.make(problem)
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
    let reference = GradientReference(autoencoder, problem)
    #expect(abs(autoencoder.loss() - reference.loss) < 1e-5 * reference.loss)
    let found = autoencoder.gradient()
    var pairs: [(kind: Int, found: Double, expected: Double)] = []
    for component in 0..<FactorisationProblem.componentCount
    where component != FactorisationProblem.silentComponent {
      let column = component * item.templateFrames + component % item.templateFrames
      for bin in stride(from: component, to: FactorisationProblem.binCount, by: 5)
      where FactorisationProblem.isOpen(bin, component) {
        pairs.append(
          (0, Double(found.templates[column][bin]), reference.slope(\.W[column][bin])))
        pairs.append(
          (1, Double(found.encoder[column][bin]), reference.slope(\.encoder[column][bin])))
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
    for kind in 0..<4 {
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
