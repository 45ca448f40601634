/// What is wrong with a table, a manifest or a file of results, in one line: where, what was expected, what was found.
public struct CatalogueError: Error, Sendable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// Whether it may be otherwise in a while, because another program is at work.
  public let isTemporary: Bool

  /// An error in words.
  public init(_ description: String, isTemporary: Bool = false) {
    self.description = description
    self.isTemporary = isTemporary
  }
}
