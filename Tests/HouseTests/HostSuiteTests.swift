import Testing

/// The Makefile parts the tests in two by the names of suites.
@Suite struct HostSuiteTests {
  @Test func theSuitesOfTheMakefileExist() throws {
    let makefile = try House.text("Makefile")
    let list = try #require(makefile.firstMatch(of: /\nHOST_SUITES := (.*)\n/)).1
    let suites = try House.swiftFiles(below: "Tests").map(House.text)
      .flatMap { $0.matches(of: /@Suite[^\n]*\b(?:struct|class) (\w+)/).map(\.1) }
    for name in list.split(separator: " ") {
      #expect(suites.filter { $0 == name }.count == 1, "\(name)")
    }
    let playing = try #require(makefile.firstMatch(of: /\nJACK_SUITES := (.*)\n/)).1
    #expect(Set(playing.split(separator: " ")).isSubset(of: list.split(separator: " ")))
  }
}
