/// Why a model file cannot be used.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What was expected and what was found.
  public let problem: String

  /// One line.
  public var description: String { "\(path): \(problem)" }
}
