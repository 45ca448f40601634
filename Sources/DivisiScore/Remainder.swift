extension Score {
  /// Which notes are in none of some parts, in one line: how many, and of which tracks.
  ///
  /// - Parameters:
  ///   - parts: of this score.
  ///   - name: the score's file.
  /// - Returns: nil if all notes are in a part.
  public func remainder(of parts: [Part], name: String) -> String? {
    var counts: [Line: Int] = [:]
    for note in notes { counts[Line(note, in: self), default: 0] += 1 }
    for note in parts.flatMap(\.notes) { counts[Line(note, in: self), default: 0] -= 1 }
    let left = counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    let total = left.reduce(0) { $0 + $1.value }
    if total == 0 { return nil }
    let shown = left.prefix(8).map { line, count in "\(line.description(in: self)) \(count)" }
    let more = left.count > shown.count ? ", and \(left.count - shown.count) more" : ""
    return onOneLine(
      "\(name): \(total) of \(notes.count) notes \(total == 1 ? "is" : "are") in no part: "
        + shown.joined(separator: ", ") + more)
  }

  /// What people would name notes by.
  private struct Line: Hashable, Comparable {
    var track: Int
    var channel: Int
    var staff: Int
    var kind: UInt8

    init(_ note: Note, in score: Score) {
      track = note.track
      channel = score.channelNames.isEmpty ? 0 : note.channel ?? 0
      staff = note.staff ?? 0
      kind = note.kind.rawValue
    }

    static func < (a: Line, b: Line) -> Bool {
      (a.track, a.channel, a.staff, a.kind) < (b.track, b.channel, b.staff, b.kind)
    }

    func description(in score: Score) -> String {
      let name = score.channelNames[channel] ?? score.name(ofTrack: track)
      let place = channel > 0 ? "channel \(channel)" : "track \(track)"
      return [
        place, name.isEmpty ? "" : quoted(name), staff > 0 ? "staff \(staff)" : "",
        kind == Note.Kind.click.rawValue ? "(click)" : "",
      ].filter { !$0.isEmpty }.joined(separator: " ")
    }
  }
}
