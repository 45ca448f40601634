/// Reads repeats and ending brackets from the barlines of one part.
struct RepeatMarks {
  private let fileName: String
  /// The passes of the bracket that is open, empty if none is.
  private var openEnding: Set<Int> = []
  private var closesEnding = false

  /// - Parameter fileName: for errors.
  init(fileName: String) { self.fileName = fileName }

  /// Reads a barline at either side of a measure.
  mutating func read(barline: XMLElement, _ frame: inout MeasureFrame) throws(ScoreError) {
    if let element = barline["repeat"] {
      switch element.attributes["direction"] {
      case "forward": frame.beginsRepeat = true
      case "backward":
        frame.repeatPasses = try count(element.attributes["times"] ?? "2", element)
        frame.repeatsAfterJump = element.attributes["after-jump"] == "yes"
      default: break
      }
    }
    guard let ending = barline["ending"] else { return }
    if ending.attributes["type"] == "start" {
      let numbers = (ending.attributes["number"] ?? "").split { !$0.isNumber }
      openEnding = []
      for number in numbers.prefix(ScoreLimits.repeatCount) {
        openEnding.insert(try count(number, ending))
      }
      frame.beginsEnding = !openEnding.isEmpty
      closesEnding = false
    } else {
      closesEnding = true
    }
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
