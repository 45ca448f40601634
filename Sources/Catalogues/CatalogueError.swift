/// What is wrong with a table, a manifest or a file of results, in one line: where, what was expected, what was found.
public struct CatalogueError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
