import Testing

@testable import DivisiDSP

/// The steps of a mosaic's model, on noise.
@Suite struct MosaicModelTests {
  private static func noise(_ K: Int, _ N: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    let result = Matrix(rowCount: K, columnCount: N)
    for frame in 0..<N {
      for bin in 0..<K { result.column(frame)[bin] = generator.nextUnit() * generator.nextUnit() }
    }
    return result
  }

  private static func model(sources: Int = 30, frames: Int = 21) -> MosaicModel {
    MosaicModel(
      MosaicTemplates(noise(37, sources, seed: 1)), V: noise(37, frames, seed: 2), firstFrame: 0,
      seed: 3)
  }

  private static func loss(_ model: MosaicModel) -> Double {
    model.divergence(frames: 0..<model.frameCount).loss
  }

  @Test func theLossFallsFromStepToStep() {
    let model = Self.model()
    var loss = Self.loss(model)
    for iteration in 0..<20 {
      if iteration == 10 {
        model.prune(to: 30)
        #expect(abs(Self.loss(model) - loss) < 1e-5 * loss)
      }
      model.update()
      let next = Self.loss(model)
      #expect(next < loss * (1 + 1e-6))
      loss = next
    }
  }

  /// A start that likens makes most of the templates that are the frames; either start is random, and has the frames' sums.
  @Test func aStartMayPreferWhatIsAlike() {
    let frames = 20
    func model(_ likeness: Int) -> MosaicModel {
      MosaicModel(
        MosaicTemplates(Self.noise(37, frames, seed: 1)), V: Self.noise(37, frames, seed: 1),
        firstFrame: 0, seed: 3, likeness: likeness)
    }
    let (plain, alike) = (model(0), model(6))
    for model in [plain, alike] {
      let levels = (0..<frames).map { model.level(ofFrame: $0) }
      model.prune(to: 1000)
      for (list, level) in zip(model.lists, levels) {
        // The sum of a random start is that of a frame on average.
        #expect(abs(list.reduce(0) { $0 + $1.value } / level - 1) < 0.5)
      }
    }
    func share(_ model: MosaicModel) -> Float {
      (0..<frames).reduce(0) { sum, frame in
        let list = model.lists[frame]
        let own = list.first { $0.index == frame }?.value ?? 0
        return sum + own / list.reduce(0) { $0 + $1.value }
      } / Float(frames)
    }
    #expect(share(plain) < 0.1 && share(alike) > 0.5)
  }

  /// A pruned model that has kept all entries takes the same steps.
  @Test func listsAreRestrainedAsMatricesAre() {
    let restraints = MosaicRestraints()
    let (dense, pruned) = (Self.model(), Self.model())
    for model in [dense, pruned] { model.update() }
    pruned.prune(to: 1000)
    for factor in [Float(0.8), 0.4] {
      for model in [dense, pruned] {
        model.restrain(restraints, factor: factor)
        model.update()
      }
    }
    dense.prune(to: 1000)
    for (a, b) in zip(dense.lists, pruned.lists) {
      let strongest = a.reduce(Float(0)) { max($0, $1.value) }
      let values = Dictionary(uniqueKeysWithValues: b.map { ($0.index, $0.value) })
      for entry in a {
        #expect(abs(entry.value - (values[entry.index] ?? 0)) < 1e-3 * strongest)
      }
    }
  }

  @Test func aFactorOfZeroLeavesWhatIsAllowed() {
    let model = Self.model()
    var restraints = MosaicRestraints()
    (restraints.repetition, restraints.continuity) = (1, 1)
    model.restrain(restraints, factor: 0)
    model.prune(to: 1000)
    #expect(model.lists.allSatisfy { $0.count == 10 })

    let other = Self.model()
    (restraints.repetition, restraints.polyphony) = (5, 0)
    other.restrain(restraints, factor: 0)
    other.prune(to: 1000)
    for frame in 0..<other.frameCount {
      let own = Set(other.lists[frame].map(\.index))
      for next in frame + 1..<min(frame + 3, other.frameCount) {
        #expect(own.isDisjoint(with: other.lists[next].map(\.index)))
      }
    }
  }

  /// Six iterations with all templates, then few: the loss is nearly that of all.
  @Test func fewEntriesFitAsWellAsAll() {
    let restraints = MosaicRestraints()
    let (dense, pruned) = (
      Self.model(sources: 200, frames: 40), Self.model(sources: 200, frames: 40)
    )
    for iteration in 1...30 {
      for model in [dense, pruned] {
        if iteration % 5 == 0, iteration < 30 {
          model.restrain(restraints, factor: 1 - Float(iteration) / 30)
        }
        model.update()
      }
      if iteration == 6 { pruned.prune(to: 64) }
    }
    let total = dense.divergence(frames: 0..<40).total
    #expect(abs(Self.loss(dense) - Self.loss(pruned)) < 0.01 * total)
  }
}
