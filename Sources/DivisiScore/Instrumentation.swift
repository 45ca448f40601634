/// Which parts are hands or voices of one instrument.
///
/// A key of a piano has one string, whichever hand strikes it; but a violin and a flute that play the same note
/// both sound, each in its own way.
public enum Instrumentation: Sendable, Equatable {
  /// All of them.
  case one
  /// Those of which the score says so: parts of one track, of one label or of one part of MusicXML, tracks named
  /// after the two hands (left and right, in many languages) of what is else called the same, tracks of MIDI
  /// that have the same name and it is a keyboard's, and those without a name that have the same of General MIDI's
  /// pianos.
  case score
  /// None: each part is an instrument.
  case parts
  /// Those of one list, by name; each part that is in none is an instrument.
  case groups([[String]])

  /// Parses `one`, `score`, `parts`, or names of parts, joined by `+` and separated by commas: `left+right,violin`.
  public static func parse(_ text: String) throws(PartSelectionError) -> Instrumentation {
    switch text.trimmed.lowercased() {
    case "one": return .one
    case "score": return .score
    case "parts": return .parts
    default: break
    }
    var groups: [[String]] = []
    var used: Set<String> = []
    for group in text.split(separator: ",", omittingEmptySubsequences: false) {
      var names: [String] = []
      for name in group.split(separator: "+", omittingEmptySubsequences: false) {
        let name = String(name.trimmed)
        guard !name.isEmpty else {
          throw PartSelectionError(
            expected: "one, score, parts, or names such as left+right,violin", found: quoted(text))
        }
        guard used.insert(name.lowercased()).inserted else {
          throw PartSelectionError(expected: "each part once", found: "\(quoted(name)) again")
        }
        names.append(name)
      }
      groups.append(names)
    }
    return .groups(groups)
  }

  /// Gives each part the number of its instrument: the place of the first part that it plays.
  ///
  /// - Parameter parts: of `score`.
  /// - Throws: for a name that is no part's.
  public func assigned(to parts: [Part], of score: Score) throws(PartSelectionError) -> [Part] {
    var numbers = Array(parts.indices)
    func join(_ a: Int, _ b: Int) {
      let (low, high) = (min(numbers[a], numbers[b]), max(numbers[a], numbers[b]))
      for index in numbers.indices where numbers[index] == high { numbers[index] = low }
    }
    switch self {
    case .one: numbers = parts.map { _ in 0 }
    case .parts: break
    case .groups(let groups):
      for group in groups {
        var members: [Int] = []
        for name in group {
          guard let index = Self.index(of: name, in: parts) else {
            let names = parts.map(\.name).joined(separator: ", ")
            throw PartSelectionError(expected: "names of parts: \(names)", found: quoted(name))
          }
          members.append(index)
        }
        for member in members { join(members[0], member) }
      }
    case .score:
      let players = parts.map { Player($0, in: score) }
      for a in players.indices {
        for b in players.indices.dropFirst(a + 1) where players[a].isSame(as: players[b]) {
          join(a, b)
        }
      }
    }
    var result = parts
    for index in result.indices { result[index].instrument = numbers[index] }
    return result
  }

  private static func index(of name: String, in parts: [Part]) -> Int? {
    if let exact = parts.firstIndex(where: { $0.name == name }) { return exact }
    let alike = parts.indices.filter { parts[$0].name.lowercased() == name.lowercased() }
    return alike.count == 1 ? alike[0] : nil
  }
}

/// What a score says of who plays a part.
private struct Player {
  /// Where notes stand together in a score.
  private enum Line: Hashable {
    case label(String)
    case channel(Int)
    case track(Int)
  }

  private let lines: Set<Line>
  private let name: String
  /// Names of tracks and channels of MIDI.
  private let lineNames: Set<String>
  private let programs: Set<Int?>

  init(_ part: Part, in score: Score) {
    name = part.name
    lines = Set(
      part.notes.map { note in
        if !note.label.isEmpty { return .label(note.label) }
        if !score.channelNames.isEmpty, let channel = note.channel { return .channel(channel) }
        return .track(note.track)
      })
    let played = part.notes.filter { $0.label.isEmpty && $0.channel != nil }
    lineNames = Set(played.map(score.label))
    programs = Set(played.map { score.programs[$0.track] })
  }

  func isSame(as other: Player) -> Bool {
    if !lines.isDisjoint(with: other.lines) { return true }
    if let a = Hands.player(named: name), a == Hands.player(named: other.name) { return true }
    guard lineNames.count == 1, lineNames == other.lineNames, let name = lineNames.first else {
      return false
    }
    if !name.isEmpty { return NameHint(name) == .keyboard && programs == other.programs }
    guard programs == other.programs, programs.count == 1, let program = programs.first else {
      return false
    }
    return program.map { $0 < GeneralMIDI.pianoCount } ?? false
  }
}
