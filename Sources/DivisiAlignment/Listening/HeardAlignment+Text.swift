public import DivisiScore

/// As text, which states keep: a line on the score and what was heard of the recording, the points, and the notes as
/// ``SavedNotes`` has them.
///
///     divisi-alignment 1 9c3f2a0b17e4d855 good 1.02 0 0.0 93.5 0.0
///     point 0.5 0.73
///     divisi-notes 1 pedal
///     part left
///     0.73 1.21 1.46 48 80
extension HeardAlignment {
  /// No text that is longer is read.
  public static let largestByteCount = 2 * SavedNotes.largestByteCount

  private static let (title, version) = ("divisi-alignment", "1")
  /// Beyond these no number makes sense: semitones, and seconds, of which there are a hundred hours.
  private static let (mostTransposition, mostSeconds) = (127, 360_000.0)

  /// As text.
  public var text: String {
    var text = "\(Self.title) \(Self.version) \(String(scoreKey, radix: 16)) "
    text += "\(judgement == .good ? "good" : "doubtful") \(agreement) \(transposition) "
    text += "\(heard.lowerBound) \(heard.upperBound) \(offsetSeconds)\n"
    for point in points { text += "point \(point.score) \(point.audio)\n" }
    return text + SavedNotes(parts: parts, hasPedal: hasPedal).text
  }

  /// Reads what ``text`` wrote.
  ///
  /// - Parameter partNames: the parts that there must be, in order.
  /// - Throws: if the text is damaged, newer, of other parts, or more than a score file may hold.
  public init(parsing text: String, partNames: [String]) throws(ScoreError) {
    var rest = text[...]
    var number = 0
    func nextLine() -> Substring {
      let end = rest.utf8.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let line = rest[..<end]
      rest = end == rest.endIndex ? "" : rest[rest.utf8.index(after: end)...]
      number += 1
      return line
    }
    func error(expected: String, _ line: Substring) -> ScoreError {
      ScoreError(
        fileName: "saved alignment", place: .line(number),
        problem: "expected \(expected), found '\(line.prefix(40))'")
    }
    let first = nextLine()
    let head = first.split(separator: " ", maxSplits: 9)
    guard head.count == 9, head[0] == Self.title, head[1] == Self.version,
      let key = UInt64(head[2], radix: 16), head[3] == "good" || head[3] == "doubtful",
      let agreement = Double(head[4]), agreement.isFinite, let transposition = Int(head[5]),
      abs(transposition) <= Self.mostTransposition, let start = Self.seconds(head[6]),
      let end = Self.seconds(head[7]), start <= end, let offset = Double(head[8]),
      abs(offset) <= Self.mostSeconds
    else { throw error(expected: "'\(Self.title) \(Self.version)' and what was heard", first) }
    scoreKey = key
    judgement = head[3] == "good" ? .good : .doubtful
    self.agreement = agreement
    self.transposition = transposition
    heard = start..<end
    offsetSeconds = offset
    points = []
    while rest.hasPrefix("point ") {
      let line = nextLine()
      let fields = line.split(separator: " ", maxSplits: 3)
      guard fields.count == 3, let score = Self.seconds(fields[1]),
        let audio = Double(fields[2]), abs(audio) <= Self.mostSeconds,
        audio >= points.last?.audio ?? -.infinity
      else { throw error(expected: "a point after the last", line) }
      points.append(TimeMap.Point(score: score, audio: audio))
    }
    guard !points.isEmpty else { throw error(expected: "a point", nextLine()) }
    let notes = try SavedNotes(parsing: String(rest), partNames: partNames)
    parts = notes.parts
    hasPedal = notes.hasPedal
  }

  private static func seconds(_ text: Substring) -> Double? {
    Double(text).flatMap { $0 >= 0 && $0 <= mostSeconds ? $0 : nil }
  }
}
