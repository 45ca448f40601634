/// Reads one part of a MusicXML score, measure by measure.
struct PartReader {
  /// What has been read so far.
  var part: WrittenPart

  let fileName: String
  let instruments: Instruments
  /// Whether pitches are staff places or numbers of drums.
  let isDrumPart: Bool
  var divisions = 1.0
  /// Semitones from written to sounding pitch, per staff; 0 stands for all staves.
  var transposition: [Int: Int] = [:]
  /// Sharps of the key, or flats if below zero.
  var fifths = 0
  /// What the time signature says, in quarter notes.
  var nominalLength = 4.0
  /// How many bars a repeat sign stands for, and on which staff; nil staff for all, nil where no sign is
  /// open.
  var barRepeat: (count: Int, staff: Int?)?
  var endsBarRepeat = false
  /// Notes that such signs stood for so far.
  private(set) var repeatedCount = 0
  /// What was not understood, or put right.
  var remarks = ReadingNotes()
  private var velocity = Note.unspecifiedVelocity
  private var repeatMarks: RepeatMarks

  var measure = WrittenMeasure()
  /// Where reading is, in quarter notes from the start of the measure; before it after a backup that
  /// goes too far.
  var position = 0.0
  var length = 0.0
  var lastPosition = 0.0
  /// Counts passages without backups, in which notes of one voice belong together.
  private(set) var run = 0
  var dynamics: [(position: Double, velocity: Int)] = []
  var graces = GraceNotes()
  var trillLines = TrillLines()

  /// - Parameter declaration: the part's `score-part` element.
  init(declaration: XMLElement, fileName: String) {
    self.fileName = fileName
    let name = declaration.text(of: "part-name") ?? declaration.text(of: "part-abbreviation") ?? ""
    instruments = Instruments(declaration: declaration, partName: name)
    isDrumPart =
      instruments.areDrums || NameHint(name) == .drums && !instruments.arePitched
    repeatMarks = RepeatMarks(fileName: fileName)
    part = WrittenPart(name: onOneLine(name), isPiano: instruments.arePianos)
  }

  /// Starts a measure; those before it that the part lacks become empty ones.
  mutating func beginMeasure(_ index: Int, _ frame: inout MeasureFrame) {
    while part.measures.count < index { part.measures.append(WrittenMeasure()) }
    measure = WrittenMeasure()
    position = 0
    length = 0
    lastPosition = 0
    dynamics = []
    graces = GraceNotes()
    repeatMarks.beginMeasure(&frame)
  }

  /// Adds the measure to the part, and its length to what all parts share.
  mutating func endMeasure(_ frame: inout MeasureFrame) {
    graces.finish(in: &measure.notes)
    repeatBars()
    let spelling = measure.leaveOutSpelling()
    if spelling > 0 {
      remarks.mend("hidden notes that spell out printed ones, left out", count: spelling)
    }
    measure.spreadChords()
    measure.shareTremolos()
    measure.joinTremolos()
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
    part.remarks = remarks
    part.measures.append(measure)
  }

  /// Plays the bars that a sign repeats; notes that are written end it, since many files lack its end.
  private mutating func repeatBars() {
    guard let (count, staff) = barRepeat else { return }
    func isMeant(_ note: WrittenNote) -> Bool { staff == nil || (note.staff ?? 1) == staff }
    let isWritten = measure.notes.contains(where: isMeant)
    if !isWritten, count <= part.measures.count {
      let repeated = part.measures[part.measures.count - count].notes.filter(isMeant)
      measure.notes += repeated
      repeatedCount += repeated.count
    }
    if isWritten || endsBarRepeat { (barRepeat, endsBarRepeat) = (nil, false) }
  }

  /// Reads a child of a measure.
  mutating func read(_ element: XMLElement, _ frame: inout MeasureFrame) throws(ScoreError) {
    switch element.name {
    case "note": try readNote(element)
    case "backup":
      position -= try quarters(element)
      run += 1
      if position < -Self.tolerance { remarks.mend("backups to before the bar's start") }
    case "forward":
      advance(try quarters(element))
      run += 1
    case "attributes": try readAttributes(element, &frame)
    case "direction": try readDirection(element, &frame)
    case "sound": try readSound(element, at: max(0, position), &frame)
    case "barline": try repeatMarks.read(barline: element, &frame)
    default: break
    }
  }

  func error(_ element: XMLElement, expected: String, found: String) -> ScoreError {
    ScoreError(in: fileName, at: .line(element.line), expected: expected, found: found)
  }

  /// Places that differ by less, in quarter notes, are the same: rounding.
  private static let tolerance = 1e-6

  mutating func advance(_ duration: Double) {
    position = min(position + duration, ScoreLimits.quarterCount)
    length = max(length, position)
  }

  /// The duration of an element in quarter notes; 0 for one below zero.
  mutating func quarters(_ element: XMLElement) throws(ScoreError) -> Double {
    let text = element.text(of: "duration") ?? ""
    if let number = text.finiteNumber, number < 0 {
      remarks.mend("negative durations, taken as 0")
      return 0
    }
    guard let number = text.finiteNumber,
      number / divisions <= ScoreLimits.quarterCount
    else {
      throw error(
        element, expected: "a <duration> of 0 or more in <\(element.name)>", found: quoted(text))
    }
    return number / divisions
  }
}
