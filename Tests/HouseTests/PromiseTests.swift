import Testing

/// Every promise of docs/promises.md names tests, and they are there.
@Suite struct PromiseTests {
  @Test func promisesAreHeldByTests() throws {
    let page = try House.text("docs/promises.md")
    let rows = page.matches(of: /\n\| [^|\n]+\. \| ([^|\n]+) \|/).map(\.1)
    #expect(rows.count > 20)
    for row in rows {
      let tests = row.matches(of: /`(\w+)\/(\w+)\.(\w+)`/)
      #expect(!tests.isEmpty, "no test in \(row)")
      for test in tests {
        let files = try House.swiftFiles(below: "Tests/\(test.1)").map(House.text)
          .filter { $0.contains("struct \(test.2) ") }
        #expect(files.contains { isTest(test.3, in: $0) }, "no test \(test.0)")
      }
    }
  }

  /// Whether a file declares a test, and not only a function, of a name.
  private func isTest(_ name: Substring, in text: String) -> Bool {
    guard
      let place = text.firstRange(of: "  func \(name)(")
        ?? text.firstRange(of: " func \(name)(")
    else { return false }
    let before = text[..<place.lowerBound]
    let start = before.ranges(of: "\n\n").last?.upperBound ?? before.startIndex
    return text[start..<place.upperBound].contains("@Test")
  }
}
