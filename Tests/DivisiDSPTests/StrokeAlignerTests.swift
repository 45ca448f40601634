import DivisiDSP
import DivisiTestSupport
import Glibc
import Testing

/// Signals read between their samples, and strokes found in noise.
struct StrokeAlignerTests {
  private static let sampleRate = 44_100.0
  private let grid = StrokeGrid(
    STFT(grid: TimeGrid(sampleRate: sampleRate, windowLength: 2048, hopSize: 512)))
  private let reader = FractionalReader()

  // MARK: Reading between samples

  @Test(arguments: [0.25, 1, 1.02])
  func aSineIsReadBetweenItsSamples(step: Double) {
    let signal = (0..<2000).map { Float(sin(0.3 * Double($0))) }
    let found = reader.read(signal, from: 100.37, step: step, count: 500)
    let expected = (0..<500).map { Float(sin(0.3 * (100.37 + step * Double($0)))) }
    #expect(largestDifference(found, expected) < 1e-4)
  }

  @Test func wholePlacesAreTheSamples() {
    let signal = noise(count: 300, seed: 1)
    let found = reader.read(signal, from: -10, step: 1, count: 320)
    let expected = (0..<320).map { (10..<310).contains($0) ? signal[$0 - 10] : 0 }
    #expect(largestDifference(found, expected) < 1e-6)
  }

  // MARK: Alignment

  /// A template at a known place and speed, in noise.
  @Test(arguments: [(0, 1), (37.4, 1.0043), (-210.75, 0.9912)])
  func delayAndRateAreFound(delay: Double, rate: Double) {
    let stroke = SyntheticDrum.snare.stroke(sampleRate: Self.sampleRate, seed: 3)
    let template =
      [Float](repeating: 0, count: grid.lead) + stroke
      + [Float](repeating: 0, count: grid.length - grid.lead - stroke.count)
    let onset = 20_000.0
    var signal = noise(count: 60_000, level: 0.01, seed: 4)
    let sounding = reader.read(template, from: Double(grid.lead), step: rate, count: 14_000)
    // Template sample `lead` sounds at onset + delay, which lies between two samples.
    let place = (onset + delay).rounded(.up)
    let shifted = reader.read(
      sounding, from: place - onset - delay, step: 1, count: 13_900)
    for (index, value) in shifted.enumerated() { signal[Int(place) + index] += value }
    let aligner = StrokeAligner(grid, reader)
    let sought = StrokeAligner.Template(template, aligner)
    let coarse = aligner.match(sought, in: signal, onset: onset)
    sought.prepare(rates: [coarse.rate], aligner)
    let match = aligner.refine(coarse, sought, in: signal, onset: onset)
    #expect(abs(match.delay - delay) < 0.3)
    #expect(abs(match.rate - rate) < 2e-4)
    #expect(match.score > 20)
    #expect(match.coherence > 0.5)
  }

  @Test func noiseMatchesNothing() {
    let aligner = StrokeAligner(grid, reader)
    let template = StrokeAligner.Template(noise(count: grid.length, seed: 5), aligner)
    for seed in 6..<12 as Range<UInt64> {
      let match = aligner.match(
        template, in: noise(count: 30_000, seed: seed), onset: 10_000)
      #expect(match.coherence < StrokeAligner.leastCoherence)
    }
  }
}
