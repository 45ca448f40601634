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

  @Test func anotherPieceIsRefused() throws {
    let (result, _) = try align("schubert-d780-1", "joplin-maple-leaf/nominal.mid")
    #expect(result.verdict.judgement == .notThisPiece)
  }
}
