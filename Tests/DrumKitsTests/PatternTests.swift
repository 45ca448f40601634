import DivisiScore
import Testing

@testable import DrumKits

/// Patterns at other tempos, on the beat, off it, and with the groove of others.
@Suite struct PatternTests {
  /// A bar of eighths at 120 in a minute, each somewhat late, and the off-beats soft.
  private static func score(late: Double = 0.02) throws -> Score {
    let text = (0..<8).map { "\(0.25 * Double($0) + late);0.1;42;\($0 % 2 == 0 ? 100 : 60);HH" }
    let table = try Score.parse(
      bytes: Array(("start;duration;pitch;velocity;label\n" + text.joined(separator: "\n")).utf8),
      name: "a.csv")
    // MIDI has bars.
    return try Score.parse(bytes: table.midiFile(), name: "a.mid")
  }

  private static func onsets(_ score: Score?) -> [Double] {
    score?.notes.map { ($0.onsetSeconds * 1000).rounded() } ?? []
  }

  @Test func notesAreQuantised() throws {
    let score = try Self.score()
    #expect(score.tempo.map { abs($0 - 120) < 0.01 } == true)
    #expect(Self.onsets(score.quantised(to: 8)) == (0..<8).map { 250 * Double($0) })
    // Quarter notes: off-beats are halfway, and late ones go on.
    #expect(
      Self.onsets(score.quantised(to: 4)) == [0, 500, 500, 1000, 1000, 1500, 1500, 2000])
    let bare = Score(notes: score.notes, trackNames: [], hasPedal: false)
    #expect(bare.quantised(to: 8) == nil && bare.tempo == nil && Groove(of: bare) == nil)
  }

  @Test func aGrooveReplacesAnother() throws {
    let groove = try #require(Groove(of: try Self.score(late: 0.03)))
    let result = try #require(groove.applied(to: try Self.score(late: 0.01)))
    #expect(Self.onsets(result) == (0..<8).map { 250 * Double($0) + 30 })
    // Emphasis is relative to the mean: 100 · 100/80 and 60 · 60/80.
    #expect(result.notes[2].velocity == 125 && result.notes[3].velocity == 45)
  }

  @Test func playersDeviateAndOneSeedGivesOnePerformance() throws {
    let score = try Self.score(late: 0.05)
    let played = score.humanised(milliseconds: 10, seed: 1)
    #expect(played == score.humanised(milliseconds: 10, seed: 1))
    #expect(played != score.humanised(milliseconds: 10, seed: 2))
    #expect(score.humanised(milliseconds: 0, seed: 1).notes == score.notes)
    let shifts = zip(played.notes, score.notes).map { $0.onsetSeconds - $1.onsetSeconds }
    #expect(shifts.allSatisfy { abs($0) <= 0.03 } && shifts.contains { abs($0) > 0.001 })
  }
}
