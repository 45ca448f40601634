import DivisiDSP
import DivisiScore
import Glibc
import Testing

@testable import DivisiEngine

struct StrokeConstraintsTests {
  /// Frames are 10 ms apart.
  private let grid = TimeGrid(sampleRate: 10_000, windowLength: 400, hopSize: 100)
  private let kit = DrumKit(patches: [:], origin: "")

  private func drawn(
    _ parts: [Part], tolerance: Double = 0.03, length: Double = 0.5, frameCount: Int = 100
  ) -> Constraints {
    var settings = SeparationSettings.quick(.nmfd)
    settings.toleranceSeconds = tolerance
    settings.strokeSeconds = length
    return StrokeConstraints.constraints(
      parts: parts, kit: kit, grid: grid, frameCount: frameCount, binCount: grid.binCount,
      settings: settings)
  }

  @Test func strokesStartAsDecayingEnvelopes() {
    let constraints = drawn([Part(name: "kick", notes: [note(36, 0.2, 0.3, velocity: 50)])])
    let pattern = constraints.pattern
    #expect(pattern.entries(ofComponent: 0).map { pattern.frames[$0] } == Array(17...70))
    for entry in pattern.entries(ofComponent: 0) {
      let elapsed = max(Double(pattern.frames[entry]) / 100 - 0.2, 0)
      let expected = 0.25 * max(exp(-elapsed / 0.1), 1e-3)
      #expect(abs(Double(constraints.activations[entry]) - expected) < 1e-6)
      #expect(abs(Double(pattern.weights[entry]) - expected / 0.25) < 1e-6)
    }
    #expect(constraints.strokes.map { $0.map(\.velocity) } == [[50]])
    #expect(constraints.strokes[0][0].firstFrame == 17)
  }

  @Test func strokesAreAsLongAsTheyMayBe() {
    let constraints = drawn([Part(name: "kick", notes: [note(36, 0.2, 0.3)])], length: 0.1)
    let pattern = constraints.pattern
    #expect(pattern.entries(ofComponent: 0).map { pattern.frames[$0] } == Array(17...30))
  }

  @Test func overlappingStrokesTakeTheLouder() {
    let notes = [note(36, 0.2, 0.3, velocity: 100), note(36, 0.3, 0.4, velocity: 20)]
    let constraints = drawn([Part(name: "kick", notes: notes)])
    let pattern = constraints.pattern
    let entry = pattern.entries(ofComponent: 0).first { pattern.frames[$0] == 30 }
    #expect(entry.map { abs(constraints.activations[$0] - exp(-1)) < 1e-5 } == true)
    #expect(constraints.strokes[0].map(\.firstFrame) == [17, 27])
  }

  @Test func aWiderToleranceKeepsTheEnvelopeUpForLonger() {
    let notes = [note(36, 0.2, 0.3, velocity: 100)]
    let constraints = drawn([Part(name: "kick", notes: notes)], tolerance: 0.1)
    let pattern = constraints.pattern
    let full = pattern.entries(ofComponent: 0).filter { constraints.activations[$0] == 1 }
    #expect(full.map { pattern.frames[$0] } == Array(10...27))
  }

  @Test func articulationsAreComponentsOfTheirPart() {
    let parts = [
      Part(name: "kick", notes: [note(35, 0.1, 0.2), note(36, 0.4, 0.5)]),
      Part(name: "hihat", notes: [note(42, 0.1, 0.2), note(46, 0.3, 0.4)]),
    ]
    let constraints = drawn(parts)
    let pattern = constraints.pattern
    #expect(pattern.componentCount == 3)
    let owners = (0..<3).map { component in
      Set(pattern.entries(ofComponent: component).map { pattern.parts[$0] })
    }
    #expect(owners == [[0], [1], [1]])
    #expect(constraints.strokes.map(\.count) == [2, 1, 1])
  }

  @Test func strokesOutsideTheRecordingAreLeftOut() {
    let notes = [note(36, -3, -2), note(36, 0.5, 0.6), note(36, 30, 31)]
    let constraints = drawn([Part(name: "kick", notes: notes)])
    #expect(constraints.strokes.map(\.count) == [1])
  }
}
