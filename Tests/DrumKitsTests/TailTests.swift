import DivisiScore
import Glibc
import Testing

@testable import DrumKits

/// How hi-hats ring on that the next stroke cuts off.
@Suite struct TailTests {
  /// Strokes of a waveform at 0.2 s, after a gap, and at 1.4 s, each ended by the next, and something else beside them.
  private func hiHat(
    gap: Double, leak: (seconds: Range<Double>, level: Double) = (0..<0, 0),
    _ waveform: (_ stroke: Int, _ seconds: Double) -> Double
  ) throws -> (samples: [SampleKit.Sample], cutCount: Int) {
    let times = [0.2, 0.2 + gap, 1.4]
    let stem = (0..<Int(3 * Strokes.sampleRate)).map { sample -> Float in
      let seconds = Double(sample) / Strokes.sampleRate
      let other = leak.seconds.contains(seconds) ? leak.level * cos(15_000 * seconds) : 0
      guard let stroke = times.lastIndex(where: { $0 <= seconds }) else { return Float(other) }
      return Float(waveform(stroke, seconds - times[stroke]) + other)
    }
    let notes = times.map { Strokes.note(at: $0, velocity: 100, pitch: 42) }
    let strokes = StrokeCutter(sampleRate: Strokes.sampleRate).cut(
      stems: [[stem]], mixture: [stem], parts: [Part(name: "hihat", notes: notes)])
    let kit = SampleKit(inTurn: strokes, stems: [[stem]], sampleRate: 44_100)
    let samples = try #require(kit.instruments.first?.layers.first?.samples)
    try #require(samples.count == 3)
    return (samples, strokes[0].extent.count)
  }

  /// Energies in stretches of 20 ms.
  private func energies(_ sample: SampleKit.Sample, from start: Int = 882, count: Int) -> [Float] {
    stride(from: start, to: start + 882 * count, by: 882).map {
      sample.channels[0][$0..<$0 + 882].reduce(0) { $0 + $1 * $1 }
    }
  }

  /// Behind equal attacks, waves of which one is the other upside down.
  @Test func wavesMeet() throws {
    let (samples, _) = try hiHat(gap: 0.1) { stroke, seconds in
      20 * exp(-300 * seconds) * cos(30_000 * seconds)
        + (stroke == 0 ? -1 : 1) * exp(-8 * seconds) * cos(2000 * seconds)
    }
    try #require(samples[0].sampleCount > 20_000)
    let pairs = zip(energies(samples[0], count: 20), energies(samples[2], count: 20))
    for (cut, whole) in pairs { #expect(abs(cut / whole - 1) < 0.1, "\(cut / whole)") }
  }

  /// What else sounds where a stroke is cut off is not carried on at its level: by 6 dB at most, and by no more than 4 dB
  /// over what the stroke was at its quietest.
  @Test(arguments: [(0.3, 8.0, 1.0, 4.0), (0.4, 0.2, 3.0, 3.0)])
  func whatElseSoundsIsNotCarriedOn(gap: Double, decay: Double, level: Double, most: Float) throws {
    let leak = (seconds: 0.35..<0.2 + gap, level: level)
    let (samples, cutCount) = try hiHat(gap: gap, leak: leak) { _, seconds in
      exp(-decay * seconds) * cos(19_000 * seconds)
    }
    try #require(samples[0].sampleCount > cutCount + 882 * 10)
    let pairs = zip(
      energies(samples[0], from: cutCount, count: 10),
      energies(samples[2], from: cutCount, count: 10))
    for (cut, whole) in pairs {
      #expect(cut / whole > 1 && cut / whole < 1.1 * most, "\(cut / whole)")
    }
  }

  /// Nor does one ring on as another does into a sound that comes later.
  @Test func aLaterSoundIsNoTail() throws {
    let (samples, _) = try hiHat(gap: 0.1, leak: (2.6..<2.8, 0.5)) { _, seconds in
      exp(-8 * seconds) * cos(19_000 * seconds)
    }
    let count = samples[0].sampleCount / 882 - 2
    try #require(count > 20)
    let found = energies(samples[0], count: count)
    for (energy, next) in zip(found, found.dropFirst()) { #expect(next < energy) }
  }
}
