import DivisiScore
import DivisiSeparation
import Terminal

/// What a score contains, and the part that each note is in.
struct ScoreListing {
  let name: String
  let score: Score
  let parts: [Part]
  private let remark: String?
  private let assignment: [Int?]

  /// - Parameters:
  ///   - name: the score's file.
  ///   - remark: on how the parts came about.
  init(name: String, score: Score, parts: [Part], remark: String? = nil) {
    self.name = name
    self.score = score
    self.parts = parts
    self.remark = remark
    assignment = score.assignment(to: parts)
  }

  /// What is doubtful, in lines.
  var warnings: [String] {
    score.warnings + [remark, score.remainder(of: parts, name: name)].compactMap { $0 }
  }

  private var endSeconds: Double { score.notes.reduce(0) { max($0, $1.releaseSeconds) } }

  /// A line for the score, one for each track, staff and channel with notes, and one for each part.
  var text: String {
    let end = Int(endSeconds.rounded())
    let head = "\(counted(score.notes.count)) in \(end) s\(score.hasPedal ? ", with pedal" : "")"
    let lines = groups.map { group in
      let fed = Dictionary(grouping: group.indices, by: { assignment[$0] })
        .sorted { $0.key ?? .max < $1.key ?? .max }
        .map { part, notes in
          "\(notes.count) in \(part.map { "'\(parts[$0].name)'" } ?? "no part")"
        }
      return [
        group.title, counted(group.indices.count), group.details, fed.joined(separator: ", "),
      ]
      .joined(separator: "  ")
    }
    let own = parts.indices.map { index in
      "part '\(parts[index].name)'  \(counted(parts[index].notes.count))"
        + (instruments.count > 1 ? "  instrument \(instrument(of: parts[index]))" : "")
    }
    return ([head] + lines + own).map(\.printable).joined(separator: "\n")
  }

  private var instruments: [Int] { Set(parts.map(\.instrument)).sorted() }

  /// From 1, without gaps.
  private func instrument(of part: Part) -> Int {
    (instruments.firstIndex(of: part.instrument) ?? 0) + 1
  }

  private func counted(_ count: Int) -> String { "\(count) note\(count == 1 ? "" : "s")" }

  /// A header, and a line for each note as played.
  var table: String {
    let rows = score.notes.indices.map { index in
      let note = score.notes[index]
      let label = score.label(of: note).printable.replacing(";", with: " ")
      let times = [note.onsetSeconds, note.dampedSeconds - note.onsetSeconds]
        .map { fixed($0, digits: 4) }
      let part = assignment[index].map { parts[$0].name } ?? ""
      return (times + ["\(note.pitch)", "\(note.velocity)", label, part]).joined(separator: ";")
    }
    return (["start;duration;pitch;velocity;label;part"] + rows).joined(separator: "\n")
  }

  /// All of it, for programs.
  var record: ScoreContents {
    ScoreContents(
      score: name, seconds: endSeconds, hasPedal: score.hasPedal, warnings: warnings,
      tracks: groups.map { group in
        ScoreContents.Track(
          track: group.track, name: group.name, channel: group.channel, staff: group.staff,
          kind: group.kind, notes: group.indices.count,
          parts: Dictionary(
            grouping: group.indices.compactMap { assignment[$0] }, by: { parts[$0].name }
          ).mapValues(\.count))
      },
      parts: parts.map {
        ScoreContents.Part(
          name: $0.name, notes: $0.notes.count, instrument: instrument(of: $0))
      },
      notes: score.notes.indices.map { index in
        let note = score.notes[index]
        return ScoreContents.PlayedNote(
          start: note.onsetSeconds, duration: note.dampedSeconds - note.onsetSeconds,
          keySeconds: note.releaseSeconds - note.onsetSeconds, pitch: note.pitch,
          velocity: note.velocity, track: note.track, channel: note.channel, staff: note.staff,
          voice: note.voice, label: score.label(of: note),
          part: assignment[index].map { parts[$0].name })
      })
  }

  /// Notes of one track, staff and kind, and of one channel where one track holds several.
  private struct Group {
    var track: Int
    var name: String
    var channel: Int?
    var staff: Int?
    var kind: String
    var title: String
    var details: String
    var indices: [Int]
  }

  private struct Key: Hashable {
    var track: Int
    var channel: Int
    var staff: Int
    var kind: UInt8
  }

  private var groups: [Group] {
    let keys = Dictionary(grouping: score.notes.indices) { index in
      let note = score.notes[index]
      return Key(
        track: note.track, channel: score.channelNames.isEmpty ? 0 : note.channel ?? 0,
        staff: note.staff ?? 0, kind: note.kind.rawValue)
    }
    let order = keys.sorted { a, b in
      (a.key.track, a.key.channel, a.key.staff, a.key.kind)
        < (b.key.track, b.key.channel, b.key.staff, b.key.kind)
    }
    return order.map { key, indices in
      let notes = indices.map { score.notes[$0] }
      let name =
        score.channelNames[key.channel]
        ?? (score.trackNames.indices.contains(key.track - 1) ? score.trackNames[key.track - 1] : "")
      let kind = Self.kinds[notes[0].kind] ?? ""
      let details = [
        described("channel", Set(notes.compactMap(\.channel))),
        described("staff", Set(notes.compactMap(\.staff))),
        described("voice", Set(notes.compactMap(\.voice))),
        described("label", Set(notes.map(\.label)).subtracting([""])),
        "pitch:\(notes.map(\.pitch).min() ?? 0)-\(notes.map(\.pitch).max() ?? 0)",
        notes[0].kind == .pitched ? nil : kind,
      ].compactMap { $0 }.joined(separator: "  ")
      return Group(
        track: key.track, name: name, channel: key.channel > 0 ? key.channel : nil,
        staff: key.staff > 0 ? key.staff : nil, kind: kind, title: "track:\(key.track) '\(name)'",
        details: details, indices: indices)
    }
  }

  private static let kinds: [Note.Kind: String] = [
    .pitched: "pitched", .drum: "drums", .click: "click",
  ]

  private func described<Value: Comparable & Hashable>(_ title: String, _ values: Set<Value>)
    -> String?
  {
    guard !values.isEmpty else { return nil }
    return "\(title):" + values.sorted().map { "\($0)" }.joined(separator: ",")
  }
}

/// What `divisi inspect --json` says of a score; times in seconds.
struct ScoreContents: Encodable {
  struct Track: Encodable {
    let track: Int
    let name: String
    let channel: Int?
    let staff: Int?
    let kind: String
    let notes: Int
    let parts: [String: Int]
  }

  struct Part: Encodable {
    let name: String
    let notes: Int
    /// Parts of one number are hands or voices of one instrument.
    let instrument: Int
  }

  struct PlayedNote: Encodable {
    let start: Double
    /// Until the string is damped.
    let duration: Double
    /// Until the key is released.
    let keySeconds: Double
    let pitch: Int
    let velocity: Int
    let track: Int
    let channel: Int?
    let staff: Int?
    let voice: Int?
    let label: String
    let part: String?
  }

  let score: String
  let seconds: Double
  let hasPedal: Bool
  let warnings: [String]
  let tracks: [Track]
  let parts: [Part]
  let notes: [PlayedNote]
}
