import DivisiTestSupport
import Testing

@testable import DivisiDSP

/// NMF, NMFD and the autoencoder on windows that move along a stream.
struct RecursiveModelTests {
  private static let components = 0..<FactorisationProblem.componentCount

  private func problem(frames: Int, seed: UInt64 = 5) -> FactorisationProblem {
    FactorisationProblem(templateFrames: frames, isSparse: true, seed: seed)
  }

  /// Memories that have heard nothing and start from a model's templates.
  private func memories(of model: ConvolutiveNMF, hasEncoder: Bool) -> [RecursiveMemory] {
    Self.components.map { component in
      let memory = RecursiveMemory(
        binCount: model.binCount, templateFrames: model.templateFrames,
        support: model.W.supports[component], hasEncoder: hasEncoder)
      for frame in 0..<model.templateFrames {
        let w = model.W.frame(frame, ofComponent: component)
        for bin in 0..<model.binCount { memory.template(frame)[bin] = w[bin] }
      }
      return memory
    }
  }

  /// All templates but that of the component that has no entry, which windows leave as it is.
  private func templates(_ model: ConvolutiveNMF) -> [Float] {
    Self.components.filter { $0 != FactorisationProblem.silentComponent }.flatMap { component in
      (0..<model.templateFrames).flatMap { frame in
        (0..<model.binCount).map { model.W.frame(frame, ofComponent: component)[$0] }
      }
    }
  }

  private func templates(_ memories: [RecursiveMemory]) -> [Float] {
    memories.flatMap { memory in
      (0..<memory.templateFrames).flatMap { frame in
        (0..<memory.binCount).map { memory.template(frame)[$0] }
      }
    }
  }

  private func expectClose(_ a: [Float], _ b: [Float], within tolerance: Float) {
    #expect(a.count == b.count)
    let scale = b.max() ?? 0
    #expect(scale > 0)
    #expect(zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * scale })
  }

  // MARK: Without a past

  @Test(arguments: [1, 5])
  func factorsWithoutAPastAreThoseOfTheModel(frames: Int) {
    let problem = problem(frames: frames)
    let plain = problem.makeModel(beta: 1)
    let model = problem.makeModel(beta: 1)
    let recursive = RecursiveNMF(
      model: model, memories: memories(of: model, hasEncoder: false))
    for _ in 0..<5 {
      plain.update(templates: true, activations: false)
      plain.normalise()
      plain.update(templates: false, activations: true)
      recursive.step()
    }
    let isSame = Array(plain.H) == Array(model.H) && templates(plain) == templates(model)
    #expect(isSame)
  }

  /// The denominator of the encoder is summed in another order: 1e-4 of the largest value after
  /// five steps is a few units in the last place each.
  @Test func autoencoderWithoutAPastIsThatOfTheModel() {
    let problem = problem(frames: 1)
    let plain = problem.makeModel(beta: 1)
    let autoencoder = NonnegativeAutoencoder(decoder: plain)
    let model = problem.makeModel(beta: 1)
    let recursive = RecursiveAutoencoder(
      model: model, memories: memories(of: model, hasEncoder: true))
    for _ in 0..<5 {
      autoencoder.step()
      recursive.step()
    }
    expectClose(Array(model.H), Array(plain.H), within: 1e-4)
    expectClose(templates(model), templates(plain), within: 1e-4)
  }

  @Test func refinementIsTheUpdateOfActivations() {
    let problem = problem(frames: 1)
    let model = problem.makeModel(beta: 1)
    let recursive = RecursiveAutoencoder(
      model: model, memories: memories(of: model, hasEncoder: true))
    let plain = problem.makeModel(beta: 1)
    _ = plain.H.update(fromContentsOf: model.H)
    let before = Array(model.H)
    recursive.refine(frames: 5..<12, steps: 2)
    for _ in 0..<2 {
      plain.update(templates: false, activations: true)
    }
    for entry in 0..<model.pattern.entryCount {
      let isIn = (5..<12).contains(Int(model.pattern.frames[entry]))
      let expected = isIn ? plain.H[entry] : before[entry]
      #expect(abs(model.H[entry] - expected) <= 1e-5 * max(expected, 1e-3))
    }
  }

