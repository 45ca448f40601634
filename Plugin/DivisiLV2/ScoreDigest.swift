// Thread: any

import DivisiScore

/// The notes of a score as text, for when its file is missing.
///
/// A line with the version, and whether there was a pedal; then each part by name, and a line per
/// note: onset, release and damping in seconds, pitch, velocity.
extension LoadedScore {
  private static let title = "divisi-notes"
  private static let version = "1"

  /// The parts as text.
  var digest: String {
    var text = "\(Self.title) \(Self.version) \(hasPedal ? "pedal" : "plain")\n"
    for part in parts {
      text += "part \(part.name)\n"
      for note in part.notes {
        text += "\(note.onsetSeconds) \(note.releaseSeconds) \(note.dampedSeconds) "
        text += "\(note.pitch) \(note.velocity)\n"
      }
    }
    return text
  }

  /// Reads what ``digest`` wrote.
  ///
  /// - Parameters:
  ///   - path: the file that the notes are from.
  ///   - partNames: the parts that there must be, in order.
  /// - Throws: if the text is damaged, newer, or of other parts.
  init(digest: String, path: String, partNames: [String]) throws(FileError) {
    func refuse(_ found: Substring?) -> FileError {
      FileError(
        description: "saved notes: expected those of a score, found '\(found ?? "nothing")'")
    }
    let lines = digest.split(separator: "\n")
    let head = (lines.first ?? "").split(separator: " ")
    guard head.count == 3, head[0] == Self.title, head[1] == Self.version,
      head[2] == "pedal" || head[2] == "plain"
    else { throw refuse(lines.first?.prefix(40)) }
    var parts: [Part] = []
    for line in lines.dropFirst() {
      let fields = line.split(separator: " ")
      if fields.count == 2, fields[0] == "part" {
        parts.append(Part(name: String(fields[1]), notes: []))
      } else if let note = Self.note(fields), !parts.isEmpty {
        parts[parts.count - 1].notes.append(note)
      } else {
        throw refuse(line.prefix(40))
      }
    }
    guard parts.map(\.name) == partNames else { throw refuse("other parts") }
    for index in parts.indices { parts[index].notes.sort { $0.onsetSeconds < $1.onsetSeconds } }
    self.init(path: path, parts: parts, hasPedal: head[2] == "pedal")
  }

  /// More than a score may last, either way.
  private static let secondsRange = -1e6...1e6

  private static func note(_ fields: [Substring]) -> Note? {
    guard fields.count == 5, let onset = Double(fields[0]), let release = Double(fields[1]),
      let damped = Double(fields[2]), let pitch = Int(fields[3]), let velocity = Int(fields[4]),
      secondsRange.contains(onset), secondsRange.contains(release),
      secondsRange.contains(damped), onset <= release, release <= damped,
      (0...127).contains(pitch), (1...127).contains(velocity)
    else { return nil }
    return Note(
      onsetSeconds: onset, releaseSeconds: release, dampedSeconds: damped, pitch: pitch,
      velocity: velocity)
  }
}
