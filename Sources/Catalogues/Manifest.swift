internal import AudioFiles
internal import FoundationEssentials

/// What a recording was separated from, and what became of it: a file beside its stems.
public struct Manifest: Sendable {
  /// By what they are: `recording`, `score`, `preset`, `model`.
  public var inputs: [String: FileStamp]
  /// The hash of all options that decide what is written.
  public let options: String
  /// The version of the program.
  public let version: String
  /// What was written, by path; what is in the output folder begins with `{dir}`.
  public var files: [String: FileStamp]
  /// The line of JSON about it.
  public let result: String

  /// What is known of a recording.
  public init(
    inputs: [String: FileStamp], options: String, version: String, files: [String: FileStamp],
    result: String
  ) {
    self.inputs = inputs
    self.options = options
    self.version = version
    self.files = files
    self.result = result
  }

  private struct Head: Codable {
    let divisi: String
    let files: [String: FileStamp]
    let inputs: [String: FileStamp]
    let options: String
  }

  private static let largest = 1 << 26
  /// Stands before the line about the recording, which is the last field.
  private static let beforeResult = Array(",\"result\":".utf8)

  /// Reads one; nil where there is none.
  ///
  /// - Throws: one line for a file that is none.
  public init?(path: String) throws(CatalogueError) {
    guard let bytes = try readSmallFile(path, limit: Self.largest, expecting: Self.what) else {
      return nil
    }
    guard let range = bytes.firstRange(of: Self.beforeResult), bytes.suffix(2) == Array("}\n".utf8),
      let head = try? JSONDecoder().decode(
        Head.self, from: Data(bytes[..<range.lowerBound] + [UInt8(ascii: "}")]))
    else {
      throw CatalogueError("\(path): expected \(Self.what); it is another file")
    }
    self.init(
      inputs: head.inputs, options: head.options, version: head.divisi, files: head.files,
      result: String(decoding: bytes[range.upperBound...].dropLast(2), as: UTF8.self))
  }

  private static let what = "what 'divisi separate --resume' knows of a recording"

  /// Writes it, whole, in place of an older one.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let head = Head(divisi: version, files: files, inputs: inputs, options: options)
    let bytes = try [UInt8](encoder.encode(head)).dropLast() + Self.beforeResult
    let staged = StagedFiles(force: true)
    try staged.write(bytes: bytes + Array("\(result)}\n".utf8), name: path)
    try staged.commit()
  }

  // MARK: Whether it is still true

  /// What of all that decides on the stems is not as it was, in words; nil if everything is.
  ///
  /// Stamps of inputs whose place alone is another are renewed; `isRenewed` tells.
  ///
  /// - Parameter inputs: the paths of files by what they are; those that are known to be as they were, or not, as stamps.
  public mutating func change(
    inputs now: [String: InputOfRecording], options: String, version: String, isRenewed: inout Bool
  ) -> String? {
    if version != self.version { return "the version of divisi" }
    if options != self.options { return "an option" }
    for name in Set(inputs.keys).union(now.keys).sorted() {
      guard let input = now[name], let stamp = inputs[name] else { return "the \(name)" }
      switch input {
      case .known(let known):
        if known.xxh128 != stamp.xxh128 { return "the \(name)" }
      case .file(let path):
        guard let renewed = stamp.renewed(at: path) else { return "the \(name)" }
        if renewed != stamp {
          inputs[name] = renewed
          isRenewed = true
        }
      }
    }
    return nil
  }

  /// The first file that is gone or not as it was written; nil if all are there.
  ///
  /// - Parameter directory: the output folder.
  public mutating func damage(below directory: String, isRenewed: inout Bool) -> String? {
    for (name, stamp) in files.sorted(by: { $0.key < $1.key }) {
      let path = Self.path(name, below: directory)
      guard let renewed = stamp.renewed(at: path) else { return path }
      if renewed != stamp {
        files[name] = renewed
        isRenewed = true
      }
    }
    return nil
  }

  private static let folder = "{dir}/"

  /// How a manifest calls a file.
  public static func name(_ path: String, below directory: String) -> String {
    path.hasPrefix(directory + "/") ? folder + path.dropFirst(directory.count + 1) : path
  }

  /// Where a file lies that a manifest names.
  public static func path(_ name: String, below directory: String) -> String {
    name.hasPrefix(folder) ? "\(directory)/\(name.dropFirst(folder.count))" : name
  }
}

/// A file that decides on the stems.
public enum InputOfRecording: Sendable {
  /// It may have changed.
  case file(String)
  /// It has been looked at in this run.
  case known(FileStamp)
}
