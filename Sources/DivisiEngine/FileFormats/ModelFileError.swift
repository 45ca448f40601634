internal import InputFiles

/// Why a model file cannot be used.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What a file may have at most, in bytes; a kit of all drums has 17 MB.
  public static let largestFile = 64 << 20

  /// The file.
  public let path: String
  /// What was expected and what was found.
  public let problem: String

  /// One line; names of arrays, which come from the file, are harmless in it.
  public var description: String { "\(path): \(problem)".onOneLine }
}
