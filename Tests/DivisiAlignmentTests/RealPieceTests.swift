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
}
