import DivisiAlignment
import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

/// Scores with mistakes, and without.
@Suite struct NoteCorrectorTests {
  private static let piece = MadePiece(seed: 5)

  /// Two hands.
  private static let notes = piece.notes.map { note in
    var note = note
    note.label = note.pitch < 64 ? "left" : "right"
    return note
  }

  private func corrected(
    _ notes: [Note], cents: Double = 0, transposition: Int = 0, misfits: [Range<Double>] = [],
    parallel: @escaping Parallel = threaded
  ) throws -> CorrectedNotes {
    let samples = Self.piece.recording(cents: cents) { $0 + 0.5 }
    let moved = notes.map { note in
      var note = note
      note.onsetSeconds += 0.5
      note.releaseSeconds += 0.5
      note.dampedSeconds += 0.5
      return note
    }
    return try NoteCorrector(sampleRate: MadePiece.sampleRate, parallel: parallel).correct(
      moved, transposition: transposition, misfits: misfits,
      in: RecordedSound(sampleRate: MadePiece.sampleRate, channels: [samples]))
  }

  /// The piece without two notes of the melody, and with two at other pitches.
  private var mistaken: [Note] {
    var notes = Self.notes
    let melody = notes.indices.filter { notes[$0].label == "right" }
    notes[melody[10]].pitch += 1
    notes[melody[30]].pitch -= 2
    for index in [melody[37], melody[21]] { notes.remove(at: index) }
    return notes
  }

  @Test func aRightScoreIsLeftAlone() throws {
    let result = try corrected(Self.notes)
    #expect(result.changes.isEmpty)
    #expect(result.notes.map(\.pitch) == Self.notes.map(\.pitch))
  }

  @Test(arguments: [0, 3])
  func mistakesArePutRight(transposition: Int) throws {
    let result = try corrected(
      mistaken, cents: 100 * Double(transposition), transposition: transposition)
    #expect(result.changes.count == 4, "\(result.changes)")
    #expect(result.changes.count { $0.kind == .added } == 2)
    #expect(result.notes.count == Self.notes.count)
    for note in Self.notes {
      #expect(
        result.notes.contains {
          $0.pitch == note.pitch && abs($0.onsetSeconds - 0.5 - note.onsetSeconds) < 0.06
            && $0.label == note.label && $0.releaseSeconds > $0.onsetSeconds
        }, "\(note.pitch) at \(note.onsetSeconds)")
    }
  }

  /// Where the score is of something else, nothing is put right; the rest does not depend on threads.
  @Test func passagesThatDoNotFitAreLeftAlone() throws {
    let everywhere = try corrected(mistaken)
    let oneByOne = try corrected(mistaken, parallel: sequentially)
    #expect(everywhere.changes == oneByOne.changes)
    let late = everywhere.changes.filter { $0.seconds > 7 }
    #expect(late.count == 2)
    let result = try corrected(mistaken, misfits: [0..<7])
    #expect(result.changes == late)
  }

  /// What a score of one part lacks is no mistake; nor is what comes after the recording.
  @Test func scoresOfOnePartAreLeftAlone() throws {
    #expect(try corrected(Self.notes.filter { $0.label == "left" }).changes.isEmpty)
    let after = Self.notes.map { note in
      var note = note
      note.onsetSeconds += 100
      note.releaseSeconds += 100
      note.dampedSeconds += 100
      return note
    }
    #expect(try corrected(Self.notes + after + after).changes.isEmpty)
  }

  @Test func silenceAndNothingStayAsTheyAre() throws {
    let corrector = NoteCorrector(sampleRate: 11_025, parallel: threaded)
    let silence = RecordedSound(sampleRate: 11_025, channels: [[Float](repeating: 0, count: 9000)])
    #expect(try corrector.correct(Self.notes, in: silence).changes.isEmpty)
    #expect(try corrector.correct([], in: silence).notes.isEmpty)
  }
}
