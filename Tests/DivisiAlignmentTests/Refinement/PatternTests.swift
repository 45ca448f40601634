import DivisiDSP
import Foundation
import Testing

@testable import DivisiAlignment

/// What is known of drums: they keep time, a drum is not struck twice at once, and grids tear strokes apart.
@Suite struct PatternTests {
  private static let rate = 44_100.0
  private static let (kick, hat) = (36, 46)

  /// Bursts of 70 Hz for kicks and 9 kHz for hats.
  private static func sound(_ strokes: [(onset: Double, pitch: Int, level: Double)]) -> [Float] {
    var result = [Float](repeating: 0, count: Int(6 * rate))
    for stroke in strokes {
      let frequency = stroke.pitch == kick ? 70.0 : 9000
      for index in Int(stroke.onset * rate)..<result.count {
        let time = Double(index) / rate - stroke.onset
        guard time < 0.2 else { break }
        result[index] += Float(
          stroke.level * sin(2 * .pi * frequency * time) * exp(-30 * time) * min(1, time / 0.001))
      }
    }
    return result
  }

  private static func instrument() -> Instrument {
    let grid = TimeGrid(sampleRate: rate, resolution: 2048, hopAtResolution: 512)
    func patch(_ hertz: Double) -> [Float] {
      (0..<12).flatMap { frame in
        (0..<grid.binCount).map { bin in
          let distance = abs(Double(bin) - hertz * Double(grid.windowLength) / rate)
          return distance < 3 ? Float(exp(-0.35 * Double(frame)) * (1 - distance / 3)) : 0
        }
      }
    }
    return .drums([kick: patch(70), hat: patch(9000)], grid: grid)
  }

  /// - Parameter written: where the score has each stroke, which is also where it is looked for.
  private static func onsets(
    of strokes: [(onset: Double, pitch: Int, level: Double)], written: [Double]
  ) -> [Double] {
    let channels = [sound(strokes)]
    let notes = zip(strokes, written).map { stroke, time in
      NoteEstimate(
        pitch: stroke.pitch, scoreOnset: time, scoreEnd: time + 0.03, estimate: time)
    }
    return Refinement(
      sampleCount: channels[0].count, sampleRate: rate, peak: SoundStretch.peak(of: channels),
      instrument: instrument(), tuningCents: 0, parallel: sequentially
    ).refine(notes, in: channels).notes.map(\.onset)
  }

  private static let beat: [(onset: Double, pitch: Int, level: Double)] = (0..<8).flatMap {
    let time = 0.5 + 0.5 * Double($0)
    return [(time, kick, 0.5), (time + 0.25, hat, 0.3)]
  }

  /// A soft hi-hat with a kick, which a grid has 57 ms behind it.
  @Test func tornStrokesComeTogether() throws {
    let strokes = Self.beat + [(4.5, Self.kick, 0.5), (4.503, Self.hat, 0.02)]
    let written = Self.beat.map(\.onset) + [4.5, 4.557]
    let found = Self.onsets(of: strokes, written: written)
    #expect(abs(try #require(found.last) - 4.503) < 0.008)
  }

  /// Two strokes of a drum in quick succession, written closer than they are.
  @Test func strokesOfOneDrumStayApart() {
    let strokes = Self.beat + [(4.55, Self.hat, 0.3), (4.59, Self.hat, 0.06)]
    let written = Self.beat.map(\.onset) + [4.55, 4.56]
    let found = Self.onsets(of: strokes, written: written)
    #expect(found[found.count - 1] - found[found.count - 2] >= 0.014)
  }

  // MARK: Tempo

  /// Five strokes a second, played 3 % slower and 2 s later.
  private static let steady = (0..<24).map { index in
    let score = 0.2 * Double(index)
    return NoteEstimate(
      pitch: kick, scoreOnset: score, scoreEnd: score + 0.03, estimate: 2 + 1.03 * score)
  }

  @Test func aStrokeThatWasPlacedWronglyIsMovedToTheBeat() {
    var notes = Self.steady
    notes[11].estimate += 0.12
    notes[23].estimate += 0.15
    for (found, played) in zip(SteadyTempo(reachSeconds: 1.5).steadied(notes), Self.steady) {
      #expect(abs(found.estimate - played.estimate) < 0.001)
    }
  }

  /// Around a wait there is no tempo to keep; farther away there is.
  @Test func aWaitStays() {
    let notes = Self.steady.enumerated().map { index, note in
      var note = note
      if index >= 12 { note.estimate += 0.8 }
      return note
    }
    for (found, played) in zip(SteadyTempo(reachSeconds: 1.5).steadied(notes), notes) {
      #expect(abs(found.estimate - played.estimate) < 0.001)
    }
  }

  /// The last two seconds are played twice: where they begin, most strokes around are of the first time.
  @Test func aRepeatStays() {
    let repeated = Self.steady.suffix(10).map { note in
      var note = note
      note.estimate += 1.03 * 2
      return note
    }
    let notes = Self.steady + repeated
    for (found, played) in zip(SteadyTempo(reachSeconds: 1.5).steadied(notes), notes) {
      #expect(abs(found.estimate - played.estimate) < 0.001)
    }
  }

  /// The same for a stroke behind a wait, when many are before it and few behind.
  @Test func aStrokeBehindAWaitStays() {
    let notes = (0..<30).map { index in
      let score = index < 20 ? 0.1 * Double(index) : 2 + 0.5 * Double(index - 20)
      return NoteEstimate(
        pitch: Self.kick, scoreOnset: score, scoreEnd: score + 0.03,
        estimate: index < 20 ? score : score + 0.8)
    }
    for (found, played) in zip(SteadyTempo(reachSeconds: 1.5).steadied(notes), notes) {
      #expect(abs(found.estimate - played.estimate) < 0.001)
    }
  }

  @Test func aFewStrokesAreNoTempo() {
    let notes = Self.steady.prefix(7).map { note in
      var note = note
      note.estimate += 0.05 * sin(9 * note.scoreOnset)
      return note
    }
    #expect(SteadyTempo(reachSeconds: 1.5).steadied(notes) == notes)
  }

  // MARK: Steps

  /// Against the definition, for all origins.
  @Test(arguments: [0, 1, 6, 40]) func stepsAreTheBestOnes(least: Int) {
    let width = 30
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      let values = (0..<width).map { _ in Double.random(in: 0...2, using: &generator) }
      let shift = Int.random(in: -10...20, using: &generator)
      let expected = Double.random(in: 0...15, using: &generator)
      var step = EventStep(width: width)
      let found = step.advance(
        values, shift: shift, expected: expected, least: least, weight: 0.1
      ) { _, _ in }
      for place in 0..<width {
        let best = (0..<width).filter { shift + place - $0 >= least }.map {
          values[$0] - 0.1 * abs(Double(shift + place - $0) - max(expected, Double(least)))
        }.max()
        if let best {
          #expect(abs(found[place] - best) < 1e-9)
        } else {
          #expect(found[place] < -1e29)
        }
      }
    }
  }
}
