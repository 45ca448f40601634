/// Splits delimited text into rows of fields, with quotes after RFC 4180.
struct TextTable {
  private let bytes: [UInt8]
  private let delimiter: UInt8
  private var index: Int
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// A table whose delimiter is the first of semicolon, tab and comma that its first line holds.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    index = bytes.starts(with: byteOrderMark) ? 3 : 0
    let isBreak = { (byte: UInt8) in byte == Self.lineFeed || byte == Self.carriageReturn }
    let header = bytes[index...].drop(while: isBreak).prefix { !isBreak($0) }
    let candidates = [UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: ",")]
    delimiter = candidates.first(where: header.contains) ?? candidates[0]
  }

  /// The next row that is not blank, with its fields trimmed and the line it starts on, from 1.
  ///
  /// - Throws: if a quote is never closed, there are too many fields, or the text is not UTF-8.
  mutating func nextRow(
    in fileName: String
  ) throws(ScoreError) -> (fields: [String], line: Int)? {
    while index < bytes.count {
      let start = line
      let fields = try readRow(in: fileName)
      if fields.contains(where: { !$0.isEmpty }) { return (fields, start) }
    }
    return nil
  }

  private mutating func readRow(in fileName: String) throws(ScoreError) -> [String] {
    var fields: [String] = []
    while true {
      fields.append(try readField(in: fileName))
      if fields.count > ScoreLimits.fieldCount {
        throw ScoreError(
          in: fileName, at: .line(line), expected: "at most \(ScoreLimits.fieldCount) fields",
          found: "more")
      }
      guard index < bytes.count else { return fields }
      let byte = bytes[index]
      index += 1
      if byte == delimiter { continue }
      if byte == Self.carriageReturn && index < bytes.count && bytes[index] == Self.lineFeed {
        index += 1
      }
      line += 1
      return fields
    }
  }

  /// Reads up to a delimiter or line break outside quotes, and stops before it.
  private mutating func readField(in fileName: String) throws(ScoreError) -> String {
    let start = line
    var content: [UInt8] = []
    var isQuoted = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == Self.quote {
        let isDoubled = isQuoted && index + 1 < bytes.count && bytes[index + 1] == Self.quote
        if isDoubled {
          content.append(byte)
          index += 1
        } else {
          isQuoted.toggle()
        }
      } else if !isQuoted
        && (byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn)
      {
        break
      } else {
        if byte == Self.lineFeed { line += 1 }
        content.append(byte)
      }
      index += 1
    }
    if isQuoted {
      throw ScoreError(
        in: fileName, at: .line(start), expected: "a closing quote", found: "the end")
    }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw ScoreError(
        in: fileName, at: .line(start), expected: "text in UTF-8", found: "other bytes")
    }
    return String(text.trimmed)
  }
}
