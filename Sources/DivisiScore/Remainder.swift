extension Score {
  /// Which notes are in none of some parts, in one line: how many, and in which tracks.
  ///
  /// - Parameters:
  ///   - parts: of this score.
  ///   - name: the score's file.
  /// - Returns: nil if all notes are in a part.
  public func remainder(of parts: [Part], name: String) -> String? {
    var counts: [Line: Int] = [:]
    for note in notes { counts[Line(note, in: self), default: 0] += 1 }
    var rest = counts
    for note in parts.flatMap(\.notes) { rest[Line(note, in: self), default: 0] -= 1 }
    let left = rest.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    let total = left.reduce(0) { $0 + $1.value }
    if total == 0 { return nil }
    let shown = left.prefix(8).map { line, count in
      let all = counts[line] ?? count
      let share = count < all ? "\(count) of the \(all)" : count == 1 ? "1" : "all \(count)"
      return
        "\(share) \(line.isClick ? all == 1 ? "click " : "clicks " : "")\(line.place(in: self))"
    }
    let others = left.dropFirst(shown.count).reduce(0) { $0 + $1.value }
    let more = others > 0 ? ", and \(others) elsewhere" : ""
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
    var label: String

    var isClick: Bool { kind == Note.Kind.click.rawValue }

    init(_ note: Note, in score: Score) {
      track = note.track
      channel = score.channelNames.isEmpty ? 0 : note.channel ?? 0
      staff = note.staff ?? 0
      kind = note.kind.rawValue
      label = note.label
    }

    static func < (a: Line, b: Line) -> Bool {
      (a.track, a.channel, a.staff, a.kind, a.label)
        < (b.track, b.channel, b.staff, b.kind, b.label)
    }

    /// Where the notes are, as in `in track 2 'Piano', staff 1`.
    func place(in score: Score) -> String {
      if !label.isEmpty { return "labelled \(quoted(label))" }
      let name = score.channelNames[channel] ?? score.name(ofTrack: track)
      let place = channel > 0 ? "channel \(channel)" : "track \(track)"
      let title = name.isEmpty ? place : "\(place) \(quoted(name))"
      return "in \(title)" + (staff > 0 ? ", staff \(staff)" : "")
    }
  }
}
