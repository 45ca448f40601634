/// The notes of a score as text, for when its file is missing.
///
/// A line with the version, and whether there was a pedal; then each part by name, with the number of its instrument
/// unless that is 0, and a line per note: onset, release and damping in seconds, pitch, velocity.
///
///     divisi-notes 1 pedal
///     part left
///     0.5 1.0 1.25 48 80
///     part right
///
/// A text is bounded as score files are: bytes, notes, and the last sound.
public struct SavedNotes: Sendable, Equatable {
  /// No text that is longer is read.
  public static let largestByteCount = ScoreLimits.fileBytes

  /// Notes with pitch, velocity and times; the text keeps nothing else of them, and of parts the instrument.
  public var parts: [Part]
  /// Whether a pedal says when notes are damped.
  public var hasPedal: Bool

  private static let title = "divisi-notes"
  private static let version = "1"

  /// What is to be kept.
  public init(parts: [Part], hasPedal: Bool) {
    self.parts = parts
    self.hasPedal = hasPedal
  }

  /// As text.
  public var text: String {
    var text = "\(Self.title) \(Self.version) \(hasPedal ? "pedal" : "plain")\n"
    for part in parts {
      text += "part \(part.name)\(part.instrument == 0 ? "" : " \(part.instrument)")\n"
      for note in part.notes {
        text += "\(note.onsetSeconds) \(note.releaseSeconds) \(note.dampedSeconds) "
        text += "\(note.pitch) \(note.velocity)\n"
      }
    }
    return text
  }

  /// Reads what ``text`` wrote.
  ///
  /// - Parameter partNames: the parts that there must be, in order.
  /// - Throws: if the text is damaged, newer, of other parts, or more than a score file may hold.
  public init(parsing text: String, partNames: [String]) throws(ScoreError) {
    var lines = Lines(text)
    let head = (lines.next() ?? "").split(separator: " ")
    guard head.count == 3, head[0] == Self.title, head[1] == Self.version,
      head[2] == "pedal" || head[2] == "plain"
    else { throw lines.error(expected: "'\(Self.title) \(Self.version)'") }
    self.init(parts: [], hasPedal: head[2] == "pedal")
    var noteCount = 0
    while let line = lines.next() {
      let fields = line.split(separator: " ", maxSplits: 5)
      if (2...3).contains(fields.count), fields[0] == "part" {
        let instrument = fields.count == 3 ? Int(fields[2]) : 0
        guard parts.count < partNames.count, fields[1] == partNames[parts.count],
          let instrument, partNames.indices.contains(instrument)
        else {
          throw lines.error(expected: Self.description(of: partNames.dropFirst(parts.count).first))
        }
        parts.append(
          Part(name: partNames[parts.count], notes: [], instrument: instrument))
      } else if let note = Self.note(fields), !parts.isEmpty {
        noteCount += 1
        guard noteCount <= ScoreLimits.eventCount else {
          throw lines.error(expected: "at most \(ScoreLimits.eventCount) notes")
        }
        guard note.dampedSeconds <= ScoreLimits.durationSeconds else {
          let hours = Int(ScoreLimits.durationSeconds / 3600)
          throw lines.error(expected: "notes that end within \(hours) hours")
        }
        parts[parts.count - 1].notes.append(note)
      } else {
        throw lines.error(expected: "a note")
      }
    }
    guard parts.count == partNames.count else {
      throw lines.error(expected: Self.description(of: partNames[parts.count]))
    }
    for index in parts.indices { parts[index].notes.sort { $0.onsetSeconds < $1.onsetSeconds } }
  }

  private static func description(of part: String?) -> String {
    part.map { "the part \(quoted($0))" } ?? "no other part"
  }

  private static func note(_ fields: [Substring]) -> Note? {
    guard fields.count == 5, let onset = Double(fields[0]), let release = Double(fields[1]),
      let damped = Double(fields[2]), let pitch = Int(fields[3]), let velocity = Int(fields[4]),
      0 <= onset, onset <= release, release <= damped,
      (0...127).contains(pitch), (1...127).contains(velocity)
    else { return nil }
    return Note(
      onsetSeconds: onset, releaseSeconds: release, dampedSeconds: damped, pitch: pitch,
      velocity: velocity)
  }

  /// Lines one after the other, without empty ones, so that nothing is kept of a text that is refused.
  private struct Lines {
    private var rest: Substring
    private var line: Substring?
    private var number = 0

    init(_ text: String) { rest = text[...] }

    mutating func next() -> Substring? {
      repeat {
        guard !rest.isEmpty else {
          line = nil
          return nil
        }
        let end = rest.utf8.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
        line = rest[..<end]
        rest = end == rest.endIndex ? "" : rest[rest.utf8.index(after: end)...]
        number += 1
      } while line?.isEmpty == true
      return line
    }

    /// About the line that was read last.
    func error(expected: String) -> ScoreError {
      ScoreError(
        in: "saved notes", at: line.map { _ in .line(number) }, expected: expected,
        found: line.map { quoted($0) } ?? "the end")
    }
  }
}
