extension Score {
  /// The part of each note, as an index, in the order of the notes; nil for notes of no part.
  ///
  /// - Parameter parts: of this score.
  public func assignment(to parts: [Part]) -> [Int?] {
    // Of notes that are the same in all, as many belong to a part as it has.
    var owners: [Note: [Int]] = [:]
    for (index, part) in parts.enumerated() {
      for note in part.notes { owners[note, default: []].append(index) }
    }
    // In parts, drums have the numbers of General MIDI.
    return notes.map { note in
      owners[sounding(note)]?.popLast() ?? owners[note]?.popLast()
    }
  }

  /// What a note is called: its label, else its track, or the channel of a track that has several.
  public func label(of note: Note) -> String {
    if !note.label.isEmpty { return note.label }
    return note.channel.flatMap { channelNames[$0] } ?? name(ofTrack: note.track)
  }
}
