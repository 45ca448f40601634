/// A way to play a note as several.
enum Ornament {
  /// Struck again and again, as in a tremolo or a roll; in quarter notes.
  case strokes(every: Double, length: Double)
  /// In turn with its neighbour, so many semitones away, as often as both fit; the last is held.
  case trill(semitones: Int, step: Double)
  /// Notes of one step each, in semitones from the written one; the last is held.
  case figure([Int], step: Double)

  /// The usual length of a note of a trill or mordent: a thirty-second, in quarter notes.
  static let step = 0.125
  /// Of one written note.
  static let maximumCount = 512

  /// The notes to play in place of a written one; that one where they would be too many.
  func played(_ note: WrittenNote) -> [WrittenNote] {
    switch self {
    case .strokes(let every, let length):
      let count = Int((note.duration / every).rounded(.up))
      guard every > 0, count > 1, count <= Self.maximumCount else { return [note] }
      return (0..<count).map { index in
        var stroke = note
        stroke.position += Double(index) * every
        if index > 0 { stroke.printedPosition = nil }
        stroke.duration = min(length, note.duration - Double(index) * every)
        (stroke.startsTie, stroke.endsTie) = (false, false)
        return stroke
      }
    case .trill(let semitones, let step):
      let step = min(step, note.duration / 2)
      let pairs = step > 0 ? Int(note.duration / step / 2 + 1e-6) : 0
      guard pairs > 0, 2 * pairs <= Self.maximumCount else { return [note] }
      return Self.notes(note, (0..<2 * pairs).map { $0 % 2 == 0 ? 0 : semitones }, step: step)
    case .figure(let intervals, var step):
      guard note.duration > 0 else { return [note] }
      while step * Double(intervals.count) > note.duration { step /= 2 }
      return Self.notes(note, intervals, step: step)
    }
  }

  /// Whether all notes of a chord are struck that way if one is.
  var isOfChord: Bool { if case .strokes = self { true } else { false } }

  /// Whether it begins with the note before it, if there is a grace note.
  var isTrill: Bool { if case .trill = self { true } else { false } }

  /// Notes one after another, the last of which is held to the end.
  private static func notes(_ note: WrittenNote, _ intervals: [Int], step: Double) -> [WrittenNote]
  {
    intervals.indices.map { index in
      var part = note
      let isLast = index == intervals.count - 1
      part.pitch = min(max(0, note.pitch + intervals[index]), 127)
      part.position += Double(index) * step
      if index > 0 { part.printedPosition = nil }
      part.duration = isLast ? note.duration - Double(index) * step : step
      part.endsTie = note.endsTie && index == 0
      part.startsTie = note.startsTie && isLast && intervals[index] == 0
      return part
    }
  }
}

/// Marks on a note that change which notes sound.
struct NoteMarks {
  /// How the note is played alone.
  private(set) var ornament: Ornament?
  /// The strokes through the stem of a tremolo with another note, and whether this is the first.
  private(set) var sharedTremolo: (strokes: Int, isFirst: Bool)?
  /// Whether the chord is spread, upwards or downwards.
  private(set) var arpeggio: ChordSpread?
  /// What is not played.
  private(set) var unplayed: [String] = []
  /// The written length without dots, in quarter notes.
  private let typeLength: Double
  /// How long notes of the tuplet are, as a share of their written length.
  private let tupletShare: Double

  private static let names = [
    "glissando": "glissandi", "slide": "slides", "fermata": "fermatas", "schleifer": "schleifers",
    "vertical-turn": "vertical turns", "haydn": "Haydn ornaments", "bend": "bends",
    "other-ornament": "other ornaments", "doit": "doits", "falloff": "falls", "scoop": "scoops",
    "plop": "plops", "breath-mark": "breath marks", "caesura": "caesuras",
  ]

  /// - Parameters:
  ///   - element: a `note`.
  ///   - neighbours: the semitones to the notes above and below, in the key that holds.
  init(_ element: XMLElement, neighbours: (above: Int, below: Int)) {
    typeLength = element.text(of: "type").flatMap { Metronome.quartersByUnit[$0] } ?? 1
    tupletShare = Self.tupletShare(of: element)
    for notations in element.all("notations") {
      for child in notations.children {
        switch child.name {
        case "ornaments": read(ornaments: child, element, neighbours)
        case "arpeggiate": arpeggio = child.attributes["direction"] == "down" ? .downward : .upward
        case "articulations", "technical":
          unplayed += child.children.compactMap { Self.names[$0.name] }
        case "glissando", "slide":
          if child.attributes["type"] != "stop" { unplayed.append(Self.names[child.name] ?? "") }
        default: if let name = Self.names[child.name] { unplayed.append(name) }
        }
      }
    }
  }

  private static func tupletShare(of note: XMLElement) -> Double {
    let tuplet = note["time-modification"]
    guard let actual = tuplet?.text(of: "actual-notes")?.finiteNumber,
      let normal = tuplet?.text(of: "normal-notes")?.finiteNumber, actual > 0, normal > 0
    else { return 1 }
    return min(max(1.0 / 16, normal / actual), 16)
  }

  private mutating func read(
    ornaments: XMLElement, _ note: XMLElement, _ neighbours: (above: Int, below: Int)
  ) {
    let isUnpitched = note["unpitched"] != nil
    var above = neighbours.above
    var below = neighbours.below
    for mark in ornaments.all("accidental-mark") {
      let isBelow = mark.attributes["placement"] == "below"
      // An accidental moves the neighbour by a semitone from where the key has it, as far as that goes.
      switch mark.text.trimmed {
      case "sharp": if isBelow { below = 1 } else { above = 2 }
      case "flat": if isBelow { below = 2 } else { above = 1 }
      default: break
      }
    }
    for child in ornaments.children {
      switch child.name {
      case "trill-mark", "shake":
        ornament =
          isUnpitched
          ? .strokes(every: Ornament.step, length: Ornament.step)
          : .trill(semitones: above, step: Ornament.step)
      case "mordent": ornament = figure([0, -below, 0], isUnpitched)
      case "inverted-mordent": ornament = figure([0, above, 0], isUnpitched)
      case "turn": ornament = figure([above, 0, -below, 0], isUnpitched)
      case "inverted-turn": ornament = figure([-below, 0, above, 0], isUnpitched)
      case "delayed-turn", "delayed-inverted-turn": unplayed.append("delayed turns")
      case "tremolo": read(tremolo: child)
      default: if let name = Self.names[child.name] { unplayed.append(name) }
      }
    }
  }

  private func figure(_ intervals: [Int], _ isUnpitched: Bool) -> Ornament? {
    isUnpitched ? nil : .figure(intervals, step: Ornament.step)
  }

  private mutating func read(tremolo: XMLElement) {
    guard let strokes = Int(tremolo.text.trimmed), (1...5).contains(strokes) else {
      unplayed.append("unmeasured tremolos")
      return
    }
    switch tremolo.attributes["type"] ?? "single" {
    case "single":
      // Strokes through a stem halve a quarter note, or what its flags leave of it.
      let step = min(1, typeLength) / Double(1 << strokes) * tupletShare
      ornament = .strokes(every: step, length: step)
    case "start": sharedTremolo = (strokes, true)
    case "stop": sharedTremolo = (strokes, false)
    default: unplayed.append("unmeasured tremolos")
    }
  }
}
