/// Tempo, dynamics, pedal and jumps.
extension PartReader {
  /// Reads what stands above or below the staff.
  mutating func readDirection(
    _ element: XMLElement, _ frame: inout MeasureFrame
  ) throws(ScoreError) {
    var place = max(0, position)
    // An offset moves the print only, unless it says that it is meant for playback.
    if let offset = element["offset"], offset.attributes["sound"] == "yes",
      let shift = offset.text.finiteNumber
    {
      place = min(max(0, position + shift / divisions), ScoreLimits.quarterCount)
    }
    let sound = element["sound"]
    for type in element.all("direction-type") {
      for pedal in type.all("pedal") { readPedal(pedal, at: place) }
      if frame.mark.isEmpty, let mark = type["rehearsal"] {
        frame.mark = onOneLine(String(mark.text.trimmed.prefix(Self.longestMark)))
      }
      if type["segno"] != nil { frame.segno = frame.segno ?? "" }
      if type["coda"] != nil { frame.readCodaSign(isAtStart: place <= 0) }
      if let wedge = type["wedge"], wedge.attributes["type"] != "stop" {
        remarks.leaveOut("hairpins")
      }
      if let metronome = type["metronome"], sound?.attributes["tempo"] == nil,
        let tempo = try Metronome.quartersPerMinute(metronome, fileName: fileName)
      {
        frame.tempos.append((place, 60 / tempo))
      }
      if sound?.attributes["dynamics"] == nil,
        let mark = type["dynamics"]?.children.first.flatMap({ Self.velocities[$0.name] })
      {
        dynamics.append((place, mark))
      }
    }
    if let sound { try readSound(sound, at: place, &frame) }
    readWords(element, &frame)
  }

  /// In characters.
  private static let longestMark = 100

  /// Jumps, and changes of tempo in words.
  private mutating func readWords(_ element: XMLElement, _ frame: inout MeasureFrame) {
    let words = element.all("direction-type").flatMap { $0.all("words") }.map(\.text)
    guard !words.isEmpty else { return }
    let text = words.joined(separator: " ")
    if let jump = Jump(words: text) {
      frame.read(jump)
      return
    }
    for jump in words.compactMap({ Jump(words: $0) }) { frame.read(jump) }
    let letters = text.lowercased().filter(\.isLetter)
    if Self.tempoWords.contains(where: { letters.hasPrefix($0) }) {
      remarks.leaveOut("changes of tempo in words")
    }
  }

  /// How words begin that ask for a change of tempo.
  private static let tempoWords = [
    "rit", "rall", "accel", "string", "allarg", "calando", "smorz", "morendo", "slent", "affrett",
  ]

  private mutating func readPedal(_ pedal: XMLElement, at place: Double) {
    switch pedal.attributes["type"] {
    case "start", "resume": measure.pedals.append((place, true))
    case "stop", "discontinue": measure.pedals.append((place, false))
    case "change":
      measure.pedals.append((place, false))
      measure.pedals.append((place, true))
    default: break
    }
  }

  /// Reads an element that exists for playback alone.
  mutating func readSound(
    _ sound: XMLElement, at place: Double, _ frame: inout MeasureFrame
  ) throws(ScoreError) {
    if let text = sound.attributes["tempo"] {
      guard let tempo = text.finiteNumber, Metronome.range.contains(tempo) else {
        throw error(
          sound, expected: "a tempo from 1 to 10000 quarter notes a minute", found: quoted(text))
      }
      frame.tempos.append((place, 60 / tempo))
    }
    if let loudness = sound.attributes["dynamics"].flatMap(Self.velocity(percent:)) {
      dynamics.append((place, loudness))
    }
    if let pedal = sound.attributes["damper-pedal"] {
      measure.pedals.append((place, pedal == "yes" || (pedal.finiteNumber ?? 0) >= 50))
    }
    if let element = sound["swing"], let swing = Swing(element, at: max(0, place)) {
      frame.swings.append(swing)
    }
    if sound.attributes["dacapo"] == "yes" { frame.isDaCapo = true }
    if let fine = sound.attributes["fine"] { frame.isFine = fine != "no" }
    if sound.attributes["forward-repeat"] == "yes" { frame.beginsRepeat = true }
    frame.segno = sound.attributes["segno"] ?? frame.segno
    frame.coda = sound.attributes["coda"] ?? frame.coda
    frame.toCoda = sound.attributes["tocoda"] ?? frame.toCoda
    frame.dalSegno = sound.attributes["dalsegno"] ?? frame.dalSegno
  }

  /// MusicXML gives dynamics in percent of forte, which it puts at MIDI velocity 90.
  static func velocity(percent text: String) -> Int? {
    guard let percent = text.finiteNumber, percent >= 0 else { return nil }
    return max(1, Int(min(127, percent * 0.9).rounded()))
  }

  /// Evenly spaced with mf at the velocity of a score without marks; accents such as sfz, which
  /// touch one note, are not among them.
  private static let velocities: [String: Int] = [
    "pppp": 10, "ppp": 20, "pp": 35, "p": 50, "mp": 65, "mf": 80, "f": 95, "ff": 110, "fff": 120,
    "ffff": 127, "fp": 50,
  ]
}
