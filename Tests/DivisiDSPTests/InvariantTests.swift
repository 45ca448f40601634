import DivisiDSP
import DivisiTestSupport
import Testing

/// What holds for every model, whatever the data.
struct InvariantTests {
  static let cases = ModelCase.all(betas: [-1, 0, 0.5, 1, 1.5, 2, 3])
  static let monotoneCases = ModelCase.all(betas: [1, 1.5, 2])

  private func problem(_ item: ModelCase, seed: UInt64 = 21) -> FactorisationProblem {
    FactorisationProblem(
      templateFrames: item.family.templateFrames, isSparse: true, seed: seed)
  }

  @Test(arguments: cases)
  func valuesStayNonNegativeAndFinite(item: ModelCase) {
    let subject = Subject(item, problem(item))
    for _ in 0..<5 { subject.iterate() }
    #expect(subject.values.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(subject.values.contains { $0 > 0 })
  }

  @Test(arguments: cases)
  func zerosOfTemplatesStayZero(item: ModelCase) {
    let problem = problem(item)
    let subject = Subject(item, problem)
    for _ in 0..<5 { subject.iterate() }
    for component in 0..<FactorisationProblem.componentCount {
      for frame in 0..<item.family.templateFrames {
        let w = subject.model.W.frame(frame, ofComponent: component)
        let encoder = subject.autoencoder?.encoder.frame(frame, ofComponent: component)
        for bin in 0..<subject.model.W.values.columnStride
        where bin >= FactorisationProblem.binCount
          || !FactorisationProblem.isOpen(bin, component)
        {
          #expect(w[bin] == 0)
          if let encoder { #expect(encoder[bin] == 0) }
        }
      }
    }
  }

  @Test(arguments: monotoneCases.filter { !$0.family.hasEncoder }, [false, true])
  func divergenceDoesNotRise(item: ModelCase, updatesTemplates: Bool) {
    let model = Subject(item, problem(item)).model
    expectDescent(of: model) {
      model.update(templates: updatesTemplates, activations: !updatesTemplates)
    }
  }

  /// V̂ is linear in the encoder, so its updates are those of a factor.
  @Test(arguments: monotoneCases.filter { $0.family.hasEncoder }, [false, true])
  func divergenceOfTheAutoencoderDoesNotRise(item: ModelCase, updatesTemplates: Bool) throws {
    let subject = Subject(item, problem(item))
    let autoencoder = try #require(subject.autoencoder)
    expectDescent(of: subject.model) {
      if updatesTemplates {
        subject.model.update(templates: true, activations: false)
      } else {
        autoencoder.update(encoder: true, decoder: false)
        autoencoder.encode()
      }
    }
  }

  /// The loss may rise by what single precision leaves of it, no more.
  private func expectDescent(of model: ConvolutiveNMF, _ step: () -> Void) {
    let start = model.loss()
    var last = start
    for _ in 0..<8 {
      step()
      let loss = model.loss()
      #expect(loss <= last * (1 + 1e-6))
      last = loss
    }
    #expect(last < 0.99 * start)
  }

  @Test(arguments: cases)
  func bitsDoNotDependOnThreads(item: ModelCase) {
    let executors = [sequentially, sequentially, shuffled(seed: 5), threaded]
    let bits = executors.map { parallel in
      let subject = Subject(item, problem(item), parallel: parallel)
      for _ in 0..<3 { subject.iterate() }
      return (subject.values.map(\.bitPattern), subject.model.loss().bitPattern)
    }
    for other in bits.dropFirst() {
      #expect(other.0 == bits[0].0)
      #expect(other.1 == bits[0].1)
    }
  }

  @Test(arguments: cases)
  func normalisingLeavesTheApproximation(item: ModelCase) {
    let subject = Subject(item, problem(item))
    subject.model.update(templates: true, activations: false)
    let before = approximation(subject.model)
    if let autoencoder = subject.autoencoder {
      let H = Array(subject.model.H)
      autoencoder.encode()
      #expect(largestDifference(Array(subject.model.H), H) < 1e-6 * (H.max() ?? 0))
      autoencoder.normalise()
      let scaled = Array(subject.model.H)
      autoencoder.encode()
      #expect(largestDifference(Array(subject.model.H), scaled) < 1e-5 * (scaled.max() ?? 0))
    } else {
      subject.model.normalise()
    }
    let after = approximation(subject.model)
    #expect(largestDifference(before, after) < 1e-5 * (before.max() ?? 0))
    for component in 0..<FactorisationProblem.componentCount {
      #expect(abs(subject.model.W.sum(ofComponent: component) - 1) < 1e-5)
    }
  }

  @Test(arguments: cases)
  func aFinishedModelCanBeRead(item: ModelCase) {
    let subject = Subject(item, problem(item))
    subject.iterate()
    let (loss, fitted) = (subject.model.loss(), approximation(subject.model))
    subject.model.finish()
    #expect(subject.model.loss() == loss)
    #expect(approximation(subject.model) == fitted)
    #expect(fitted.contains { $0 > 0 })
  }

  @Test(arguments: cases)
  func templatesThatHaveVanishedStayFinite(item: ModelCase) {
    let subject = Subject(item, problem(item))
    for component in 0..<FactorisationProblem.componentCount {
      subject.model.W.scale(component: component, by: Float.leastNonzeroMagnitude * 700)
    }
    if let autoencoder = subject.autoencoder {
      autoencoder.normalise()
    } else {
      subject.model.normalise()
    }
    #expect(subject.values.allSatisfy { $0 >= 0 && $0.isFinite })
  }

  @Test(arguments: cases)
  func silenceStaysFinite(item: ModelCase) {
    var problem = problem(item)
    problem.V = problem.V.map { $0.map { _ in 0 } }
    let subject = Subject(item, problem)
    for _ in 0..<4 { subject.iterate() }
    #expect(subject.values.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(subject.model.loss().isFinite)
  }

  @Test(arguments: cases)
  func silentFramesAndBinsStayFinite(item: ModelCase) {
    var problem = problem(item)
    for frame in problem.V.indices {
      for bin in problem.V[frame].indices where frame < 6 || frame == 21 || bin % 3 == 0 {
        problem.V[frame][bin] = 0
      }
    }
    let subject = Subject(item, problem)
    for _ in 0..<4 { subject.iterate() }
    #expect(subject.values.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(subject.model.loss().isFinite)
    #expect(subject.model.H.contains { $0 > 0 })
  }

  @Test(arguments: cases)
  func componentWithoutEntriesIsLeftAlone(item: ModelCase) {
    let problem = problem(item)
    let subject = Subject(item, problem)
    let silent = FactorisationProblem.silentComponent
    subject.model.update(templates: true, activations: true)
    subject.autoencoder?.update(encoder: true, decoder: false)
    for frame in 0..<item.family.templateFrames {
      let w = subject.model.W.frame(frame, ofComponent: silent)
      #expect(problem.W[silent][frame].indices.allSatisfy { w[$0] == problem.W[silent][frame][$0] })
    }
  }

  @Test(arguments: [Family.NMF, .NMFD])
  func gainIsTheLeastSquaresOne(family: Family) {
    let item = ModelCase(family: family, beta: 1)
    let problem = problem(item)
    let model = Subject(item, problem).model
    let fitted = approximation(model).map(Double.init)
    let V = problem.V.flatMap { $0.map(Double.init) }
    let product = zip(V, fitted).reduce(0) { $0 + $1.0 * $1.1 }
    let energy = fitted.reduce(0) { $0 + $1 * $1 }
    #expect(abs(Double(model.leastSquaresGain()) - product / energy) < 1e-5 * product / energy)
    for entry in model.H.indices { model.H[entry] = 0 }
    #expect(model.leastSquaresGain() == 1)
  }

  /// V̂, frame after frame, through the masks' own way to it.
  private func approximation(_ model: ConvolutiveNMF) -> [Float] {
    DivisiDSPTests.approximation(of: model, part: nil)
  }
}
