/// The file formats a score can come in.
public enum ScoreFormat: String, Sendable, CaseIterable {
  /// Standard MIDI file, formats 0 to 2.
  case midi
  /// MusicXML, uncompressed.
  case musicXML
  /// MusicXML in a zip archive.
  case compressedMusicXML
  /// A table of notes with a header line.
  case csv

  /// The usual ends of file names, lower case, without the dot.
  public var fileExtensions: [String] {
    switch self {
    case .midi: ["mid", "midi", "smf", "kar", "rmi"]
    case .musicXML: ["musicxml", "xml"]
    case .compressedMusicXML: ["mxl"]
    case .csv: ["csv", "tsv", "txt"]
    }
  }

  /// The format of a file, from its first bytes; the name only decides where these say nothing, and
  /// then serves to get the right error from the right reader.
  ///
  /// - Returns: nil for bytes that are no score, under a name that does not claim to be one.
  public static func detect(bytes: [UInt8], name: String) -> ScoreFormat? {
    let head = bytes.prefix(4096)
    if head.starts(with: "MThd".utf8) || head.starts(with: "RIFF".utf8) { return .midi }
    if head.starts(with: "PK\u{3}\u{4}".utf8) { return .compressedMusicXML }
    let utf16Marks: [[UInt8]] = [[0xFE, 0xFF], [0xFF, 0xFE], [0, 0x3C], [0x3C, 0]]
    if utf16Marks.contains(where: { head.starts(with: $0) }) { return .musicXML }
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = head.starts(with: byteOrderMark) ? head.dropFirst(3) : head
    if text.first(where: { !isBlank($0) }) == UInt8(ascii: "<") { return .musicXML }

    let suffix = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    if let named = allCases.first(where: { $0.fileExtensions.contains(suffix) }) { return named }
    return text.contains(0) ? nil : .csv
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
