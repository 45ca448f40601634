import DivisiAlignment
import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Foundation
import Testing

@Suite struct ScoreAlignerTests {
  private func align(_ samples: [Float], _ notes: [Note]) throws -> Alignment {
    let aligner = ScoreAligner(sampleRate: MadePiece.sampleRate, parallel: threaded)
    return try aligner.align(channels: [samples], notes: notes)
  }

  /// Drift of the tempo, a pause, and silence before it begins.
  private func warp(_ seconds: Double) -> Double {
    1.5 + 1.4 * seconds + 0.3 * sin(seconds / 2) + (seconds > 6 ? 0.8 : 0)
  }

  @Test func aWarpedScoreIsFound() throws {
    let piece = MadePiece(seed: 1)
    let result = try align(piece.recording(time: warp), piece.notes)
    #expect(result.verdict.judgement != .notThisPiece)
    #expect(result.transposition == 0)
    #expect(Set(result.notes.map(\.index)).count == piece.notes.count)
    let errors = result.notes.map {
      abs($0.onsetSeconds - warp(piece.notes[$0.index].onsetSeconds))
    }
    #expect(quantile(errors, 0.5) < 0.015)
    #expect(quantile(errors, 0.9) < 0.03)
  }

  @Test func anotherPieceIsRefused() throws {
    let recording = MadePiece(seed: 1).recording(time: warp)
    let result = try align(recording, MadePiece(seed: 2).notes)
    #expect(result.verdict.judgement == .notThisPiece)
  }

  @Test(arguments: [-7, -3, 2, 7])
  func anotherKeyIsFound(semitones: Int) throws {
    let piece = MadePiece(seed: 3)
    let recording = piece.recording(cents: 100 * Double(semitones), time: warp)
    #expect(try align(recording, piece.notes).transposition == semitones)
  }

  /// Pitches stay as written, so that rules mean the same parts; all else that is not time stays, too.
  @Test func anAlignedScoreIsTheSameScore() throws {
    let piece = MadePiece(seed: 3)
    var score = Score(notes: piece.notes, trackNames: ["Lute"], hasPedal: true)
    score.channelNames = [3: "Viol"]
    score.warnings = ["doubtful"]
    score.drumTable = try #require(DrumTable.all.last)
    let result = try align(piece.recording(cents: 200, time: warp), score.notes)
    let aligned = result.applied(to: score, noteIndices: Array(score.notes.indices))
    #expect(aligned.notes.map(\.pitch).sorted() == score.notes.map(\.pitch).sorted())
    #expect(result.transposition == 2)
    #expect(aligned.trackNames == score.trackNames && aligned.hasPedal)
    #expect(aligned.channelNames == score.channelNames)
    #expect(aligned.warnings == score.warnings && aligned.drumTable == score.drumTable)
  }

  @Test func tonesAreTransposedAndDrumsAreNot() {
    func note(_ pitch: Int, _ kind: Note.Kind = .pitched) -> Note {
      Note(onsetSeconds: 0, releaseSeconds: 1, pitch: pitch, kind: kind)
    }
    let notes = [note(60), note(127), note(36, .drum)]
    #expect(notes.transposed(by: 2) == [note(62), note(36, .drum)])
    #expect(notes.transposed(by: 0) == notes)
  }

  /// A recording of the end of a score: none of its first notes lies where the score has it.
  @Test func notesAtOtherTimesAreNotSynchronous() {
    let piece = MadePiece(seed: 1)
    let samples = piece.recording { $0 }
    let late = piece.notes.map {
      Note(
        onsetSeconds: $0.onsetSeconds + 40, releaseSeconds: $0.releaseSeconds + 40, pitch: $0.pitch)
    }
    for (notes, isSynchronous) in [(piece.notes, true), (late, false)] {
      var check = SynchronyCheck(
        sampleRate: MadePiece.sampleRate, notes: notes, parallel: threaded)
      check.add([samples], startSeconds: 0)
      #expect(check.result.verdict != nil)
      #expect(check.result.isSynchronous == isSynchronous)
    }
  }

  @Test(arguments: [-40.0, -15, 27])
  func theTuningIsFound(cents: Double) throws {
    let piece = MadePiece(seed: 4)
    let result = try align(piece.recording(cents: cents, time: warp), piece.notes)
    #expect(abs(result.tuningCents - cents) < 5)
    #expect(result.transposition == 0)
  }

  @Test func aScoreWithoutNotesIsRefused() {
    #expect(throws: AlignmentError.noNotes) {
      try align([Float](repeating: 0, count: 8000), [])
    }
  }

  @Test func aScoreOfManyHoursIsNotLookedForInASecond() {
    let notes = [0, 1, 7201.5].map { onset in
      Note(onsetSeconds: onset, releaseSeconds: onset + 1, dampedSeconds: onset + 1, pitch: 60)
    }
    #expect(throws: AlignmentError.scoreIsLong(limitSeconds: 7200)) {
      try align([Float](repeating: 0.1, count: 8000), notes)
    }
  }

  @Test(arguments: [0, 1, 2000, 40_000])
  func silenceIsRefused(sampleCount: Int) {
    #expect(throws: AlignmentError.silentRecording) {
      try align([Float](repeating: 0, count: sampleCount), MadePiece(seed: 1).notes)
    }
  }

  @Test func threadsDoNotChangeTheResult() throws {
    let piece = MadePiece(seed: 5, noteCount: 16)
    let samples = piece.recording(time: warp)
    let results = try [sequentially, threaded].map { parallel in
      try ScoreAligner(sampleRate: MadePiece.sampleRate, parallel: parallel)
        .align(channels: [samples], notes: piece.notes)
    }
    #expect(results[0].notes == results[1].notes)
    #expect(results[0].verdict == results[1].verdict)
  }
}
