import Foundation

/// The pages that quote figures.
public struct Pages {
  /// What is measured elsewhere: times.
  private static let others: Set<String> = ["docs/speed.md"]

  private let root: String
  private let names: [String]

  /// The pages of a package: README.md and docs.
  public init(root: String) throws {
    self.root = root
    let docs = try FileManager.default.contentsOfDirectory(atPath: root + "/docs").sorted()
    names =
      ["README.md"]
      + docs.filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
      .filter { !Self.others.contains($0) }
  }

  /// What is wrong with the pages: a line for each number that is off, or that names no figure.
  public func problems(against book: FigureBook) throws -> [String] {
    try names.flatMap { name in
      try page(name).quotations.compactMap { quotation in
        quotation.problem(against: book).map { "\(name):\(quotation.line): \($0)" }
      }
    }
  }

  /// Figures that pages name.
  public func figures() throws -> Set<String> {
    Set(
      try names.flatMap { try page($0).quotations.compactMap(\.figure) }
        .flatMap { $0.split(separator: ":") }.map(String.init))
  }

  /// Puts the book's numbers into the pages.
  public func update(from book: FigureBook) throws {
    for name in names {
      var page = try page(name)
      page.update(from: book)
      try page.text.write(toFile: "\(root)/\(name)", atomically: true, encoding: .utf8)
    }
  }

  private func page(_ name: String) throws -> MarkedPage {
    MarkedPage(try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8))
  }
}
