/// Why a plugin or a state cannot be had, in one line.
public struct HostingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The URI or path of what was asked for.
  public let subject: String
  /// What is wrong with it.
  public let problem: String

  /// One line: the subject and what is wrong with it.
  public var description: String { "\(subject): \(problem)" }

  init(_ subject: String, _ problem: String) {
    self.subject = subject
    self.problem = problem
  }
}
