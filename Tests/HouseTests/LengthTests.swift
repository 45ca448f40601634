import Testing

@Suite struct LengthTests {
  static let limit = 300

  @Test(arguments: ["Sources", "Plugin", "Tests"])
  func noFileIsTooLong(folder: String) throws {
    for file in House.swiftFiles(below: folder) {
      let count =
        try House.text(file).split(separator: "\n", omittingEmptySubsequences: false).count - 1
      #expect(count <= Self.limit, "\(file) has \(count) lines")
    }
  }
}