  // MARK: With a past

  /// A window cut in two, the first half having left: a step on the templates from the second half
  /// and the sums of the first is the step of the whole.
  @Test(arguments: [1, 5])
  func sumsOfThePastStandForItsFrames(frames: Int) {
    let problem = problem(frames: frames)
    let whole = problem.makeModel(beta: 1)
    let past = memories(of: whole, hasEncoder: false)
    // No frame of the first part may reach into the second: its entries end T − 1 frames before.
    let cut = 11
    var silenced = problem
    for component in Self.components {
      for frame in max(0, cut - frames + 1)..<cut {
        silenced.rows[component].weights[frame] = 0
      }
    }
    let first = silenced.window(0..<cut)
    let second = silenced.window(cut..<FactorisationProblem.frameCount)
    let both = silenced.makeModel(beta: 1)

    let opening = RecursiveNMF(model: first, memories: past)
    opening.finish(leaving: cut, decay: 1)
    let closing = RecursiveNMF(model: second, memories: past)
    closing.updateTemplates()
    both.update(templates: true, activations: false)
    both.normalise()

    for component in Self.components where component != FactorisationProblem.silentComponent {
      for frame in 0..<frames {
        let a = second.W.frame(frame, ofComponent: component)
        let b = both.W.frame(frame, ofComponent: component)
        for bin in 0..<whole.binCount { #expect(abs(a[bin] - b[bin]) <= 1e-6) }
      }
    }
  }

  /// The autoencoder's code depends on its encoder, so halves agree with the whole where the encoder
  /// is the same: in the first step.
  @Test func sumsOfThePastStandForItsFramesInTheAutoencoder() {
    let problem = problem(frames: 1)
    let cut = 11
    let start = memories(of: problem.makeModel(beta: 1), hasEncoder: true)
    // Everybody begins with the encoder of the whole.
    let whole = problem.makeModel(beta: 1)
    RecursiveAutoencoder(model: whole, memories: start).finish(leaving: 0, decay: 1)
    let both = RecursiveAutoencoder(model: problem.makeModel(beta: 1), memories: start)
    let first = problem.window(0..<cut)
    let opening = RecursiveAutoencoder(model: first, memories: start)
    both.step()
    opening.finish(leaving: cut, decay: 1)
    let second = problem.window(cut..<FactorisationProblem.frameCount)
    let closing = RecursiveAutoencoder(model: second, memories: start)
    closing.step()
    expectClose(templates(second), templates(both.model), within: 1e-5)
    let codes = both.model.pattern.frames.indices.filter { both.model.pattern.frames[$0] >= cut }
    expectClose(Array(second.H), codes.map { both.model.H[$0] }, within: 1e-5)
  }

  @Test(arguments: [1, 5])
  func valuesStayNonNegativeAndZerosZero(frames: Int) {
    let problem = problem(frames: frames)
    let past = memories(of: problem.makeModel(beta: 1), hasEncoder: frames == 1)
    for start in [0, 4, 8] {
      let model = problem.window(start..<start + 14)
      if frames == 1 {
        let recursive = RecursiveAutoencoder(model: model, memories: past, priorFrames: 2)
        for _ in 0..<3 { recursive.step() }
        recursive.finish(leaving: 4, decay: 0.9)
        recursive.refine(frames: 0..<14, steps: 2)
      } else {
        let recursive = RecursiveNMF(model: model, memories: past, priorFrames: 2)
        for _ in 0..<3 { recursive.step() }
        recursive.finish(leaving: 4, decay: 0.9)
      }
      #expect((Array(model.H) + templates(past)).allSatisfy { $0 >= 0 && $0.isFinite })
    }
    for component in Self.components {
      let memory = past[component]
      let isSilent = component == FactorisationProblem.silentComponent
      #expect(memory.isLearnt == !isSilent)
      for bin in 0..<memory.binCount where !FactorisationProblem.isOpen(bin, component) {
        for frame in 0..<frames { #expect(memory.template(frame)[bin] == 0) }
        if frames == 1 { #expect(memory.encoder[bin] == 0) }
      }
    }
  }

  @Test func whatIsNotKeptLeavesTheMemoryAsItWas() {
    let problem = problem(frames: 1)
    let model = problem.makeModel(beta: 1)
    let past = memories(of: model, hasEncoder: true)
    let before = templates(past)
    let recursive = RecursiveAutoencoder(model: model, memories: past)
    recursive.step()
    recursive.finish(leaving: 10, decay: 0.9) { $0 == 1 }
    #expect(past.map(\.isLearnt) == Self.components.map { $0 == 1 })
    let count = model.binCount
    let after = templates(past)
    for component in Self.components {
      let range = component * count..<(component + 1) * count
      let isSame = Array(after[range]) == Array(before[range])
      #expect(isSame == (component != 1))
    }
  }

  /// A prior far heavier than the window holds a template where it starts.
  @Test(arguments: [1, 5])
  func aHeavyPriorHoldsTheTemplate(frames: Int) {
    let problem = problem(frames: frames)
    func change(priorFrames: Float) -> Float {
      let model = problem.makeModel(beta: 1)
      model.normalise()
      let past = memories(of: model, hasEncoder: frames == 1)
      let before = templates(model)
      if frames == 1 {
        let recursive = RecursiveAutoencoder(
          model: model, memories: past, priorFrames: priorFrames)
        for _ in 0..<3 { recursive.step() }
      } else {
        let recursive = RecursiveNMF(model: model, memories: past, priorFrames: priorFrames)
        for _ in 0..<3 { recursive.step() }
      }
      return zip(before, templates(model)).reduce(0) { $0 + abs($1.0 - $1.1) }
    }
    #expect(change(priorFrames: 1e5) < 0.01 * change(priorFrames: 0))
  }

  @Test(arguments: [1, 5])
  func bitsDoNotDependOnThreads(frames: Int) {
    func run(_ parallel: @escaping Parallel) -> [Float] {
      let model = problem(frames: frames).makeModel(beta: 1, parallel: parallel)
      let past = memories(of: model, hasEncoder: frames == 1)
      if frames == 1 {
        let recursive = RecursiveAutoencoder(model: model, memories: past, parallel: parallel)
        for _ in 0..<3 { recursive.step() }
      } else {
        let recursive = RecursiveNMF(model: model, memories: past, parallel: parallel)
        for _ in 0..<3 { recursive.step() }
      }
      return Array(model.H) + templates(model)
    }
    let backwards: Parallel = { count, body in
      for index in (0..<count).reversed() { body(index) }
    }
    let isSame = run(sequentially) == run(backwards)
    #expect(isSame)
  }
}

extension FactorisationProblem {
  /// The model of some frames, for Kullback-Leibler.
  fileprivate func window(_ frames: Range<Int>) -> ConvolutiveNMF {
    let whole = makeModel(beta: 1)
    let values = Matrix(rowCount: Self.binCount, columnCount: frames.count)
    for frame in frames {
      for bin in 0..<Self.binCount { values[bin, frame - frames.lowerBound] = V[frame][bin] }
    }
    let cut = rows.map { row in
      var result = ActivationPattern.Row(frameCount: frames.count)
      result.weights = Array(row.weights[frames])
      result.parts = Array(row.parts[frames])
      return result
    }
    return ConvolutiveNMF(
      spectrogram: Spectrogram(values), templates: whole.W.copy(),
      pattern: ActivationPattern(rows: cut, frameCount: frames.count),
      divergence: Divergence(beta: 1))
  }
}
