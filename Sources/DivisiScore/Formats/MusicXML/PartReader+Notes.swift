/// Notes, rests and drums.
extension PartReader {
  mutating func readNote(_ element: XMLElement) throws(ScoreError) {
    let isChord = element["chord"] != nil
    let isGrace = element["grace"] != nil
    let isRest = element["rest"] != nil
    let duration = isGrace ? 0 : try isRest ? restLength(element) : noteLength(element)
    let voice = element.text(of: "voice").flatMap { Int($0) }
    let start = isChord ? lastPosition : max(0, position)
    if !isChord && !isGrace {
      lastPosition = start
      advance(duration)
    }
    if element["cue"] != nil { return }
    guard let pitch = try pitch(element) else {
      if isRest { graces.rest(voice: voice, in: &measure.notes) }
      return
    }

    let ties = element.all("tie").compactMap { $0.attributes["type"] }
    let slurs = element["notations"]?.all("tied").compactMap { $0.attributes["type"] } ?? []
    let tieTypes = ties.isEmpty ? slurs : ties
    var note = WrittenNote(
      position: start, duration: duration, pitch: pitch.number,
      velocity: element.attributes["dynamics"].flatMap(Self.velocity(percent:)),
      channel: pitch.isDrum
        ? Note.percussionChannel
        : instruments.channel(ofID: element["instrument"]?.attributes["id"]),
      staff: element.text(of: "staff").flatMap { Int($0) }, voice: voice,
      startsTie: tieTypes.contains("start"), endsTie: tieTypes.contains("stop"))
    note.run = run
    note.isHidden = element.attributes["print-object"] == "no"
    if isGrace {
      let isSlashed = element["grace"]?.attributes["slash"] == "yes"
      graces.add(note, isChord: isChord, isSlashed: isSlashed)
      return
    }
    if element["notations"] != nil { readMarks(element, &note, pitch.neighbours) }
    if !isChord && !pitch.isDrum {
      note.lineTrill = trillLines.trill(
        note, element, above: pitch.neighbours.above, ended: &part.endedTrillLines)
    }
    let dots = min(element.all("dot").count, 3)
    measure.notes.append(
      graces.precede(note, isChord: isChord, dots: dots, in: &measure.notes))
  }

  private mutating func readMarks(
    _ element: XMLElement, _ note: inout WrittenNote, _ neighbours: (above: Int, below: Int)
  ) {
    let marks = NoteMarks(element, neighbours: neighbours)
    for mark in marks.unplayed { remarks.leaveOut(mark) }
    note.ornament = marks.ornament
    note.sharedTremolo = marks.sharedTremolo
    note.arpeggio = marks.arpeggio
    note.typeLength = element.text(of: "type").flatMap { Metronome.quartersByUnit[$0] } ?? 1
  }

  /// A rest without a length lasts to the end of the bar.
  private mutating func restLength(_ element: XMLElement) throws(ScoreError) -> Double {
    let text = element.text(of: "duration") ?? ""
    if text.isEmpty || text.finiteNumber == 0 && element["rest"]?.attributes["measure"] == "yes" {
      return typeLength(element) ?? max(0, nominalLength - max(0, position))
    }
    return try quarters(element)
  }

  /// A note without a length is as long as it looks.
  private mutating func noteLength(_ element: XMLElement) throws(ScoreError) -> Double {
    if element["duration"] == nil, let length = typeLength(element) {
      remarks.mend("notes without duration, as long as their type says")
      return length
    }
    return try quarters(element)
  }

  private func typeLength(_ element: XMLElement) -> Double? {
    guard let type = element.text(of: "type"), let quarters = Metronome.quartersByUnit[type] else {
      return nil
    }
    let dots = min(element.all("dot").count, 4)
    return quarters * (2 - 1 / Double(1 << dots))
  }

  /// What sounds: a pitch, or the number of a drum, and how many semitones away its neighbours are.
  private typealias SoundingPitch = (
    number: Int, isDrum: Bool, neighbours: (above: Int, below: Int)
  )

  /// The sounding pitch of a note, or the number of a drum; nil for a rest.
  private mutating func pitch(_ element: XMLElement) throws(ScoreError) -> SoundingPitch? {
    let id = element["instrument"]?.attributes["id"]
    if let unpitched = element["unpitched"] {
      let place = DrumMap.number(
        displayStep: unpitched.text(of: "display-step")?.first ?? "?",
        octave: unpitched.text(of: "display-octave").flatMap { Int($0) } ?? 99)
      if let number = instruments.percussionNumber(ofID: id) ?? place {
        return (number, true, (2, 2))
      }
      remarks.mend("strokes without instrument or usual staff place, taken as percussion")
      return (DrumMap.unknownNumber, true, (2, 2))
    }
    guard let pitch = element["pitch"] else { return nil }
    let stepText = pitch.text(of: "step") ?? ""
    let octaveText = pitch.text(of: "octave") ?? ""
    guard let step = stepText.first, stepText.count == 1,
      let semitones = NoteName.semitones(ofStep: step),
      let octave = Int(octaveText), (-1...10).contains(octave)
    else {
      throw error(
        element, expected: "a <pitch> with step A to G and an octave",
        found: quoted(stepText + octaveText))
    }
    if isDrumPart,
      let number = instruments.percussionNumber(ofID: id)
        ?? DrumMap.number(displayStep: step, octave: octave)
    {
      return (number, true, (2, 2))
    }
    let alter = (pitch.text(of: "alter")?.finiteNumber ?? 0).rounded()
    let staff = element.text(of: "staff").flatMap { Int($0) } ?? 1
    let shift = transposition[staff] ?? transposition[0] ?? 0
    let sounding = Double(12 * (octave + 1) + semitones + shift) + alter
    guard (0...127).contains(sounding) else {
      throw error(
        element, expected: "a note that sounds within MIDI's 0 to 127",
        found: "\(quoted(stepText + octaveText)), altered by \(alter), transposed by \(shift)")
    }
    return (Int(sounding), isDrumPart, Key(fifths: fifths).neighbours(of: step, alter: Int(alter)))
  }
}

/// A key signature.
struct Key {
  /// Sharps, or flats if below zero; from −7 to 7.
  var fifths: Int

  /// How far it is to the notes above and below a note, in semitones, from 1 to 3.
  ///
  /// - Parameters:
  ///   - step: C to B.
  ///   - alter: in semitones.
  func neighbours(of step: Character, alter: Int) -> (above: Int, below: Int) {
    let steps = Array("CDEFGAB")
    let upper = Character(step.uppercased())
    guard let index = steps.firstIndex(of: upper), abs(alter) <= 2 else { return (2, 2) }
    let own = height(steps[index]) + alter
    let above = height(steps[(index + 1) % 7]) + self.alter(steps[(index + 1) % 7])
    let below = height(steps[(index + 6) % 7]) + self.alter(steps[(index + 6) % 7])
    return (
      min(max(1, above + (index == 6 ? 12 : 0) - own), 3),
      min(max(1, own - below + (index == 0 ? 12 : 0)), 3)
    )
  }

  private func height(_ step: Character) -> Int { NoteName.semitones(ofStep: step) ?? 0 }

  private func alter(_ step: Character) -> Int {
    let order = Array("FCGDAEB")
    if fifths > 0 { return order.prefix(fifths).contains(step) ? 1 : 0 }
    return order.suffix(-fifths).contains(step) ? -1 : 0
  }
}
