import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Terminal

/// Where the alignment of one score goes.
struct AlignmentOutputs {
  /// What an aligned score may be written as.
  enum Format {
    case midi
    case table
    /// As it is: times of print have no place for those of a recording, so a table stands beside it.
    case print
  }

  private(set) var score: String
  /// The map of times; nil for nowhere.
  private(set) var table: String?
  /// A page with the verdict and a picture; nil for nowhere.
  private(set) var report: String?
  let format: Format

  private static let formats: [String: Format] = [
    "mid": .midi, "midi": .midi, "csv": .table, "musicxml": .print, "xml": .print, "mxl": .print,
  ]

  /// - Returns: nil if the score's path ends in nothing that is known.
  init?(score: String, table: String?, report: String?) {
    let ending = Self.ending(of: score)
    guard let format = Self.formats[ending] else { return nil }
    self.score = score
    self.format = format
    self.table = table ?? (format == .print ? score.dropLast(ending.count) + "csv" : nil)
    self.report = report
  }

  /// The same with other paths.
  func map(_ change: (String) -> String) -> AlignmentOutputs {
    var copy = self
    copy.score = change(score)
    copy.table = table.map(change)
    copy.report = report.map(change)
    return copy
  }

  var paths: [String] { [score] + [table, report].compactMap { $0 } }

  /// What is copied of a printed score; nil where none is to be written.
  ///
  /// - Throws: one line for print that would have to be made of something else.
  func print(of source: String) throws -> [UInt8]? {
    guard format == .print else { return nil }
    let bytes = try Score.fileBytes(path: source)
    let found = ScoreFormat.detect(bytes: bytes, name: source)
    let isCompressed = Self.ending(of: score) == "mxl"
    guard found == (isCompressed ? .compressedMusicXML : .musicXML) else {
      let same =
        switch found {
        case .musicXML: ", .musicxml"
        case .compressedMusicXML: ", .mxl"
        default: ""
        }
      throw Failure(
        "\(score): expected a file that ends in .mid\(same) or .csv, since the score \(source) is not of this format"
      )
    }
    return bytes
  }

  private static func ending(of path: String) -> String {
    URL(fileURLWithPath: path).pathExtension.lowercased()
  }
}

/// What became of one score.
struct AlignmentResult {
  let mix: String
  let score: String
  let outputs: AlignmentOutputs
  let placement: Placement
  let noteCount: Int
  let durationSeconds: Double
  let seconds: Double

  /// A line on the recording, and two on the score.
  var text: String {
    let remark = placement.changes?.isEmpty == true ? ", none corrected" : ""
    let pointCount = placement.path.count
    let others =
      (outputs.table.map { ["\($0.printable)  \(pointCount) times"] } ?? [])
      + (outputs.report.map { ["\($0.printable)  report"] } ?? [])
    return """
      \(mix.printable): \(fixed(durationSeconds, digits: 1)) s in \(fixed(seconds, digits: 1)) s
        \(outputs.score.printable)  \(noteCount) notes\(remark)
      \(others.map { "  \($0)\n" }.joined())  \(placement.text ?? "")
      """
  }

  /// One line of JSON.
  var json: String {
    encodedAsLine(
      Record(
        input: mix, score: score, output: outputs.score, table: outputs.table,
        report: outputs.report, notes: noteCount, duration: durationSeconds,
        placement: placement.record, seconds: seconds))
  }

  private struct Record: Encodable {
    let input: String
    let score: String
    let output: String
    let table: String?
    let report: String?
    let notes: Int
    let duration: Double
    let placement: Placement.Record
    let seconds: Double
  }
}
