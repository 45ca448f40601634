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
