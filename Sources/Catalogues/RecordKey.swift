/// Which recording of a catalogue a line of JSON is about: by its manifest, or where it has none by its path.
public struct RecordKey: Hashable, Comparable, Sendable {
  /// The spelling of the lines, escapes and all.
  private let text: String
  let hasManifest: Bool

  /// Finds it in a line.
  ///
  /// Quotes in names are escaped, so that the name of a field with its quotes is nowhere else.
  public init(line: ArraySlice<UInt8>) {
    let manifest = Self.manifest.value(in: line)
    hasManifest = manifest != nil
    text = manifest ?? Self.input.value(in: line) ?? ""
  }

  /// By spelling.
  public static func < (a: RecordKey, b: RecordKey) -> Bool { a.text < b.text }

  private static let manifest = Field("manifest")
  private static let input = Field("input")

  private struct Field: Sendable {
    let name: [UInt8]

    init(_ name: String) { self.name = Array("\"\(name)\":\"".utf8) }

    /// The field with its value, as it is written.
    func value(in line: ArraySlice<UInt8>) -> String? {
      guard let range = line.firstRange(of: name) else { return nil }
      var end = range.upperBound
      while end < line.endIndex, line[end] != UInt8(ascii: "\"") {
        end += line[end] == UInt8(ascii: "\\") ? 2 : 1
      }
      return String(decoding: line[range.lowerBound..<min(end, line.endIndex)], as: UTF8.self)
    }
  }
}
