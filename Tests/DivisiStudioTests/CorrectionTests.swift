import DivisiCommandLine
import DivisiScore
import Foundation
import Testing

@testable import DivisiStudio

/// Scores with corrections, and where bars go that somebody has moved.
@Suite struct CorrectionTests {
  private func placed(isDrum: Bool = false) throws -> PlacedScore {
    try PlacedScore(json: Self.json(isDrum: isDrum))
  }

  private static func json(isDrum: Bool = false) -> Data {
    let note = { (start: Double, pitch: Int, channel: Int) in
      #"{"start":\#(start),"release":\#(start + 0.4),"damped":\#(start + 0.4),"pitch":\#(pitch),"velocity":80,"track":1,"channel":\#(channel),"is_drum":\#(isDrum)}"#
    }
    let bars = (0..<8).map {
      #"{"number":\#($0 + 5),"beats":[\#(2 * $0),\#(2 * $0 + 1)],"end":\#(2 * $0 + 2),"unit":4}"#
    }
    return Data(
      """
      {"parts":[{"name":"left","instrument":0,"notes":[\(note(1, 38, 1)),\(note(2, 40, 1))]},
      {"name":"right","instrument":0,"notes":[\(note(1, 72, 2))]}],
      "pedals":[{"start":0.5,"end":1.5,"channel":2}],"bars":[\(bars.joined(separator: ","))],"path":[]}
      """.utf8)
  }

  @Test func notesAreMovedDeletedAndAdded() throws {
    var corrections = Corrections()
    corrections.moves = [.init(part: 0, index: 1, to: 1)]
    corrections.deletions = [.init(part: 1, index: 0)]
    corrections.additions = [.init(part: 0, start: 3, end: 3.5, pitch: 50, velocity: 70)]
    let score = try placed()
    #expect(corrections.problem(for: score) == nil)
    let corrected = CorrectedScore(score, corrections)
    let notes = corrected.score.notes.map { [$0.onsetSeconds, Double($0.pitch), Double($0.track)] }
    #expect(notes == [[1, 38, 1], [2, 40, 2], [3, 50, 1]])
    #expect(
      corrected.options == ["--parts=left=track:1,right=track:2", "--instruments=left+right"])
    #expect(
      corrected.score.pedals.map(\.track) == [2], "the pedal of channel 2 is the right hand's")
    // What is written is read again: a tick is half a millisecond here.
    let read = try Score.parse(bytes: corrected.score.midiFile(), name: "corrected.mid")
    #expect(read.notes.count == 3 && read.trackNames == ["left", "right"])
    #expect(
      zip(read.notes, corrected.score.notes).allSatisfy {
        abs($0.onsetSeconds - $1.onsetSeconds) < 0.001
      })
  }

  @Test func drumsAreWhatTheirNumbersSay() throws {
    var corrections = Corrections()
    corrections.moves = [.init(part: 0, index: 0, to: 1)]
    let corrected = CorrectedScore(try placed(isDrum: true), corrections)
    #expect(corrected.score.notes.map(\.pitch).sorted() == [40, 72, 72])
    #expect(corrected.options == ["--drum-map=general-midi"])
  }

  /// A file that somebody has changed holds nothing that no score has.
  @Test(arguments: [
    (#""pitch":38"#, #""pitch":128"#), (#""pitch":38"#, #""pitch":-1"#),
    (#""velocity":80"#, #""velocity":0"#), (#""start":1.0"#, #""start":1e300"#),
    (#""release":1.4"#, #""release":0.5"#), (#""channel":2"#, #""channel":0"#),
    (#""unit":4"#, #""unit":0"#), (#""beats":[0,1]"#, #""beats":[]"#),
    (#""end":2,"#, #""end":1e9,"#), (#""path":[]"#, #""path":[[1]]"#),
  ]) func impossibleScoresAreRefused(usual: String, other: String) throws {
    let text = String(decoding: Self.json(), as: UTF8.self)
    let changed = text.replacingOccurrences(of: usual, with: other)
    try #require(changed != text)
    #expect {
      try PlacedScore(json: Data(changed.utf8))
    } throws: {
      "\($0)".contains("expected")
    }
  }

  @Test func partsWithoutNotesAreLeftOut() throws {
    var corrections = Corrections()
    corrections.deletions = [.init(part: 1, index: 0)]
    #expect(CorrectedScore(try placed(), corrections).options.first == "--parts=left=track:1")
  }

  @Test func impossibleCorrectionsAreRefused() throws {
    let score = try placed()
    for corrections in [
      Corrections(moves: [.init(part: 0, index: 2, to: 1)]),
      Corrections(moves: [.init(part: 0, index: 0, to: 2)]),
      Corrections(deletions: [.init(part: -1, index: 0)]),
      Corrections(additions: [.init(part: 0, start: 1, end: 1, pitch: 60, velocity: 80)]),
      Corrections(additions: [.init(part: 0, start: 1, end: 2, pitch: 128, velocity: 80)]),
      Corrections(anchors: [.init(from: 2, to: 4), .init(from: 4, to: 3)]),
    ] { #expect(corrections.problem(for: score) != nil, "\(corrections)") }
  }

  @Test func barsAwayFromAnAnchorStay() throws {
    let bars = try placed().bars
    #expect(Realignment.options([], bars: bars, duration: 20) == ["--align=off"])
    #expect(
      Realignment.options([.init(from: 6, to: 6.25)], bars: bars, duration: 20) == [
        "--align=on", "--anchor=0.0=0.0", "--anchor=6.0=6.25", "--anchor=12.0=12.0",
        "--anchor=14.0=14.0",
      ])
    // The score goes on after the recording.
    #expect(
      Realignment.options([.init(from: 6, to: 6.25)], bars: bars, duration: 13).last
        == "--anchor=12.0=12.0")
    let moved = Realignment.bars(bars, along: [[0, 0], [6, 6.5], [12, 12]])
    #expect(moved.map(\.number) == Array(5...12))
    #expect(moved[3].beats == [6.5, 6.5 + 5.5 / 6] && moved[7].beats == [14, 15])
    #expect(moved[1].beats[0] == 2 * 6.5 / 6)
  }
}
