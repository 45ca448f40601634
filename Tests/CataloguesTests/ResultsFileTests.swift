import Foundation
import Testing

@testable import Catalogues

@Suite struct ResultsFileTests {
  private let scratch: Scratch
  private var path: String { scratch.file("r.jsonl") }

  init() throws { scratch = try Scratch() }

  private func line(_ name: String, _ value: Int = 0) -> String {
    #"{"input":"\#(name).wav","manifest":"out/\#(name).json","value":\#(value)}"#
  }

  private func lines() throws -> [String] {
    try scratch.text("r.jsonl").split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
  }

  private func open() throws -> ResultsFile {
    try ResultsFile(path: path, continues: true, force: false)
  }

  @Test func linesAreThereAtOnceAndOnce() throws {
    let file = try open()
    try file.put(line("a"))
    try file.put(line("b"))
    try file.put(line("a"))
    #expect(try lines() == [line("a"), line("b"), ""])
  }

  /// Whatever the order of new lines, changed lines, failures and restarts: afterwards the file has the last line of each
  /// recording, and before that never two of one.
  @Test func againstADictionary() throws {
    var random = SystemRandomNumberGenerator()
    var truth: [String: String] = [:]
    var file: ResultsFile? = try open()
    for step in 0..<2000 {
      let name = "r\(UInt64.random(in: 0..<300, using: &random))"
      let new = line(name, Int.random(in: 0..<3, using: &random))
      truth[name] = new
      try file?.put(new)
      guard step % 97 == 0 else { continue }
      let keys = try lines().dropLast().map { RecordKey(line: Array($0.utf8)[...]) }
      #expect(Set(keys).count == keys.count)
      #expect(Set(keys).count == truth.count)
      try file?.finish()
      #expect(Set(try lines().dropLast()) == Set(truth.values))
      file = nil
      file = try open()
    }
  }

  /// A full disk may leave the beginning of a line.
  @Test func aTornLineIsCutOff() throws {
    try scratch.write(line("a") + "\n" + line("b").prefix(20), to: "r.jsonl")
    let file = try open()
    #expect(try lines() == [line("a"), ""])
    try file.put(line("b"))
    #expect(try lines() == [line("a"), line("b"), ""])
  }

  /// A program that wrote lines twice, such as one that somebody wrote himself.
  @Test func ofTwoLinesTheLastStays() throws {
    try scratch.write(
      [line("a", 1), line("b"), line("a", 2), ""].joined(separator: "\n"), to: "r.jsonl")
    _ = try open()
    #expect(try lines() == [line("b"), line("a", 2), ""])
  }

  /// The place of a recording may be spelled otherwise than the last time.
  @Test func alineTakesThePlaceOfAnother() throws {
    let file = try open()
    try file.put(line("a", 1))
    try file.put(line("./a", 2), insteadOf: line("a", 1))
    try file.finish()
    #expect(try lines() == [line("./a", 2), ""])
  }

  @Test func twoProgramsDoNotShareAFile() throws {
    let file = try open()
    #expect(throws: CatalogueError.self) { try open() }
    withExtendedLifetime(file) {}
  }

  @Test func otherFilesAreKept() throws {
    try scratch.write("recording\tscore\n", to: "r.jsonl")
    #expect(throws: CatalogueError.self) { try open() }
    #expect(throws: CatalogueError.self) {
      try ResultsFile(path: path, continues: false, force: false)
    }
    #expect(try scratch.text("r.jsonl") == "recording\tscore\n")
    _ = try ResultsFile(path: path, continues: false, force: true)
    #expect(try scratch.text("r.jsonl") == "")
  }

  /// Names may hold what looks like a field.
  @Test func keysAreFieldsAndNotNames() {
    func key(_ line: String) -> RecordKey { RecordKey(line: Array(line.utf8)[...]) }
    let odd = #"{"input":"a\"manifest\":\"x.wav","manifest":"out/\"a\\"}"#
    #expect(key(odd) == key(#"{"manifest":"out/\"a\\"}"#))
    #expect(key(odd).hasManifest)
    #expect(!key(#"{"input":"\"manifest\":\""}"#).hasManifest)
  }
}
