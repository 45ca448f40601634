import DivisiAlignment
import DivisiScore
import DivisiTestSupport
import Testing

/// Recordings that take fewer or more repeats than their scores.
@Suite struct RepeatTests {
  private static let passage = 6.0
  private static let lead = 1.0
  private let piece = MadePiece(seed: 5)

  /// Passages one after the other; 0 is the first half of the piece, 1 the second.
  private func notes(_ passages: [Int]) -> [Note] {
    passages.enumerated().flatMap { place, passage in
      piece.notes.filter { Int($0.onsetSeconds / Self.passage) == passage }.map { note in
        let shift = Double(place - passage) * Self.passage
        return Note(
          onsetSeconds: note.onsetSeconds + shift, releaseSeconds: note.releaseSeconds + shift,
          pitch: note.pitch)
      }
    }
  }

  private func align(
    score: [Int], recording: [Int], _ jumps: AlignmentOptions.Jumps
  ) throws -> Alignment {
    let samples = MadePiece(notes: notes(recording)).recording { Self.lead + $0 }
    var options = AlignmentOptions()
    options.jumps = jumps
    let aligner = ScoreAligner(
      sampleRate: MadePiece.sampleRate, options: options, parallel: threaded)
    return try aligner.align(channels: [samples], notes: notes(score))
  }

  /// The places where each note of the score is played, and how far that is off.
  private func check(
    score: [Int], recording: [Int], _ jumps: AlignmentOptions.Jumps
  ) throws {
    let (written, played) = (notes(score), notes(recording))
    let result = try align(score: score, recording: recording, jumps)
    #expect(result.verdict.judgement != .notThisPiece)
    let found = result.notes.map { (written[$0.index].pitch, $0.onsetSeconds) }
    let hits = played.filter { note in
      found.contains {
        $0.0 == note.pitch && abs($0.1 - note.onsetSeconds - Self.lead) < 0.03
      }
    }
    #expect(hits.count > played.count * 95 / 100, "\(hits.count) of \(played.count)")
    #expect(found.count <= played.count * 105 / 100, "\(found.count) for \(played.count)")
  }

  @Test(arguments: [true, false]) func aRepeatThatIsLeftOut(isMarked: Bool) throws {
    try check(
      score: [0, 0, 1], recording: [0, 1],
      isMarked ? .marked(ends: [6, 12], starts: [0, 6, 12]) : .anywhere)
  }

  /// Also the last one, after which the recording ends; what no other pass has is still missed.
  @Test func repeatsThatAreLeftOutAreNotMissed() throws {
    let jumps = AlignmentOptions.Jumps.marked(ends: [6, 18], starts: [6, 12, 18])
    for recording in [[0, 1], [0, 0, 1], [0, 1, 1]] {
      let verdict = try align(score: [0, 0, 1, 1], recording: recording, jumps).verdict
      #expect(verdict.usedNotes > 0.95, "\(recording)")
    }
    let verdict = try align(score: [0, 0, 1, 1], recording: [0, 0], jumps).verdict
    #expect(verdict.usedNotes < 0.8)
    // Without marks.
    #expect(
      try align(score: [0, 0, 1, 1], recording: [0, 1], .anywhere).verdict.usedNotes > 0.95)
    #expect(try align(score: [0, 0, 1, 1], recording: [0, 0], .anywhere).verdict.usedNotes < 0.8)
    // A repeat that does not go back to the beginning, but to the second half.
    let upbeat = AlignmentOptions.Jumps.marked(ends: [12], starts: [12])
    #expect(try align(score: [0, 1, 1], recording: [0, 1], upbeat).verdict.usedNotes > 0.95)
  }

  @Test(arguments: [true, false]) func aRepeatThatIsTaken(isMarked: Bool) throws {
    try check(
      score: [0, 1], recording: [0, 0, 1],
      isMarked ? .marked(ends: [6], starts: [0]) : .anywhere)
  }

  /// Four bars, of which three are repeated with another ending.
  @Test func repeatsAreReadFromTheNumbersOfBars() throws {
    func bar(_ number: Int, _ left: String = "", _ right: String = "") -> String {
      """
      <measure number="\(number)"><barline location="left">\(left)</barline>\
      <note><pitch><step>C</step><octave>4</octave></pitch><duration>4</duration></note>\
      <barline location="right">\(right)</barline></measure>
      """
    }
    let text = """
      <score-partwise version="4.0"><part-list><score-part id="P1"><part-name>Piano</part-name></score-part>\
      </part-list><part id="P1">\(bar(1))\(bar(2))\
      \(bar(3, "<ending number=\"1\" type=\"start\"/>", "<ending number=\"1\" type=\"stop\"/><repeat direction=\"backward\"/>"))\
      \(bar(4, "<ending number=\"2\" type=\"start\"/>", "<ending number=\"2\" type=\"stop\"/>"))</part></score-partwise>
      """
    let score = try Score.parse(bytes: Array(text.utf8), name: "endings.musicxml")
    #expect(score.bars.map(\.number) == [1, 2, 3, 1, 2, 4])
    let starts = score.bars.map { $0.beats[0] }
    let ends = score.bars.map(\.endSeconds)
    #expect(
      AlignmentOptions.Jumps.repeats(of: score.bars)
        == .marked(ends: [ends[1], ends[2], ends[4]], starts: [starts[3], starts[5]]))
    #expect(AlignmentOptions.Jumps.repeats(of: Array(score.bars.prefix(3))) == .none)
  }
}
