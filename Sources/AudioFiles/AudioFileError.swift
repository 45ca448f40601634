internal import Glibc
internal import InputFiles

/// Why an audio file cannot be read or written, in one line for the person who named the file.
public struct AudioFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or folder, as it was given.
  public let path: String
  /// Where in the file, when that is known: a channel and a sample, or a byte.
  public let place: String?
  /// What Divisi needs there.
  public let expected: String
  /// What is there instead.
  public let found: String

  /// One line: path, place, what was expected and what was found; control characters become `?`.
  public var description: String {
    let location = place.map { "\(path): \($0)" } ?? path
    return "\(location): expected \(expected); \(found)".onOneLine
  }

  init(_ path: String, at place: String? = nil, expected: String, found: String) {
    self.path = path
    self.place = place
    self.expected = expected
    self.found = found
  }

  /// An error of the operating system, in its own words.
  init(_ path: String, expected: String, errorNumber: Int32) {
    self.init(path, expected: expected, found: String(cString: strerror(errorNumber)))
  }
}
