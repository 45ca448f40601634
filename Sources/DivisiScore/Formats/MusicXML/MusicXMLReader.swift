/// From XML events to a ``WrittenScore``.
struct MusicXMLReader {
  private let name: String
  private var score = WrittenScore()
  private var readers: [PartReader] = []
  private var indicesByID: [String: Int] = [:]
  private var isTimewise = false
  private var part: Int?
  private var measure: Int?
  /// Where the last measure begins.
  private var measureLine = 0
  private var eventCount = 0

  /// - Parameter name: the document, for errors.
  init(name: String) { self.name = name }

  private static let wholeElements: Set<String> = [
    "score-part", "attributes", "note", "backup", "forward", "direction", "barline", "sound",
  ]

  /// Reads a document.
  mutating func read(
    _ bytes: [UInt8], _ abandonment: Abandonment
  ) throws(ScoreError) -> WrittenScore {
    let reader = try XMLReader(
      bytes: bytes, fileName: name, wholeElements: Self.wholeElements, abandonment)
    var hasRoot = false
    while let events = try reader.nextEvents() {
      for event in events {
        switch event {
        case .start(let element) where !hasRoot:
          try checkRoot(element)
          hasRoot = true
        case .start(let element): try start(element)
        case .end(let name): try end(name)
        case .whole(let element) where hasRoot: try read(element)
        case .whole(let element): try checkRoot(element)
        }
      }
    }
    score.parts = readers.map(\.part)
    score.fillEmptyBars()
    score.stretchEndings()
    score.settleCodas()
    return score
  }

  private mutating func checkRoot(_ element: XMLElement) throws(ScoreError) {
    switch element.name {
    case "score-partwise": isTimewise = false
    case "score-timewise": isTimewise = true
    default:
      throw ScoreError(
        in: name, at: .line(element.line), expected: "a MusicXML score ('score-partwise')",
        found: quoted(element.name))
    }
  }

  private mutating func start(_ element: XMLElement) throws(ScoreError) {
    switch element.name {
    case "part":
      let id = element.attributes["id"] ?? ""
      guard let index = indicesByID[id] else {
        throw ScoreError(
          in: name, at: .line(element.line), expected: "the id of a part in the part list",
          found: quoted(id))
      }
      part = index
      if !isTimewise { measure = nil }
    case "measure":
      let next = (measure ?? -1) + 1
      if next >= ScoreLimits.measureCount {
        throw ScoreError(
          in: name, at: .line(element.line),
          expected: "at most \(ScoreLimits.measureCount) measures", found: "more")
      }
      measure = next
      measureLine = element.line
      if next == score.frames.count {
        var frame = MeasureFrame()
        frame.number = element.attributes["number"].flatMap { Int($0) }
        score.frames.append(frame)
      }
    default: return
    }
    if let part, let measure, element.name == (isTimewise ? "part" : "measure") {
      let missing = measure - readers[part].part.measures.count
      if missing < 0 {
        throw ScoreError(
          in: name, at: .line(element.line), expected: "each part once",
          found: "\(quoted(readers[part].part.name)) again")
      }
      try countEvents(1 + missing, line: element.line)
      readers[part].beginMeasure(measure, &score.frames[measure])
    }
  }

  private mutating func end(_ element: String) throws(ScoreError) {
    guard let part, let measure, element == (isTimewise ? "part" : "measure") else { return }
    let repeatedBefore = readers[part].repeatedCount
    readers[part].endMeasure(&score.frames[measure])
    try countEvents(readers[part].repeatedCount - repeatedBefore, line: measureLine)
    if isTimewise { self.part = nil }
  }

  private mutating func read(_ element: XMLElement) throws(ScoreError) {
    if element.name == "score-part" { return try declarePart(element) }
    guard let part, let measure else { return }
    try countEvents(1, line: element.line)
    try readers[part].read(element, &score.frames[measure])
  }

  private mutating func declarePart(_ element: XMLElement) throws(ScoreError) {
    let id = element.attributes["id"] ?? ""
    if indicesByID[id] != nil {
      throw ScoreError(
        in: name, at: .line(element.line), expected: "each part id once", found: quoted(id))
    }
    if readers.count == ScoreLimits.partCount {
      throw ScoreError(
        in: name, at: .line(element.line), expected: "at most \(ScoreLimits.partCount) parts",
        found: "more")
    }
    indicesByID[id] = readers.count
    readers.append(PartReader(declaration: element, fileName: name))
  }

  private mutating func countEvents(_ count: Int, line: Int) throws(ScoreError) {
    eventCount += count
    if eventCount > ScoreLimits.eventCount {
      throw ScoreError(
        in: name, at: .line(line), expected: "at most \(ScoreLimits.eventCount) notes and marks",
        found: "more")
    }
  }
}
