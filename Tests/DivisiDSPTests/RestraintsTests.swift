import DivisiTestSupport
import Testing

@testable import DivisiDSP

/// What restraints do to updates, and that they do nothing where there are none.
struct RestraintsTests {
  private static let cases = ModelCase.all(betas: [0.5, 1, 2]).filter {
    $0.family == .NMFD || $0.family == .CAE
  }
  private static let frames = 12

  private func problem(seed: UInt64 = 31) -> FactorisationProblem {
    FactorisationProblem(templateFrames: Self.frames, isSparse: true, seed: seed)
  }

  /// Every third entry may be what it likes.
  private func penalties(_ model: ConvolutiveNMF, _ value: Float = 1) -> [Float] {
    (0..<model.pattern.entryCount).map { $0 % 3 == 0 ? 0 : value }
  }

  @Test(arguments: cases) func noPenaltyIsNoRestraint(item: ModelCase) {
    let plain = Subject(item, problem().makeModel(beta: item.beta))
    let model = problem().makeModel(beta: item.beta)
    model.restraints = Restraints(penalties: penalties(model, 0), fading: nil)
    let restrained = Subject(item, model)
    for _ in 0..<4 {
      plain.iterate()
      restrained.iterate()
    }
    #expect(plain.values.map(\.bitPattern) == restrained.values.map(\.bitPattern))
  }

  @Test func aPenaltyDividesTheStep() {
    let (plain, model) = (problem().makeModel(beta: 1), problem().makeModel(beta: 1))
    let penalties = penalties(model)
    model.restraints = Restraints(penalties: penalties, fading: nil)
    for subject in [plain, model] { subject.update(templates: false, activations: true) }
    for entry in penalties.indices {
      #expect(abs(model.H[entry] * (1 + penalties[entry]) / plain.H[entry] - 1) < 1e-5)
    }
  }

  /// D + Σ λ H Σ W, for which the step on H is that of majorisation.
  @Test(arguments: [false, true]) func whatIsPenalisedDoesNotRise(isEncoded: Bool) {
    let model = problem().makeModel(beta: 1)
    let penalties = penalties(model)
    model.restraints = Restraints(penalties: penalties, fading: nil)
    let autoencoder = isEncoded ? NonnegativeAutoencoder(decoder: model) : nil
    func loss() -> Double {
      penalties.indices.reduce(model.loss()) { sum, entry in
        let (component, frame) = (
          Int(model.pattern.components[entry]), Int(model.pattern.frames[entry])
        )
        let heard = (0..<min(Self.frames, model.frameCount - frame)).reduce(Float(0)) {
          let w = model.W.frame($1, ofComponent: component)
          return (0..<model.binCount).reduce($0) { $0 + w[$1] }
        }
        return sum + Double(penalties[entry] * model.H[entry] * heard)
      }
    }
    let start = loss()
    var last = start
    for _ in 0..<8 {
      if let autoencoder {
        autoencoder.update(encoder: true, decoder: false)
        autoencoder.encode()
      } else {
        model.update(templates: false, activations: true)
      }
      let now = loss()
      #expect(now <= last * (1 + 1e-5))
      last = now
    }
    #expect(last < 0.99 * start)
  }

  @Test func whatIsSilencedStaysSilentAndChangesNothing() {
    let model = problem().makeModel(beta: 1)
    model.restraints = Restraints(penalties: penalties(model, 1000), fading: nil)
    for _ in 0..<2 { model.update(templates: false, activations: true) }
    let silent = (0..<model.pattern.entryCount).filter { model.H[$0] == 0 }
    #expect(silent.allSatisfy { $0 % 3 != 0 })
    #expect(silent.count > model.pattern.entryCount / 2)
    // What is passed over would have added nothing; what is left is added in another order.
    let plain = problem().makeModel(beta: 1)
    for entry in 0..<plain.pattern.entryCount { plain.H[entry] = model.H[entry] }
    for subject in [model, plain] { subject.update(templates: true, activations: false) }
    for column in 0..<plain.W.values.columnCount {
      for bin in 0..<plain.binCount {
        let expected = plain.W.values[bin, column]
        #expect(abs(model.W.values[bin, column] - expected) <= 1e-5 * expected)
      }
    }
    model.update(templates: false, activations: true)
    #expect(silent.allSatisfy { model.H[$0] == 0 })
  }

