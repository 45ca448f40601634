import DivisiScore
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
