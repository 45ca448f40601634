import AudioFiles
import DivisiAlignment
import DivisiScore
import DivisiTestSupport
import Foundation
import Testing

enum RenderedPianos {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../../../shared/data/piano-hands").path
}

/// Rendered pianos, if they lie beside the package.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: RenderedPianos.folder),
    "no ../shared/data beside the package"))
struct RealPieceTests {
  private func align(_ recording: String, _ score: String) throws -> (Alignment, [Note]) {
    let audio = try AudioFile.read(path: "\(RenderedPianos.folder)/\(recording)/mix.flac")
    let notes = try Score.read(path: "\(RenderedPianos.folder)/\(score)").notes
    let aligner = ScoreAligner(sampleRate: Double(audio.sampleRate), parallel: threaded)
    return (try aligner.align(channels: audio.channels, notes: notes), notes)
  }

  /// Another tempo, drift, two waits and an offset.
  @Test(arguments: ["schubert-d780-1", "joplin-maple-leaf"])
  func aMisalignedScoreIsFound(piece: String) throws {
    let (result, notes) = try align(piece, "\(piece)/misaligned.mid")
    let table = try String(
      contentsOfFile: "\(RenderedPianos.folder)/\(piece)/misaligned_notes.csv", encoding: .utf8)
    let rows = table.split(whereSeparator: \.isNewline).dropFirst().map { row in
      row.split(separator: ";").compactMap { Double($0) }
    }
    var errors: [Double] = []
    for aligned in result.notes {
      let note = notes[aligned.index]
      let row = rows.first {
        Int($0[2]) == note.pitch && abs($0[0] - note.onsetSeconds) < 0.005
      }
      if let row { errors.append(abs(row[1] - aligned.onsetSeconds)) }
    }
    #expect(errors.count > notes.count * 9 / 10)
    #expect(result.verdict.judgement == .good)
    #expect(quantile(errors, 0.5) < 0.004)
    #expect(quantile(errors, 0.9) < 0.016)
  }

  /// At constant tempo, up to the last note: paths once hurried through the last seconds.
  @Test(arguments: ["clara-schumann-op1-1", "joplin-maple-leaf"])
  func aPrintedScoreIsFoundToItsEnd(piece: String) throws {
    let (result, notes) = try align(piece, "\(piece)/nominal.mid")
    let table = try String(
      contentsOfFile: "\(RenderedPianos.folder)/\(piece)/alignment.csv", encoding: .utf8)
    let rows = table.split(whereSeparator: \.isNewline).dropFirst().map { row in
      row.split(separator: ";").compactMap { Double($0) }
    }
    let errors = result.notes.compactMap { aligned -> Double? in
      let note = notes[aligned.index]
      let row = rows.first {
        Int($0[4]) == note.pitch && abs($0[1] - note.onsetSeconds) < 0.005
      }
      return row.map { abs($0[2] - aligned.onsetSeconds) }
    }
    #expect(errors.count > notes.count * 9 / 10)
    #expect(quantile(errors, 0.9) < 0.02)
    #expect(quantile(errors, 0.98) < 0.1)
  }

  /// The last five seconds are twice as fast or as slow as the score says; paths left the score there, or hurried.
  @Test(arguments: [("debussy-reflets", 2.0), ("clara-schumann-op1-2", 0.5)])
  func anEndingAtAnotherTempoIsFound(piece: String, factor: Double) throws {
    let folder = "\(RenderedPianos.folder)/\(piece)"
    let audio = try AudioFile.read(path: folder + "/mix.flac")
    let table = try String(contentsOfFile: folder + "/alignment.csv", encoding: .utf8)
    let rows = table.split(whereSeparator: \.isNewline).dropFirst().map { row in
      row.split(separator: ";").compactMap { Double($0) }
    }
    let last = try #require(rows.map { $0[2] }.max())
    let begin = try #require(rows.filter { $0[2] >= last - 5 }.map { $0[1] }.min())
    let notes = rows.map { row in
      let onset = row[1] < begin ? row[1] : begin + factor * (row[1] - begin)
      return Note(
        onsetSeconds: onset, releaseSeconds: onset + row[3] - row[2], pitch: Int(row[4]))
    }
    let result = try ScoreAligner(sampleRate: Double(audio.sampleRate), parallel: threaded)
      .align(channels: audio.channels, notes: notes)
    var errors = rows.indices.map { _ in Double.infinity }
    for note in result.notes { errors[note.index] = abs(note.onsetSeconds - rows[note.index][2]) }
    let late = zip(rows, errors).filter { $0.0[2] >= last - 5 }.map(\.1)
    #expect(quantile(late, 0.5) < 0.03)
    #expect(quantile(late, 0.9) < 0.5)
  }