  /// Where few activations sound V̂ is taken onset by onset, and else delay by delay.
  @Test(arguments: [1, 3, 40]) func fewOnsetsSoundAsMany(every: Int) {
    let model = problem().makeModel(beta: 1)
    for entry in 0..<model.pattern.entryCount where entry % (every + 2) >= 2 { model.H[entry] = 0 }
    let found = Matrix(rowCount: model.binCount, columnCount: model.frameCount + 3)
    for chunk in model.sweep.chunks {
      for block in chunk {
        let frames = model.framesReached(by: block)
        model.approximate(frames, of: block, in: model.sweep, to: found.column(0))
        let expected = Matrix(rowCount: model.binCount, columnCount: frames.count)
        for (index, frame) in frames.enumerated() {
          model.addApproximation(ofFrame: frame, to: expected.column(index))
          for bin in 0..<model.binCount {
            #expect(abs(found[bin, index] - expected[bin, index]) <= 1e-5 * expected.maximum())
          }
        }
      }
    }
  }

  @Test(arguments: [1, 2]) func templatesFade(beta: Float) {
    let (plain, model) = (problem().makeModel(beta: beta), problem().makeModel(beta: beta))
    let fading = Restraints.Fading(firstFrame: 4, reach: 6, growth: 1.2)
    model.restraints = Restraints(penalties: penalties(model, 0), fading: fading)
    for subject in [plain, model] { subject.update(templates: true, activations: false) }
    var clipped = 0
    for component in 0..<model.componentCount {
      for frame in 0..<Self.frames {
        let (w, free) = (
          model.W.frame(frame, ofComponent: component), plain.W.frame(frame, ofComponent: component)
        )
        for bin in 0..<model.binCount {
          #expect(w[bin] <= free[bin])
          if frame < fading.firstFrame || w[bin] == free[bin] {
            #expect(w[bin] == free[bin])
            continue
          }
          let before = max(0, frame - fading.reach)..<frame
          let mean =
            before.reduce(Float(0)) { $0 + model.W.frame($1, ofComponent: component)[bin] }
            / Float(before.count)
          #expect(abs(w[bin] - 1.2 * mean) <= 1e-6 * mean)
          clipped += 1
        }
      }
    }
    #expect(clipped > 0)
  }

  @Test func activationsAreAveraged() {
    let problem = FactorisationProblem(templateFrames: 2, isSparse: false, seed: 33)
    let (plain, model) = (problem.makeModel(beta: 1), problem.makeModel(beta: 1))
    let reaches = [0, 2, 0, 40, 0]
    model.restraints = Restraints(averaging: model.pattern, over: reaches)
    for subject in [plain, model] { subject.update(templates: false, activations: true) }
    for (component, reach) in reaches.enumerated() {
      let entries = Array(model.pattern.entries(ofComponent: component))
      for (place, entry) in entries.enumerated() {
        let near = entries[max(0, place - reach)...min(entries.count - 1, place + reach)]
        let mean = near.reduce(Float(0)) { $0 + plain.H[$1] } / Float(near.count)
        #expect(abs(model.H[entry] - mean) <= 1e-6 * mean)
      }
    }
  }

  // MARK: Templates of different lengths

  /// A template of two frames among longer ones is one whose other frames are zero.
  @Test(arguments: [0.5, 1, 2] as [Float]) func shortTemplatesAreZeroBeyondTheirEnd(beta: Float) {
    var problem = FactorisationProblem(templateFrames: 6, isSparse: true, seed: 35)
    for frame in 2..<6 {
      for bin in 0..<FactorisationProblem.binCount { problem.W[1][frame][bin] = 0 }
    }
    let long = problem.makeModel(beta: beta)
    let templates = Templates(
      binCount: long.binCount, supports: long.W.supports, frameCounts: [6, 2, 6, 6, 6])
    for component in 0..<5 {
      for frame in 0..<templates.frameCount(ofComponent: component) {
        templates.frame(frame, ofComponent: component).update(
          from: long.W.frame(frame, ofComponent: component), count: long.binCount)
      }
    }
    let short = ConvolutiveNMF(
      spectrogram: long.V, templates: templates, pattern: long.pattern, divergence: long.divergence)
    for _ in 0..<3 {
      for model in [long, short] {
        model.update(templates: true, activations: true)
        model.normalise()
      }
    }
    #expect(abs(short.loss() / long.loss() - 1) < 1e-4)
    for entry in 0..<long.pattern.entryCount {
      #expect(abs(short.H[entry] - long.H[entry]) <= 1e-3 * long.H[entry] + 1e-6)
    }
    #expect(short.W.copy(frames: 3).frameCounts == [3, 2, 3, 3, 3])
    #expect(short.W.copy().frameCounts == short.W.frameCounts)
  }
}
