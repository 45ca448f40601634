import Foundation
import Testing

/// The benchmark: what it counts and what it says, not how long anything takes.
struct BenchTests {
  private static let path = Program.products.appendingPathComponent("divisi-bench").path

  private func rows(_ arguments: String...) throws -> [[String]] {
    let run = try Program.run(arguments, of: Self.path)
    try #require(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  /// A hop on the audio thread asks for no memory. The program itself refuses to count where it cannot
  /// see what a library asks for.
  @Test func hopsAllocateNothing() throws {
    let rows = try rows("--time-only", "hop-2048")
    try #require(rows.count == 2)
    let column = try #require(rows[0].firstIndex(of: "allocations"))
    // A heading before it is of two words.
    #expect(rows[1][0] == "hop-2048")
    #expect(rows[1][column - 1] == "0")
  }

  @Test func anotherProgramIsComparedLineByLine() throws {
    let rows = try rows("--against", Self.path, "--rounds", "1", "dot")
    try #require(rows.count == 2)
    #expect(rows[0] == ["benchmark", "before", "ms", "after", "ms", "before/after"])
    #expect(rows[1][0] == "dot")
    #expect(rows[1].dropFirst().allSatisfy { Double($0).map { $0 > 0 } == true })
  }

  /// What an older revision does not know is no reason to stop.
  @Test func unknownBenchmarksOfAnotherAreLeftOut() throws {
    let folder = try TemporaryFolder()
    let other = folder.file("older")
    try folder.write(
      Data("#!/bin/sh\n[ \"$*\" = dot ] || exit 64\necho dot 8.5 850 100\n".utf8), to: "older")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: other)
    let rows = try rows("--against", other, "--rounds", "1", "dot", "add")
    try #require(rows.count == 3)
    #expect(rows[1].prefix(2) == ["dot", "8.50"])
    #expect(rows[2] == ["add", "-", "-", "-"])
  }

  @Test(arguments: [["nosuch"], ["--rounds", "0"], ["--against", "/bin/true", "plugin"]])
  func wrongUsage(arguments: [String]) throws {
    let run = try Program.run(arguments, of: Self.path)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: "))
  }

  @Test(arguments: ["/bin/true", "/nonexistent"]) func whatIsNoBenchmark(program: String) throws {
    let run = try Program.run(["--against", program, "dot"], of: Self.path)
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("divisi-bench: \(program): expected"))
  }
}
