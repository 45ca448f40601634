/// Reads one part of a MusicXML score, measure by measure.
struct PartReader {
  /// What has been read so far.
  private(set) var part: WrittenPart

  let fileName: String
  private let instruments: Instruments
  private(set) var divisions = 1.0
  /// Semitones from written to sounding pitch, per staff; 0 stands for all staves.
  private var transposition: [Int: Int] = [:]
  private var velocity = Note.unspecifiedVelocity
  private var repeatMarks: RepeatMarks

  var measure = WrittenMeasure()
  /// Where reading is, in quarter notes from the start of the measure.
  private(set) var position = 0.0
  private var length = 0.0
  private var lastPosition = 0.0
  var dynamics: [(position: Double, velocity: Int)] = []
  private var graces = GraceNotes()

  /// - Parameter declaration: the part's `score-part` element.
  init(declaration: XMLElement, fileName: String) {
    self.fileName = fileName
    instruments = Instruments(declaration: declaration)
    repeatMarks = RepeatMarks(fileName: fileName)
    let name = declaration.text(of: "part-name") ?? declaration.text(of: "part-abbreviation") ?? ""
    part = WrittenPart(name: onOneLine(name), isPiano: instruments.arePianos)
  }

  /// Starts a measure; those before it that the part lacks become empty ones.
  mutating func beginMeasure(_ index: Int) {
    while part.measures.count < index { part.measures.append(WrittenMeasure()) }
    measure = WrittenMeasure()
    position = 0
    length = 0
    lastPosition = 0
    dynamics = []
    graces = GraceNotes()
  }

  /// Adds the measure to the part, and its length to what all parts share.
  mutating func endMeasure(_ frame: inout MeasureFrame) {
    graces.finish(in: &measure.notes)
    let marks = dynamics.sorted { $0.position < $1.position }
    let order = measure.notes.indices.sorted {
      measure.notes[$0].position < measure.notes[$1].position
    }
    var next = 0
    for i in order {
      // A mark and a note meant for one beat may differ by rounding.
      while next < marks.count && marks[next].position < measure.notes[i].position + 1e-6 {
        velocity = marks[next].velocity
        next += 1
      }
      if measure.notes[i].velocity == nil { measure.notes[i].velocity = velocity }
    }
    velocity = marks.last?.velocity ?? velocity
    measure.pedals.sort { $0.position < $1.position }
    frame.length = max(frame.length, length)
    repeatMarks.endMeasure(&frame)
    part.measures.append(measure)
  }

  /// Reads a child of a measure.
  mutating func read(_ element: XMLElement, _ frame: inout MeasureFrame) throws(ScoreError) {
    switch element.name {
    case "note": try readNote(element)
    case "backup": position = max(0, position - (try quarters(element)))
    case "forward": advance(try quarters(element))
    case "attributes": try readAttributes(element, &frame)
    case "direction": try readDirection(element, &frame)
    case "sound": try readSound(element, at: position, &frame)
    case "barline": try repeatMarks.read(barline: element, &frame)
    default: break
    }
  }

  func error(_ element: XMLElement, expected: String, found: String) -> ScoreError {
    ScoreError(in: fileName, at: .line(element.line), expected: expected, found: found)
  }

  private mutating func advance(_ duration: Double) {
    position = min(position + duration, ScoreLimits.quarterCount)
    length = max(length, position)
  }

  /// The duration of an element in quarter notes.
  private func quarters(_ element: XMLElement) throws(ScoreError) -> Double {
    let text = element.text(of: "duration") ?? ""
    guard let number = text.finiteNumber, number >= 0,
      number / divisions <= ScoreLimits.quarterCount
    else {
      throw error(
        element, expected: "a <duration> of 0 or more in <\(element.name)>", found: quoted(text))
    }
    return number / divisions
  }

