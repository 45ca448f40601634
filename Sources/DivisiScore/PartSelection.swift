/// How the notes of a score become parts.
public enum PartSelection: Sendable, Equatable {
  /// The two hands of a keyboard player, `left` and `right`.
  ///
  /// Found by what the score has, in this order: names of tracks (right, LH, linke Hand, upper …)
  /// or labels, two staves of one part, two tracks, two channels; of the last two, the higher on
  /// average is the right hand. If there is nothing of the kind, the notes of one track, or of the one
  /// keyboard among other instruments, are assigned to the hands that would play them; see
  /// ``remark(on:name:)``. Notes of neither hand are left out.
  case hands
  /// The parts of a drum kit, by ``DrumMap``; their notes have General MIDI numbers.
  case drums
  /// One part per track; per label where a table has labels, and per channel where one track holds
  /// several.
  case tracks
  /// Two hands cut at a pitch, 0 to 127: `left` below it, `right` from it up.
  case split(pitch: Int)
  /// Parts by rule: a note goes to the first rule that selects it, else to the first that takes the
  /// rest, else into no part.
  case custom([PartRule])

  /// Divides the notes of a score into parts.
  ///
  /// Hands and splits leave out percussion; drums leave out everything else, unless the score has no
  /// percussion. A metronome for the players is in no part, unless a rule selects it. Parts without
  /// notes are left out, except of a custom selection, where they are an error: somebody named them.
  ///
  /// - Parameters:
  ///   - score: a score with notes.
  ///   - name: the score's file, for errors.
  /// - Returns: at least one part, each with at least one note. Hands: left, then right. Drums: in
  ///   the order of ``DrumMap/groups``.
  /// - Throws: if no part would have notes, or hands cannot be told apart.
  public func parts(of score: Score, name: String) throws(ScoreError) -> [Part] {
    let parts: [Part]
    switch self {
    case .hands: parts = try Hands.parts(of: score, name: name)
    case .drums: parts = Self.drumParts(of: score)
    case .tracks: parts = try Self.trackParts(of: score, name: name)
    case .split(let pitch):
      let notes = score.notes.filter { $0.kind == .pitched }
      parts = Hands.parts(
        left: notes.filter { $0.pitch < pitch }, right: notes.filter { $0.pitch >= pitch })
    case .custom(let rules): parts = try Self.customParts(of: score, rules, name: name)
    }
    if parts.isEmpty {
      throw ScoreError(in: name, expected: "notes for at least one part", found: "none")
    }
    return parts
  }

  /// What the parts rest on that the score does not say, in one line; nil if there is nothing.
  ///
  /// - Parameters:
  ///   - score: one that ``parts(of:name:)`` divides.
  ///   - name: the score's file.
  public func remark(on score: Score, name: String) -> String? {
    guard self == .hands, Hands.areAssigned(score) else { return nil }
    return onOneLine(
      "\(name): which hand plays what is not in the score; each note was given to the hand that is "
        + "likely to play it")
  }

  private static func drumParts(of score: Score) -> [Part] {
    let hasPercussion = score.notes.contains(where: \.isPercussion)
    let notes = score.notes.filter { hasPercussion ? $0.isPercussion : $0.kind != .click }
    let byGroup = Dictionary(grouping: notes.map(score.sounding), by: DrumMap.group)
    return DrumMap.groups.compactMap { group in
      byGroup[group].map { Part(name: group, notes: $0) }
    }
  }

  private static func trackParts(of score: Score, name: String) throws(ScoreError) -> [Part] {
    var used: Set<String> = [PartName.reserved]
    let hasLabels = score.notes.contains { !$0.label.isEmpty }
    if hasLabels {
      let byLabel = Dictionary(grouping: score.notes, by: \.label)
      try checkCount(byLabel.count, of: "labels", name: name)
      return byLabel.sorted { $0.key < $1.key }.map { label, notes in
        Part(name: PartName.cleaned(label, fallback: "unlabelled", used: &used), notes: notes)
      }
    }
    let notes = score.notes.filter { $0.kind != .click }
    if !score.channelNames.isEmpty {
      return Dictionary(grouping: notes, by: { $0.channel ?? 0 }).sorted { $0.key < $1.key }.map {
        channel, notes in
        let safe = PartName.cleaned(
          score.channelNames[channel] ?? "", fallback: "channel \(channel)", used: &used)
        return Part(name: safe, notes: notes)
      }
    }
    let byTrack = Dictionary(grouping: notes, by: \.track)
    try checkCount(byTrack.count, of: "tracks with notes", name: name)
    return byTrack.sorted { $0.key < $1.key }.map { track, notes in
      let safe = PartName.cleaned(
        score.name(ofTrack: track), fallback: "track \(track)", used: &used)
      return Part(name: safe, notes: notes)
    }
  }

  private static func checkCount(
    _ count: Int, of what: String, name: String
  ) throws(ScoreError) {
    let limit = ScoreLimits.trackPartCount
    if count > limit {
      throw ScoreError(in: name, expected: "at most \(limit) \(what)", found: "\(count)")
    }
  }

  private static func customParts(
    of score: Score, _ rules: [PartRule], name: String
  ) throws(ScoreError) -> [Part] {
    var parts = rules.map { Part(name: $0.name, notes: []) }
    let rest = rules.firstIndex(where: \.takesRest)
    for note in score.notes {
      if let index = rules.firstIndex(where: { $0.matches(note, in: score) }) ?? rest {
        parts[index].notes.append(note.isPercussion ? score.sounding(note) : note)
      }
    }
    if let empty = parts.firstIndex(where: \.notes.isEmpty) {
      let problem =
        "part \(quoted(parts[empty].name)): no notes match \(rules[empty]); the score has "
        + score.summary
      throw ScoreError(fileName: name, problem: problem)
    }
    return parts
  }
}

extension Score {
  /// What selectors could refer to: tracks with their names, channels, staves and labels that have
  /// notes; for error messages.
  var summary: String {
    let tracks = Set(notes.map(\.track)).sorted().map { track in
      let name = name(ofTrack: track)
      return name.isEmpty ? "\(track)" : "\(track) \(quoted(name))"
    }
    let lists: [(String, [String])] = [
      ("tracks", tracks),
      ("channels", Set(notes.compactMap(\.channel)).sorted().map(String.init)),
      ("staves", Set(notes.compactMap(\.staff)).sorted().map(String.init)),
      ("labels", Set(notes.map(\.label).filter { !$0.isEmpty }).sorted().map { quoted($0) }),
    ]
    let texts = lists.filter { !$0.1.isEmpty }.map { title, items in
      let more = items.count > 8 ? " and \(items.count - 8) more" : ""
      return "\(title) \(items.prefix(8).joined(separator: ", "))\(more)"
    }
    return texts.joined(separator: "; ")
  }
}
