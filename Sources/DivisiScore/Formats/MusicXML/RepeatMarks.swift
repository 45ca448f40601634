/// Reads repeats and ending brackets from the barlines of one part.
struct RepeatMarks {
  private let fileName: String
  /// The passes of the bracket that is open, empty if none is.
  private var openEnding: Set<Int> = []
  private var closesEnding = false
  /// What bar lines say of the measure after them.
  private var next: (segno: String?, coda: String?, hasCodaSign: Bool)?

  /// - Parameter fileName: for errors.
  init(fileName: String) { self.fileName = fileName }

  /// Reads a barline at either side of a measure.
  mutating func read(barline: XMLElement, _ frame: inout MeasureFrame) throws(ScoreError) {
    if let element = barline["repeat"] {
      switch element.attributes["direction"] {
      case "forward": frame.beginsRepeat = true
      case "backward":
        // Some programs write 0 for a plain repeat.
        let times = element.attributes["times"] ?? ""
        frame.repeatPasses = try ["", "0"].contains(times) ? 2 : count(times, element)
        frame.repeatsAfterJump = element.attributes["after-jump"] == "yes"
      default: break
      }
    }
    readSigns(barline, &frame)
    guard let ending = barline["ending"] else { return }
    if ending.attributes["type"] == "start" {
      let numbers = (ending.attributes["number"] ?? "").split { !$0.isNumber }
      openEnding = []
      for number in numbers.prefix(ScoreLimits.repeatCount) where number != "0" {
        openEnding.insert(try count(number, ending))
      }
      frame.beginsEnding = !openEnding.isEmpty
      closesEnding = false
    } else {
      closesEnding = true
    }
  }

  /// Signs at the right of a measure belong to the next one.
  private mutating func readSigns(_ barline: XMLElement, _ frame: inout MeasureFrame) {
    let segno = barline.attributes["segno"] ?? (barline["segno"] == nil ? nil : "")
    let coda = barline.attributes["coda"]
    let hasSign = barline["coda"] != nil || coda != nil
    if barline.attributes["location"] == "left" {
      frame.segno = segno ?? frame.segno
      frame.coda = coda ?? frame.coda
      if hasSign && coda == nil { frame.readCodaSign(isAtStart: true) }
    } else if segno != nil || hasSign {
      next = (segno, coda, hasSign && coda == nil)
    }
  }

  /// Puts signs of the bar line before it to a measure.
  mutating func beginMeasure(_ frame: inout MeasureFrame) {
    guard let signs = next else { return }
    next = nil
    frame.segno = frame.segno ?? signs.segno
    frame.coda = frame.coda ?? signs.coda
    if signs.hasCodaSign { frame.readCodaSign(isAtStart: true) }
  }

  /// Puts the measure under the bracket that is open.
  mutating func endMeasure(_ frame: inout MeasureFrame) {
    if frame.endings.isEmpty {
      frame.endings = openEnding
    } else {
      frame.endings.formUnion(openEnding)
    }
    if closesEnding {
      openEnding = []
      closesEnding = false
    }
  }

  private func count(_ text: some StringProtocol, _ element: XMLElement) throws(ScoreError) -> Int {
    guard let number = Int(text), (1...ScoreLimits.repeatCount).contains(number) else {
      throw ScoreError(
        in: fileName, at: .line(element.line),
        expected: "a number of repeats from 1 to \(ScoreLimits.repeatCount)", found: quoted(text))
    }
    return number
  }
}
