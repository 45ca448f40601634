internal import CSerd
internal import Glibc
internal import InputFiles

/// Turtle files and the paths they mention.
enum TurtleFile {
  /// A preset takes two kilobytes; what is far beyond that is something else.
  static let maximumByteCount = 1 << 20

  /// Reads and parses a file; relative URIs in it are resolved against its folder.
  static func read(path: String) throws(PresetError) -> RDFGraph {
    guard let base = uri(ofPath: path) else {
      throw PresetError(path, expected: "a preset file", errorNumber: errno)
    }
    return try TurtleReader.parse(contents(of: path), path: path, base: base)
  }

  /// The `file:` URI of a file that exists; nil, with `errno`, if it does not.
  static func uri(ofPath path: String) -> String? {
    guard let absolute = realpath(path, nil) else { return nil }
    defer { free(absolute) }
    var node = serd_node_new_file_uri(absolute, nil, nil, true)
    defer { serd_node_free(&node) }
    return node.buf.map { String(cString: $0) }
  }

  /// The path of a `file:` URI; nil for any other.
  static func path(ofURI uri: String) -> String? {
    guard uri.hasPrefix("file:"), let path = serd_file_uri_parse(uri, nil) else { return nil }
    defer { serd_free(path) }
    return String(cString: path)
  }

  /// An absolute path as it is, a relative one from the folder of a file.
  static func path(_ path: String, besideFile file: String) -> String? {
    guard !path.hasPrefix("/") else { return path }
    guard let absolute = realpath(file, nil) else { return nil }
    defer { free(absolute) }
    let folder = String(cString: absolute).split(separator: "/").dropLast()
    return "/" + (folder + [path[...]]).joined(separator: "/")
  }

  private static func contents(of path: String) throws(PresetError) -> [UInt8] {
    do throws(InputFile.Failure) {
      return try InputFile.read(path, limit: maximumByteCount)
    } catch {
      switch error {
      case .unreadable(let number):
        throw PresetError(path, expected: "a preset file", errorNumber: number)
      case .tooLarge(let limit):
        throw PresetError(
          path, expected: "a preset file of at most \(limit) bytes", found: "it has more")
      case .noFile(let kind):
        throw PresetError(path, expected: "a preset file", found: "it is \(kind)")
      case .slow, .abandoned:
        throw PresetError(path, expected: "a preset file", found: "it was not read to its end")
      }
    }
  }
}
