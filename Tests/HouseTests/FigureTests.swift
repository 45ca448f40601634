import Testing

@testable import Figures

/// Pages quote what was computed. Nothing is computed here: `make figures` does that.
@Suite struct FigureTests {
  private let book: FigureBook
  private let pages: Pages

  init() throws {
    book = try FigureBook(path: House.root.appendingPathComponent("docs/figures.json").path)
    pages = try Pages(root: House.root.path)
  }

  @Test func pagesQuoteWhatWasComputed() throws {
    let problems = try pages.problems(against: book)
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }

  /// Nothing is measured that no page quotes, and everything that is measured has been.
  @Test func everyMeasurementIsQuoted() throws {
    let quoted = Set(
      try pages.figures().compactMap { $0.split(separator: ".").dropLast().joined(separator: ".") })
    let measured = Set(Measurement.all.map(\.id))
    #expect(measured.count == Measurement.all.count)
    #expect(measured.subtracting(quoted).sorted() == [])
    #expect(Set(book.entries.keys) == measured, "make figures")
    for measurement in Measurement.all {
      #expect(book.entries[measurement.id]?.commands == measurement.commands)
    }
  }
}
