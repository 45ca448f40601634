/// Tells the left hand of a keyboard score from the right.
///
/// In this order, the first that applies:
/// 1. Tracks named after hands (left, LH, linke Hand, main gauche, lower, bass … and their
///    counterparts); one named track and one other are two hands as well.
/// 2. Labels of the same kind.
/// 3. The staves of the one part that has several: the top staff is the right hand, and so is a part of
///    that name above it; one below it is the left hand.
/// 4. Two tracks with notes, else two channels: the higher on average is the right hand; unless one of
///    them is called a keyboard, and the others are other instruments.
/// 5. The one track, or the one that is called a keyboard: its notes are assigned to hands
///    (``HandAssignment``).
enum Hands {
  private enum Hand { case left, right }

  /// The parts `left` and `right`, without percussion.
  ///
  /// - Throws: if none of the signs above is there.
  static func parts(of score: Score, name: String) throws(ScoreError) -> [Part] {
    let notes = score.notes.filter { $0.kind == .pitched }
    if let parts = written(score, notes) { return parts }
    if let keyboard = keyboard(score, notes) {
      var (left, right) = ([Note](), [Note]())
      for (note, isRight) in zip(keyboard, HandAssignment.isRight(keyboard)) {
        if isRight { right.append(note) } else { left.append(note) }
      }
      return parts(left: left, right: right)
    }
    let found = notes.isEmpty ? "percussion only" : score.summary
    throw ScoreError(
      in: name, expected: "two hands (by track name, label, staff, track or channel)",
      found: "\(found); say which is which with --split C4 or --parts")
  }

  /// Whether the score does not say which hand plays what, so that ``parts(of:name:)`` decides.
  static func areAssigned(_ score: Score) -> Bool {
    let notes = score.notes.filter { $0.kind == .pitched }
    return written(score, notes) == nil && keyboard(score, notes) != nil
  }

  /// The hands as the score has them; nil if it does not say.
  private static func written(_ score: Score, _ notes: [Note]) -> [Part]? {
    if let parts = byTrackNames(score, notes) { return parts }
    if let parts = byLabels(notes) { return parts }
    if let parts = byStaves(score, notes) { return parts }
    let lines = lines(of: score, notes)
    let hints = Set(lines.map { NameHint($0.name) })
    if lines.count > 1 && hints == [.keyboard, .pitched] { return nil }
    return byHeight(notes, \.track) ?? byHeight(notes, { $0.channel ?? 0 })
  }

  /// The notes of the one line that is a keyboard's, as far as is known; nil if there are several.
  private static func keyboard(_ score: Score, _ notes: [Note]) -> [Note]? {
    let lines = lines(of: score, notes)
    let keyboards = lines.count == 1 ? lines : lines.filter { NameHint($0.name) == .keyboard }
    return keyboards.count == 1 ? keyboards[0].notes : nil
  }

  /// The notes of each track, or of each channel of a track that holds several.
  private static func lines(of score: Score, _ notes: [Note]) -> [(name: String, notes: [Note])] {
    let hasChannels = !score.channelNames.isEmpty
    return Dictionary(grouping: notes) { hasChannels ? $0.channel ?? 0 : $0.track }.map {
      (
        name: hasChannels ? score.channelNames[$0] ?? "" : score.name(ofTrack: $0),
        notes: $1
      )
    }
  }

  /// The parts that have notes, left first.
  static func parts(left: [Note], right: [Note]) -> [Part] {
    zip(NamedPart.hands, [left, right]).map { Part(name: $0.name, notes: $1) }.filter {
      !$0.notes.isEmpty
    }
  }

  private static func parts(_ notes: [Note], hand: (Note) -> Hand?) -> [Part] {
    parts(left: notes.filter { hand($0) == .left }, right: notes.filter { hand($0) == .right })
  }

  private static func byTrackNames(_ score: Score, _ notes: [Note]) -> [Part]? {
    var hands = score.trackNames.map(hand(named:))
    if !(hands.contains(.left) && hands.contains(.right)) {
      guard let known = hands.compactMap({ $0 }).first else { return nil }
      let others = Set(notes.map(\.track)).filter {
        !hands.indices.contains($0 - 1) || hands[$0 - 1] == nil
      }
      // A track with two staves has both hands, and the named one is another player's, such as a bass.
      guard others.count == 1, let other = others.first, hands.indices.contains(other - 1),
        Set(notes.filter { $0.track == other }.compactMap(\.staff)).count < 2
      else { return nil }
      hands[other - 1] = known == .left ? .right : .left
    }
    return parts(notes) { hands.indices.contains($0.track - 1) ? hands[$0.track - 1] : nil }
  }

