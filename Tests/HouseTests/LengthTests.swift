import Testing

@Suite struct LengthTests {
  static let limit = 300
  /// Those of files that people write.
  static let extensions: Set = ["swift", "c", "h", "sh", "py", "html", "css", "js"]

  @Test(arguments: ["Sources", "Plugin", "Python", "Tests"])
  func noFileIsTooLong(folder: String) throws {
    for file in House.files(below: folder, Self.extensions) {
      let count =
        try House.text(file).split(separator: "\n", omittingEmptySubsequences: false).count - 1
      #expect(count <= Self.limit, "\(file) has \(count) lines")
    }
  }
}
