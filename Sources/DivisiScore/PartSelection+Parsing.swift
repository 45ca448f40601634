/// Why a text is no part selection.
public struct PartSelectionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was expected and what was found.
  public var problem: String

  init(expected: String, found: String) {
    problem = onOneLine("expected \(expected), found \(found)")
  }

  /// One line, such as `expected a selector such as track:2 or pitch:C4-C6, found 'trk:2'`.
  public var description: String { problem }
}

extension PartSelection {
  /// Parses a point at which to split hands: a note name (`C4` is middle C, `F#3`, `Bb2`) or a MIDI
  /// number.
  public static func parse(split text: String) throws(PartSelectionError) -> PartSelection {
    guard let pitch = NoteName.pitch(of: text.trimmed) else {
      throw PartSelectionError(
        expected: "a note such as C4 or a MIDI number from 0 to 127", found: quoted(text))
    }
    return .split(pitch: pitch)
  }

  /// Parses rules for parts, such as `melody=track:1&pitch:C4-C6,low=pitch:0-47+staff:2,rest=*`.
  ///
  /// Rules are separated by commas. The selectors of one are joined by `&` (all of them), which
  /// binds tighter, and `+` (any of them); `*` stands for the rest. Selectors are `track:`NUMBER or
  /// NAME, `channel:`, `staff:`, `voice:`, `label:`, `pitch:`ONE or FROM-TO, and `drum:` with one
  /// of ``DrumMap/groups``. A name that holds any of `,=+&` goes between double quotes.
  public static func parse(parts text: String) throws(PartSelectionError) -> PartSelection {
    var rules: [PartRule] = []
    for piece in split(text, at: ",") {
      let rule = try rule(piece)
      if rules.contains(where: { $0.name.lowercased() == rule.name.lowercased() }) {
        throw PartSelectionError(
          expected: "each part once", found: "\(quoted(rule.name)) again (join selectors with +)")
      }
      rules.append(rule)
    }
    if rules.filter(\.takesRest).count > 1 {
      throw PartSelectionError(expected: "one part at most with *", found: "more")
    }
    return .custom(rules)
  }

  private static func rule(_ text: String) throws(PartSelectionError) -> PartRule {
    let sides = split(text, at: "=")
    if sides.count != 2 {
      throw PartSelectionError(
        expected: "a part such as left=track:2", found: quoted(text.trimmed))
    }
    let name = unquoted(sides[0])
    if !PartName.isValid(name) {
      throw PartSelectionError(
        expected: "a part name of letters, digits, space, - _ . (but not \(PartName.reserved))",
        found: quoted(name))
    }
    var rule = PartRule(name: name, alternatives: [])
    for alternative in split(sides[1], at: "+") {
      if alternative.trimmed == "*" {
        rule.takesRest = true
        continue
      }
      var selectors: [NoteSelector] = []
      for text in split(alternative, at: "&") { selectors.append(try selector(text)) }
      rule.alternatives.append(selectors)
    }
    return rule
  }

  private static func selector(_ text: String) throws(PartSelectionError) -> NoteSelector {
    let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let kind = pieces[0].trimmed.lowercased()
    let value = pieces.count == 2 ? unquoted(String(pieces[1])) : ""
    let isQuoted = pieces.count == 2 && pieces[1].trimmed.first == "\""
    if !value.isEmpty {
      switch kind {
      case "track":
        if !isQuoted, let number = Int(value) { return .track(number) }
        return .trackName(value)
      case "label": return .label(value)
      case "channel": if let number = Int(value) { return .channel(number) }
      case "staff": if let number = Int(value) { return .staff(number) }
      case "voice": if let number = Int(value) { return .voice(number) }
      case "pitch": if let range = pitchRange(value) { return .pitch(range) }
      case "drum":
        let group = value.lowercased()
        if DrumMap.groups.contains(group) { return .drum(group) }
        throw PartSelectionError(
          expected: "a drum: one of \(DrumMap.groups.joined(separator: ", "))",
          found: quoted(value))
      default: break
      }
    }
    throw PartSelectionError(
      expected: "a selector such as track:2, channel:1, staff:1, voice:1, label:X, pitch:C4-C6, "
        + "drum:kick or *",
      found: quoted(text.trimmed))
  }

  /// One pitch, or two joined by a hyphen; octaves may be negative, so every hyphen is tried.
  private static func pitchRange(_ text: String) -> ClosedRange<Int>? {
    if let pitch = NoteName.pitch(of: text) { return pitch...pitch }
    for index in text.indices where text[index] == "-" {
      let after = text.index(after: index)
      if let low = NoteName.pitch(of: text[..<index].trimmed),
        let high = NoteName.pitch(of: text[after...].trimmed), low <= high
      {
        return low...high
      }
    }
    return nil
  }

  /// The text between separators that are not within double quotes.
  private static func split(_ text: String, at separator: Character) -> [String] {
    var pieces = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == separator && !isQuoted {
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(character)
      }
    }
    return pieces
  }

  private static func unquoted(_ text: String) -> String {
    let inner = text.trimmed
    guard inner.count >= 2, inner.first == "\"", inner.last == "\"" else { return String(inner) }
    return String(inner.dropFirst().dropLast())
  }
}