  /// Scores in time, among them one of nine notes, of which three sound late: attacks of winds are soft.
  @Test(arguments: ["p2-01", "p2-02", "p2-04", "p2-06", "p2-08", "p2-11"])
  func windsInTimeAreInTime(piece: String) throws {
    let folder = RenderedPianos.folder + "/../acoustic/bach10/\(piece)"
    let audio = try AudioFile.read(path: "\(folder)/mix.flac")
    let notes = try Score.read(path: "\(folder)/score.mid").notes
    for (shift, isSynchronous) in [(0.0, true), (0.2, false)] {
      let moved = notes.map { note in
        Note(
          onsetSeconds: note.onsetSeconds + shift, releaseSeconds: note.releaseSeconds + shift,
          pitch: note.pitch)
      }
      var check = SynchronyCheck(
        sampleRate: Double(audio.sampleRate), notes: moved, parallel: threaded)
      check.add(audio.channels, startSeconds: 0)
      #expect(check.result.isSynchronous == isSynchronous)
    }
  }

  @Test func anotherPieceIsRefused() throws {
    let (result, _) = try align("schubert-d780-1", "joplin-maple-leaf/nominal.mid")
    #expect(result.verdict.judgement == .notThisPiece)
  }

  /// Three notes in ten are up to seven semitones too high or too low.
  @Test(arguments: ["schoenberg-op19-2", "mozart-k332-2", "joplin-maple-leaf"])
  func wrongNotesAreDoubtful(piece: String) throws {
    let audio = try AudioFile.read(path: "\(RenderedPianos.folder)/\(piece)/mix.flac")
    let notes = try Score.read(path: "\(RenderedPianos.folder)/\(piece)/nominal.mid").notes
    var state: UInt64 = 1
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let wrong = notes.map { note in
      var note = note
      let shift = 1 + below(7)
      if below(10) < 3 { note.pitch += below(2) == 0 ? shift : -shift }
      return note
    }
    for (notes, judgement) in [(notes, Verdict.Judgement.good), (wrong, .doubtful)] {
      let aligner = ScoreAligner(sampleRate: Double(audio.sampleRate), parallel: threaded)
      let verdict = try aligner.align(channels: audio.channels, notes: notes).verdict
      #expect(verdict.judgement == judgement)
      let share = try #require(verdict.audibleNotes)
      #expect((share < Verdict.leastAudible) == (judgement == .doubtful), "\(share)")
    }
    // At the times of the recording, too.
    let table = try Score.read(path: "\(RenderedPianos.folder)/\(piece)/score.mid").notes
    for (isWrong, share) in [(false, 0.9...1), (true, 0...0.88)] {
      let played = table.map { note in
        var note = note
        if isWrong && below(10) < 3 { note.pitch += below(2) == 0 ? 3 : -4 }
        return note
      }
      var check = SynchronyCheck(
        sampleRate: Double(audio.sampleRate), notes: played, parallel: threaded)
      check.add(audio.channels, startSeconds: 0)
      #expect(share.contains(try #require(check.result.verdict?.audibleNotes)))
    }
  }

  /// A third of the score twice, which a path hurries through; it used to be good.
  @Test(arguments: ["beach-tired-child", "mozart-k332-2", "clara-schumann-op1-1"])
  func aRepeatTooManyIsDoubtful(piece: String) throws {
    let audio = try AudioFile.read(path: "\(RenderedPianos.folder)/\(piece)/mix.flac")
    let notes = try Score.read(path: "\(RenderedPianos.folder)/\(piece)/nominal.mid").notes
    let onsets = notes.map(\.onsetSeconds)
    let (first, last) = (onsets.min() ?? 0, onsets.max() ?? 0)
    let third = (last - first) / 3
    let later = notes.filter { $0.onsetSeconds >= first + third }.map { note in
      var note = note
      note.onsetSeconds += third
      note.releaseSeconds += third
      return note
    }
    let aligner = ScoreAligner(sampleRate: Double(audio.sampleRate), parallel: threaded)
    let verdict = try aligner.align(
      channels: audio.channels,
      notes: notes.filter { $0.onsetSeconds < first + 2 * third } + later
    ).verdict
    #expect(verdict.judgement == .doubtful)
    #expect(!verdict.misfits.isEmpty)
    #expect(verdict.misfits.allSatisfy { $0.upperBound - $0.lowerBound < 6 })
  }
}
