internal import Glibc
internal import InputFiles

/// Why a preset cannot be had, in one line for the person who named it.
public struct PresetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or bundle, as it was given.
  public let path: String
  /// The line in the file, counted from 1, when that is known.
  public let line: Int?
  /// What Divisi needs there.
  public let expected: String
  /// What is there instead.
  public let found: String

  /// One line: path, line, what was expected and what was found; control characters become `?`.
  public var description: String {
    let location = line.map { "\(path): line \($0)" } ?? path
    return "\(location): expected \(expected); \(found)".onOneLine
  }

  init(_ path: String, line: Int? = nil, expected: String, found: String) {
    self.path = path
    self.line = line
    self.expected = expected
    self.found = found
  }

  /// An error of the operating system, in its own words.
  init(_ path: String, expected: String, errorNumber: Int32) {
    self.init(path, expected: expected, found: String(cString: strerror(errorNumber)))
  }
}