  private static func byLabels(_ notes: [Note]) -> [Part]? {
    let labels = Set(notes.map(\.label))
    let hands = Dictionary(uniqueKeysWithValues: labels.map { ($0, hand(named: $0)) })
    if !hands.values.contains(where: { $0 != nil }) { return nil }
    return parts(notes) { hands[$0.label] ?? nil }
  }

  private static func byStaves(_ score: Score, _ notes: [Note]) -> [Part]? {
    let staves = Dictionary(grouping: notes, by: \.track)
      .mapValues { Set($0.compactMap(\.staff)) }.filter { $0.value.count > 1 }
    guard staves.count == 1, let (track, numbers) = staves.first, let top = numbers.min() else {
      return nil
    }
    return parts(notes) { note in
      if note.track == track { return note.staff == top ? .right : .left }
      // A third staff may be a part of its own: above the others it is the right hand's.
      let name = score.name(ofTrack: note.track).lowercased()
      let isSameKeyboard =
        !name.isEmpty && name == score.name(ofTrack: track).lowercased()
        || NameHint(name) == .keyboard
          && registerWords.isDisjoint(with: NameHint.words(of: name))
      return isSameKeyboard ? note.track < track ? .right : .left : nil
    }
  }

  private static func byHeight(_ notes: [Note], _ group: (Note) -> Int) -> [Part]? {
    let groups = Dictionary(grouping: notes, by: group).sorted { $0.key < $1.key }.map(\.value)
    if groups.count != 2 { return nil }
    let heights = groups.map { Double($0.reduce(0) { $0 + $1.pitch }) / Double($0.count) }
    let isFirstHigher = heights[0] >= heights[1]
    return parts(left: groups[isFirstHigher ? 1 : 0], right: groups[isFirstHigher ? 0 : 1])
  }

  private static let leftWords: Set<String> = [
    "left", "lh", "l", "linke", "linker", "links", "gauche", "mg", "sinistra", "ms", "izquierda",
    "esquerda", "lower", "bass", "bassa", "untere", "unten", "левая", "левой", "лр", "lewa",
    "venstre", "vänster", "vasen", "左",
  ]
  private static let rightWords: Set<String> = [
    "right", "rh", "r", "rechte", "rechter", "rechts", "droite", "md", "destra", "derecha",
    "direita", "upper", "treble", "discant", "diskant", "obere", "oben", "правая", "правой", "пр",
    "prawa", "høyre", "højre", "höger", "oikea", "右",
  ]

  /// Those of the above that are voices and other players too.
  private static let registerWords: Set<String> = ["bass", "bassa", "treble", "discant", "diskant"]

  /// Whether a name speaks of one hand.
  static func isHand(named name: String) -> Bool { hand(named: name) != nil }

  /// What is left of a name without its hand: `piano` of `Piano right`, nothing of `LH`. Nil if it speaks of no hand,
  /// and for words that mean voices and other players as well, unless it also speaks of a keyboard.
  static func player(named name: String) -> String? {
    guard hand(named: name) != nil else { return nil }
    let words = NameHint.words(of: name).filter { !isSide($0) && !handWords.contains($0) }
    let rest = words.joined(separator: " ")
    let saysSide = Set(sides(of: name)).isDisjoint(with: registerWords.union(heightWords))
    return saysSide || NameHint(rest) == .keyboard ? rest : nil
  }

  private static let handWords: Set<String> = [
    "hand", "hands", "main", "mano", "mão", "mao", "рука", "hånd", "ręka", "käsi",
  ]
  /// Those that are heights as well.
  private static let heightWords: Set<String> = [
    "lower", "upper", "untere", "obere", "unten", "oben",
  ]

  private static func isSide(_ word: String) -> Bool {
    leftWords.contains(withoutHand(word)) || rightWords.contains(withoutHand(word))
  }

  private static func sides(of name: String) -> [String] {
    NameHint.words(of: name).map(withoutHand).filter(isSide)
  }

  /// A word without the hand that is written in one with it.
  private static func withoutHand(_ word: String) -> String {
    ["hand", "main", "mano", "手"].reduce(word) { rest, hand in
      rest.count > hand.count && rest.hasSuffix(hand) ? String(rest.dropLast(hand.count)) : rest
    }
  }

  /// The hand a name speaks of; nil for neither or both. Dots within are ignored (`l.h.`), and a hand
  /// may be written in one word with its side (`lefthand`).
  private static func hand(named name: String) -> Hand? {
    let words = Set(NameHint.words(of: name).map(withoutHand))
    switch (words.isDisjoint(with: leftWords), words.isDisjoint(with: rightWords)) {
    case (false, true): return .left
    case (true, false): return .right
    default: return nil
    }
  }
}