  private mutating func readAttributes(
    _ element: XMLElement, _ frame: inout MeasureFrame
  ) throws(ScoreError) {
    // Other units than those of notes are left out: nothing sounds different without them.
    if let unit = element["time"]?.text(of: "beat-type").flatMap({ Int($0) }),
      [1, 2, 4, 8, 16, 32, 64].contains(unit)
    {
      frame.beatUnit = unit
    }
    if let text = element.text(of: "divisions") {
      guard let number = text.finiteNumber, number >= 1e-3, number <= 1e9 else {
        throw error(element, expected: "<divisions> above 0", found: quoted(text))
      }
      divisions = number
    }
    for transpose in element.all("transpose") {
      let chromatic = transpose.text(of: "chromatic")?.finiteNumber ?? 0
      let octaves = transpose.text(of: "octave-change")?.finiteNumber ?? 0
      let semitones = chromatic.rounded() + 12 * octaves.rounded()
      if abs(semitones) > 127 {
        throw error(
          transpose, expected: "a transposition by at most 127 semitones", found: "\(semitones)")
      }
      let staff = transpose.attributes["number"].flatMap { Int($0) } ?? 0
      if staff == 0 { transposition = [:] }
      if transposition.count < 100 { transposition[staff] = Int(semitones) }
    }
  }

  private mutating func readNote(_ element: XMLElement) throws(ScoreError) {
    let isChord = element["chord"] != nil
    let isGrace = element["grace"] != nil
    let duration = isGrace ? 0 : try quarters(element)
    let voice = element.text(of: "voice").flatMap { Int($0) }
    let start = isChord ? lastPosition : position
    if !isChord && !isGrace {
      lastPosition = position
      advance(duration)
    }
    if isChord { length = max(length, min(start + duration, ScoreLimits.quarterCount)) }
    if element["cue"] != nil { return }
    guard let pitch = try pitch(element) else {
      if element["rest"] != nil { graces.flush(voice: voice, in: &measure.notes) }
      return
    }

    let ties = element.all("tie").compactMap { $0.attributes["type"] }
    let slurs = element["notations"]?.all("tied").compactMap { $0.attributes["type"] } ?? []
    let tieTypes = ties.isEmpty ? slurs : ties
    let instrument = element["instrument"]?.attributes["id"]
    let isUnpitched = element["unpitched"] != nil
    let channel = instruments.channel(ofID: instrument)
    let note = WrittenNote(
      position: start, duration: duration, pitch: pitch,
      velocity: element.attributes["dynamics"].flatMap(Self.velocity(percent:)),
      channel: isUnpitched ? Note.percussionChannel : channel,
      staff: element.text(of: "staff").flatMap { Int($0) }, voice: voice,
      startsTie: tieTypes.contains("start"), endsTie: tieTypes.contains("stop"))
    if isGrace {
      graces.add(note, isChord: isChord)
    } else {
      let delayed = graces.precede(note, isChord: isChord, in: &measure.notes)
      measure.notes.append(delayed)
    }
  }

  /// The sounding pitch of a note, or the number of a drum; nil for a rest.
  private func pitch(_ element: XMLElement) throws(ScoreError) -> Int? {
    if let unpitched = element["unpitched"] {
      let id = element["instrument"]?.attributes["id"]
      if let number = instruments.percussionNumber(ofID: id) { return number }
      let step = unpitched.text(of: "display-step")?.first ?? "?"
      let octave = unpitched.text(of: "display-octave").flatMap { Int($0) } ?? 99
      if let number = DrumMap.number(displayStep: step, octave: octave) { return number }
      throw error(
        element, expected: "a percussion instrument with midi-unpitched, or its usual staff place",
        found: "neither")
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
    let alter = (pitch.text(of: "alter")?.finiteNumber ?? 0).rounded()
    let staff = element.text(of: "staff").flatMap { Int($0) } ?? 1
    let shift = transposition[staff] ?? transposition[0] ?? 0
    let sounding = Double(12 * (octave + 1) + semitones + shift) + alter
    guard (0...127).contains(sounding) else {
      throw error(
        element, expected: "a note that sounds within MIDI's 0 to 127",
        found: "\(quoted(stepText + octaveText)), altered by \(alter), transposed by \(shift)")
    }
    return Int(sounding)
  }
}
