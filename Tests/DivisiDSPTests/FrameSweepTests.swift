import DivisiTestSupport
import Testing

@testable import DivisiDSP

/// The order in which updates visit what is open.
struct FrameSweepTests {
  private func problem(_ family: Family) -> FactorisationProblem {
    FactorisationProblem(templateFrames: family.templateFrames, isSparse: true, seed: 31)
  }

  /// A model cut into blocks of four frames, of 22, and into chunks.
  private func model(
    _ item: ModelCase, chunkCount: Int, parallel: @escaping Parallel = sequentially
  ) -> ConvolutiveNMF {
    let whole = problem(item.family).makeModel(beta: item.beta)
    return ConvolutiveNMF(
      spectrogram: whole.V, templates: whole.W.copy(), pattern: whole.pattern,
      divergence: whole.divergence, parallel: parallel, blockLength: 4, chunkCount: chunkCount)
  }

  @Test(arguments: [0..<22, 3..<17, 8..<8, 21..<22], [1, 3, 9])
  func everyEntryIsVisitedOnce(frames: Range<Int>, chunkCount: Int) {
    let model = problem(.NMF).makeModel(beta: 1)
    let sweep = FrameSweep(
      model.pattern, frames: frames, templates: model.W, blockLength: 4, chunkCount: chunkCount)
    var visited: [Int] = []
    for (index, chunk) in sweep.chunks.enumerated() {
      for block in chunk {
        #expect(block.frames.count <= 4)
        for visit in sweep.visits(in: block) {
          #expect((1...4).contains(visit.entries.count))
          #expect(
            model.W.supports[visit.component].blocks.allSatisfy { block.support.contains(Int($0)) })
          visited += visit.entries
          #expect(sweep.chunksByComponent[visit.component].contains(index))
          #expect(
            visit.entries.allSatisfy {
              block.frames.contains(Int(model.pattern.frames[$0]))
                && Int(model.pattern.components[$0]) == visit.component
            })
        }
      }
    }
    let expected = (0..<model.pattern.entryCount).filter {
      frames.contains(Int(model.pattern.frames[$0]))
    }
    #expect(visited.sorted() == expected)
  }

  /// Threads wait for the longest chunk: none exceeds its share by more than a block.
  @Test(arguments: [1, 2, 3, 8, 40])
  func chunksCostAlike(count: Int) {
    var generator = SeededGenerator(seed: 5)
    let costs = (0..<40).map { Int(1000 * generator.nextUnit()) + ($0 > 30 ? 2000 : 0) }
    let chunks = FrameSweep.cut(costs, into: count)
    #expect(chunks.count == count)
    #expect(chunks.flatMap { $0 } == Array(costs.indices))
    let share = costs.reduce(0, +) / count
    for chunk in chunks {
      #expect(chunk.reduce(0) { $0 + costs[$1] } <= share + costs.max()! + 1)
    }
    #expect(FrameSweep.cut([], into: 1) == [0..<0])
  }

  /// Where blocks and chunks are cut changes sums by rounding alone.
  @Test(arguments: ModelCase.all(betas: [0.5, 1, 2]), [1, 2, 5])
  func cutsDoNotShow(item: ModelCase, chunkCount: Int) {
    let whole = Subject(item, problem(item.family))
    let cut = Subject(item, model(item, chunkCount: chunkCount))
    for _ in 0..<3 {
      whole.iterate()
      cut.iterate()
    }
    #expect(largestDifference(cut.values, whole.values) < 2e-5 * (whole.values.max() ?? 0))
  }

  @Test(arguments: ModelCase.all(betas: [1, 2]))
  func bitsOfChunksDoNotDependOnThreads(item: ModelCase) {
    let bits = [sequentially, shuffled(seed: 3), threaded].map { parallel in
      let subject = Subject(item, model(item, chunkCount: 4, parallel: parallel))
      for _ in 0..<3 { subject.iterate() }
      return subject.values.map(\.bitPattern)
    }
    #expect(bits[1] == bits[0])
    #expect(bits[2] == bits[0])
  }
}
