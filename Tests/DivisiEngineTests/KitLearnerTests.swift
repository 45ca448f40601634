import DivisiDSP
import DivisiTestSupport
import Testing

@testable import DivisiEngine

struct KitLearnerTests {
  private let binCount = DrumKit.grid.binCount

  private func centroid(_ patch: DrumKit.Patch) -> Double {
    var weighted = 0.0
    for index in patch.indices { weighted += Double(patch[index]) * Double(index % binCount) }
    return weighted / Double(patch.reduce(0, +))
  }

  @Test func patchesSoundLikeTheirDrums() throws {
    let kit = SyntheticDrum.kit()
    #expect(kit.patches.keys.sorted() == [36, 38, 42])
    let centroids = try SyntheticDrum.allCases.map {
      centroid(try #require(kit.patches[$0.rawValue]))
    }
    #expect(centroids == centroids.sorted())
    #expect(centroids[0] < 100)
    #expect(centroids[2] > 400)
    for patch in kit.patches.values {
      #expect(patch.count == binCount * DrumKit.frameCount)
      #expect(patch.max() == 1)
    }
  }

  @Test func loudStrokesDoNotOutweighSoftOnes() throws {
    func learnt(_ gain: Float) throws -> DrumKit.Patch {
      let samples = SyntheticDrum.snare.track(
        [(0.1, 100), (0.6, 100)], sampleCount: 44_100, sampleRate: 44_100)
      let scaled = samples.enumerated().map { $0 > 22_050 ? $1 * gain : $1 }
      var learner = KitLearner()
      learner.add(kit: [.init(samples: scaled, strokes: [(0.1, 38), (0.6, 40)])])
      return try #require(learner.kit(origin: "").patches[38])
    }
    let (even, uneven) = try (learnt(1), learnt(0.1))
    #expect(zip(even, uneven).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func silentAndDistantStrokesAreNotLearnt() {
    var learner = KitLearner()
    learner.add(kit: [
      .init(
        samples: [Float](repeating: 0, count: 5000), strokes: [(0.01, 36), (99, 38), (-99, 42)])
    ])
    #expect(learner.kit(origin: "").patches.isEmpty)
  }

  @Test func templatesFollowTheGridOfTheRecording() throws {
    let kit = SyntheticDrum.kit()
    for (sampleRate, frames) in [(8000.0, 1), (8000, 4), (44_100, 3), (192_000, 2)] {
      let grid = TimeGrid(sampleRate: sampleRate, resolution: 1024, hopAtResolution: 256)
      let templates = Templates(
        binCount: grid.binCount, supports: [.full(binCount: grid.binCount)], frameCount: frames)
      for articulation in [36, 42, 45, 49, 80] {
        kit.write(articulation: articulation, component: 0, grid: grid, to: templates)
        #expect(abs(templates.values.maximum() - 1) < 1e-5)
        for frame in 0..<frames {
          let values = templates.frame(frame, ofComponent: 0)
          #expect((0..<grid.binCount).allSatisfy { values[$0] >= 0 && values[$0].isFinite })
        }
      }
    }
  }

  @Test func twoKicksAreOneDrum() {
    #expect([35, 36, 38, 40, 42, 46].map(DrumKit.articulation) == [36, 36, 38, 38, 42, 46])
  }
}
