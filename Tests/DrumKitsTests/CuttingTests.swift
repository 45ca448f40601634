import DivisiScore
import Glibc
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

  /// A kick of 50 Hz whose beater strikes first, over the kick before it: its waves cross zero for milliseconds, and
  /// grow after its attack.
  @Test func aKickBeginsWithItsBeater() throws {
    let times = [0.2, 0.42, 0.64, 1.2]
    var stem = [Float](repeating: 0, count: Int(2 * Strokes.sampleRate))
    for time in times {
      for sample in Int(time * Strokes.sampleRate)..<stem.count {
        let age = Double(sample) / Strokes.sampleRate - time
        let body = (1 - exp(-age / 0.012)) * exp(-7 * age) * sin(2 * .pi * 50 * age)
        stem[sample] += Float(body + 0.25 * exp(-400 * age) * sin(2 * .pi * 1500 * age))
      }
    }
    let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem],
      parts: [Part(name: "kick", notes: times.map { Strokes.note(at: $0, velocity: 100) })])
    try #require(strokes.count == times.count)
    for (stroke, time) in zip(strokes, times) {
      #expect(abs(Double(stroke.rise) / Strokes.sampleRate - time) < 0.004)
    }
  }

  /// A separation smears a stroke to before its onset; no sample of a kit ends with the next one's attack.
  @Test func noSampleEndsWithTheNextStroke() throws {
    var stem = Strokes.stem(of: Strokes.all, hertz: 1000)
    for stroke in Strokes.all {
      let onset = Int(stroke.seconds * Strokes.sampleRate)
      for sample in onset - 1000..<onset { stem[sample] += 0.05 * stem[onset + sample % 1000] }
    }
    let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem],
      parts: [
        Part(
          name: "kick",
          notes: Strokes.all.map { Strokes.note(at: $0.seconds, velocity: $0.velocity) })
      ])
    let kit = SampleKit(of: strokes, stems: [[stem]], sampleRate: 44_100)
    for sample in kit.instruments.flatMap(\.layers).flatMap(\.samples) {
      let starts = stride(from: sample.sampleCount - 2646, to: sample.sampleCount - 441, by: 441)
      let ends = starts.map { sample.channels[0][$0..<$0 + 441].reduce(0) { $0 + $1 * $1 } }
      for (end, next) in zip(ends, ends.dropFirst()) { #expect(next < 5 * end) }
    }
  }
}
