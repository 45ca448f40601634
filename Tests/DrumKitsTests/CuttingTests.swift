import DivisiScore
import Testing

@testable import DrumKits

/// Strokes that are known, cut from stems that are made up.
@Suite struct CuttingTests {
  @Test func strokesAreCutWhereTheyRise() throws {
    let stem = Strokes.stem(of: Strokes.all)
    // The score is late and early by up to 20 ms.
    let notes = Strokes.all.enumerated().map { index, stroke in
      Strokes.note(at: stroke.seconds + [0.02, -0.02, 0.01][index % 3], velocity: stroke.velocity)
    }
    let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem], parts: [Part(name: "kick", notes: notes)])
    #expect(strokes.count == Strokes.all.count)
    for (stroke, truth) in zip(strokes, Strokes.all) {
      #expect(abs(Double(stroke.rise) / Strokes.sampleRate - truth.seconds) < 0.001)
      #expect(stroke.purity > 0.99)
      #expect(stroke.rise - stroke.extent.lowerBound == 88)
    }
    for (stroke, next) in zip(strokes, strokes.dropFirst()) {
      #expect(stroke.extent.upperBound == next.extent.lowerBound)
    }
  }
}
