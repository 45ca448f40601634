import Foundation
import Testing

/// What no run shows.
@Suite struct SourceTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The time of day may jump while a recording is separated.
  @Test func nothingIsTimedByTheTimeOfDay() throws {
    let folder = Self.root.appendingPathComponent("Sources/DivisiCommandLine")
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    let sources = (files ?? []).filter { $0.hasSuffix(".swift") }
    #expect(sources.count > 20)
    for file in sources {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      #expect(!text.contains("Date()") && !text.contains("Date.now"), "\(file)")
    }
  }

  /// A table ends at the first empty line: what follows it is shown as text with bars in it.
  @Test func tablesOfTheDocumentationAreWhole() throws {
    let folder = Self.root.appendingPathComponent("docs")
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".md") }
    #expect(!pages.isEmpty)
    for page in pages {
      let text = try String(contentsOf: folder.appendingPathComponent(page), encoding: .utf8)
      let lines = text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      var isTable = false
      for (index, line) in lines.enumerated() {
        let isRow = line.hasPrefix("|")
        if isRow && !isTable {
          let next = index + 1 < lines.count ? lines[index + 1] : ""
          #expect(
            next.hasPrefix("|--") || next.hasPrefix("|:"), "\(page), line \(index + 1): \(line)")
        }
        isTable = isRow
      }
    }
  }
}
