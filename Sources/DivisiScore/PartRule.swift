/// What one note must be to belong to a part.
public enum NoteSelector: Sendable, Hashable {
  /// The track of a MIDI file or part of a MusicXML file, from 1.
  case track(Int)
  /// A track, or a channel of a track that holds several, by its name in any case.
  case trackName(String)
  /// A MIDI channel, 1 to 16.
  case channel(Int)
  /// A staff within a part, from 1 at the top.
  case staff(Int)
  /// A voice within a part.
  case voice(Int)
  /// A CSV label, in any case.
  case label(String)
  /// MIDI numbers, both ends included.
  case pitch(ClosedRange<Int>)
  /// A part of the kit: one of ``DrumMap/groups``.
  case drum(String)

  /// Whether a note of a score is selected.
  func matches(_ note: Note, in score: Score) -> Bool {
    switch self {
    case .track(let number): note.track == number
    case .trackName(let name):
      score.name(ofTrack: note.track).lowercased() == name.lowercased()
        || note.channel.flatMap { score.channelNames[$0] }?.lowercased() == name.lowercased()
    case .channel(let number): note.channel == number
    case .staff(let number): note.staff == number
    case .voice(let number): note.voice == number
    case .label(let label): note.label.lowercased() == label.lowercased()
    case .pitch(let range): range.contains(note.pitch)
    case .drum(let group): DrumMap.group(of: score.sounding(note)) == group
    }
  }
}

extension NoteSelector: CustomStringConvertible {
  /// The selector as ``PartSelection/parse(parts:)`` reads it.
  public var description: String {
    switch self {
    case .track(let number): "track:\(number)"
    case .trackName(let name): "track:\(name)"
    case .channel(let number): "channel:\(number)"
    case .staff(let number): "staff:\(number)"
    case .voice(let number): "voice:\(number)"
    case .label(let label): "label:\(label)"
    case .pitch(let range) where range.count == 1: "pitch:\(range.lowerBound)"
    case .pitch(let range): "pitch:\(range.lowerBound)-\(range.upperBound)"
    case .drum(let group): "drum:\(group)"
    }
  }
}

/// A part by rule: its name and which notes go into it.
public struct PartRule: Sendable, Equatable {
  /// A valid part name.
  public var name: String
  /// A note belongs if it meets all selectors of any one of these lists.
  public var alternatives: [[NoteSelector]]
  /// Whether the part also takes what no rule selects; written `*`.
  public var takesRest: Bool

  /// A rule; it may only take the rest, with no alternatives.
  public init(name: String, alternatives: [[NoteSelector]], takesRest: Bool = false) {
    self.name = name
    self.alternatives = alternatives
    self.takesRest = takesRest
  }

  func matches(_ note: Note, in score: Score) -> Bool {
    alternatives.contains { $0.allSatisfy { $0.matches(note, in: score) } }
  }
}

extension PartRule: CustomStringConvertible {
  /// The selectors as ``PartSelection/parse(parts:)`` reads them, without the name.
  public var description: String {
    let texts = alternatives.map { $0.map(\.description).joined(separator: "&") }
    return (texts + (takesRest ? ["*"] : [])).joined(separator: "+")
  }
}

extension Score {
  /// The name of a track counted from 1; empty if it has none.
  func name(ofTrack number: Int) -> String {
    trackNames.indices.contains(number - 1) ? trackNames[number - 1] : ""
  }
}
