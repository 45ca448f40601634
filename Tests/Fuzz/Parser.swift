import DivisiAlignment
import DivisiScore
import Glibc

@testable import AudioFiles

@testable import LV2Presets

/// Something that reads what strangers have written; each has a corpus of its own.
///
/// Whatever the bytes are, it gives a value that makes sense or an error of one line. What else it does, such
/// as to trap, to read beyond its memory or to take for ever, libFuzzer finds.
enum Parser: String, CaseIterable {
  case midi, musicxml, mxl, csv, notes, alignment, preset, model, osc, cover

  /// Parses bytes and looks at what comes of it.
  func callAsFunction(_ bytes: [UInt8]) {
    switch self {
    case .midi, .musicxml, .mxl, .csv: parseScore(bytes)
    case .notes:
      parseSaved(bytes) { (text, names) throws(ScoreError) in
        let notes = try SavedNotes(parsing: text, partNames: names)
        let again = try SavedNotes(parsing: notes.text, partNames: names)
        precondition(again == notes)
        return notes.parts
      }
    case .alignment:
      parseSaved(bytes) { (text, names) throws(ScoreError) in
        let alignment = try HeardAlignment(parsing: text, partNames: names)
        let again = try HeardAlignment(parsing: alignment.text, partNames: names)
        precondition(again.isSame(as: alignment))
        return alignment.parts
      }
    case .preset:
      expectLine { () throws(PresetError) in
        let graph = try TurtleReader.parse(bytes, path: "fuzz", base: "file:///fuzz")
        for subject in graph.subjects {
          _ = try Preset(subject, in: graph, or: RDFGraph(path: "fuzz"))
        }
      }
    case .model:
      expectLine { () throws(ModelFileError) in
        let file = try SafeTensors(decoding: bytes, path: "fuzz")
        // Nothing small becomes something large.
        precondition(file.tensors.values.reduce(0) { $0 + 4 * $1.values.count } <= bytes.count)
        let again = try SafeTensors(decoding: file.encoded(), path: "again")
        precondition(again.encoded() == file.encoded())
      }
    case .cover:
      let path = "/tmp/divisi-fuzz-input-\(getpid())"
      let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      unlink(path)
      defer { close(file) }
      precondition(pwrite(file, bytes, bytes.count, 0) == bytes.count)
      let found = PictureBlock.first(in: file) ?? OggComments.picture(in: file)
      precondition(found?.bytes.count ?? 0 <= bytes.count)
    case .osc:
      for message in OSCPacket(bytes).messages {
        _ = message.path.split(separator: "/").map { OSCPattern($0).matches("gain_residual") }
      }
    }
  }

  private func parseScore(_ bytes: [UInt8]) {
    expectLine { () throws(ScoreError) in
      let score = try Score.parse(bytes: bytes, name: "fuzz.\(rawValue)")
      precondition(!score.notes.isEmpty && score.notes.allSatisfy(isSound))
      for selection in [PartSelection.hands, .drums, .tracks] {
        let parts = try selection.parts(of: score, name: "fuzz")
        precondition(parts.allSatisfy { PartName.isValid($0.name) && !$0.notes.isEmpty })
      }
    }
  }

  /// What states keep as text.
  private func parseSaved(
    _ bytes: [UInt8], _ parse: (String, [String]) throws(ScoreError) -> [Part]
  ) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    expectLine { () throws(ScoreError) in
      let parts = try parse(text, ["left", "right"])
      precondition(parts.allSatisfy { $0.notes.allSatisfy(isSound) })
    }
  }

  private func isSound(_ note: Note) -> Bool {
    note.onsetSeconds <= note.releaseSeconds && note.releaseSeconds <= note.dampedSeconds
      && note.dampedSeconds <= 360_000 && (0...127).contains(note.pitch)
      && (1...127).contains(note.velocity)
  }

  private func expectLine<Problem: Error & CustomStringConvertible>(
    _ work: () throws(Problem) -> Void
  ) {
    do throws(Problem) {
      try work()
    } catch {
      let line = error.description
      precondition(!line.isEmpty && !line.unicodeScalars.contains { $0.value < 0x20 }, line)
    }
  }
}
