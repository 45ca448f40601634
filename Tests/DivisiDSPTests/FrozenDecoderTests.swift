import DivisiDSP
import DivisiTestSupport
import Testing

/// Frozen decoders whose inputs are found by gradients.
struct FrozenDecoderTests {
  static let cases: [GradientCase] = GradientRule.allCases.flatMap { rule in
    [1, 4].flatMap { frames in
      [Float(1), 2].flatMap { beta in
        [false, true].map { isPenalised in
          var item = GradientCase(beta: beta, templateFrames: frames)
          item.settings.rule = rule
          item.settings.sparsity = isPenalised ? 0.05 : 0
          item.settings.activity = isPenalised ? 0.2 : 0
          return item
        }
      }
    }
  }

  private func make(
    _ item: GradientCase, _ problem: FactorisationProblem,
    parallel: @escaping Parallel = sequentially
  ) -> GradientInputs {
    GradientInputs(
      decoder: problem.makeModel(beta: item.beta, parallel: parallel), settings: item.settings,
      parallel: parallel)
  }

  /// Against differences of the loss itself, which sums in double precision; steps are long enough
  /// for the single precision of V̂.
  @Test(arguments: cases, Nonlinearity.allCases)
  func gradientsAreCentralDifferences(item: GradientCase, nonlinearity: Nonlinearity) {
    var item = item
    item.settings.nonlinearity = nonlinearity
    var problem = item.problem()
    problem.V = problem.V.map { $0.map { max($0, 0.01) } }
    let inputs = make(item, problem)
    let (H, weights) = (inputs.decoder.H, inputs.decoder.pattern.weights)
    let found = inputs.gradient()
    let largest = found.map(abs).max() ?? 0
    #expect(found.count == H.count && largest > 0)
    for entry in stride(from: 0, to: H.count, by: 7) {
      let (start, step) = (H[entry], Float(0.02))
      H[entry] = start + step * weights[entry]
      let above = inputs.loss()
      H[entry] = start - step * weights[entry]
      let below = inputs.loss()
      H[entry] = start
      let expected = Float((above - below) / Double(2 * step))
      #expect(abs(found[entry] - expected) < 2e-3 * largest)
    }
  }

  @Test(arguments: cases)
  func stepsLowerTheLossAndLeaveTheTemplates(item: GradientCase) {
    let problem = item.problem()
    let inputs = make(item, problem)
    let start = inputs.loss()
    for _ in 0..<60 { inputs.step() }
    #expect(inputs.loss() < 0.95 * start)
    #expect(inputs.decoder.H.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(inputs.deadComponents().isEmpty)
    for component in 0..<FactorisationProblem.componentCount {
      for frame in 0..<item.templateFrames {
        let w = inputs.decoder.W.frame(frame, ofComponent: component)
        #expect(
          (0..<FactorisationProblem.binCount).allSatisfy {
            w[$0] == problem.W[component][frame][$0]
          })
      }
    }
  }

  /// The divergence is convex in H, so gradients and multiplicative steps end at the same loss.
  @Test(arguments: GradientRule.allCases)
  func inputsEndWhereMultiplicativeStepsDo(rule: GradientRule) {
    var item = GradientCase(beta: 2)
    item.settings.rule = rule
    let problem = item.problem()
    let inputs = make(item, problem)
    let other = problem.makeModel(beta: 2)
    for _ in 0..<2000 {
      inputs.step()
      other.update(templates: false, activations: true)
    }
    #expect(abs(inputs.loss() / other.loss() - 1) < 0.02)
  }

  @Test(arguments: cases)
  func bitsDoNotDependOnThreads(item: GradientCase) {
    let bits = [sequentially, shuffled(seed: 5), threaded].map { parallel in
      let inputs = make(item, item.problem(), parallel: parallel)
      for _ in 0..<3 { inputs.step() }
      return (inputs.decoder.H.map(\.bitPattern), inputs.loss().bitPattern)
    }
    for other in bits.dropFirst() { #expect(other == bits[0]) }
  }

  @Test(arguments: cases)
  func silenceStaysFinite(item: GradientCase) {
    var problem = item.problem()
    problem.V = problem.V.map { $0.map { _ in 0 } }
    let inputs = make(item, problem)
    for _ in 0..<4 { inputs.step() }
    #expect(inputs.decoder.H.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(inputs.loss().isFinite)
    #expect(inputs.deadComponents().isEmpty)
  }

  @Test func deadComponentsAreFound() {
    var item = GradientCase(beta: 2)
    item.settings.isRelative = false
    item.settings.learningRate = 100
    item.settings.rule = .sgd
    let inputs = make(item, item.problem())
    inputs.step()
    #expect(!inputs.deadComponents().isEmpty)
  }
}
