import Foundation
import Testing

@testable import Catalogues

/// A folder that is gone when the test is.
final class Scratch {
  let path = NSTemporaryDirectory() + "divisi-catalogue-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: file(name), encoding: .utf8)
  }
}

@Suite struct TableTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func table(_ text: String) throws -> RecordingTable {
    try scratch.write(text, to: "t.tsv")
    return try RecordingTable(path: scratch.file("t.tsv"))
  }

  private func rows(_ table: RecordingTable) throws -> [String] {
    var found: [String] = []
    while let item = try table.next() {
      switch item {
      case .row(let row): found.append("\(row.line):" + row.cells.joined(separator: "|"))
      case .bad(let line, let error): found.append("\(line):\(error)")
      }
    }
    return found
  }

  @Test func rowsAreCellsBetweenTabs() throws {
    let table = try table(
      "\u{FEFF}recording\tscore\r\n a b.wav\ta.mid\r\n\r\nb.wav\nc.wav\t\"c.mid\"")
    #expect(table.columns == ["recording", "score"])
    #expect(try rows(table) == ["2:a b.wav|a.mid", "4:b.wav|", "5:c.wav|\"c.mid\""])
  }

  /// A line that is none costs that line.
  @Test func badLinesAreNamed() throws {
    try Data("recording\na\tb\n".utf8 + [0xFF, 0x0A] + "c\n".utf8)
      .write(to: URL(fileURLWithPath: scratch.file("t.tsv")))
    let table = try RecordingTable(path: scratch.file("t.tsv"))
    let found = try rows(table)
    #expect(found.count == 3)
    #expect(found[0].hasSuffix("t.tsv: line 2: expected 1 cells between tabs, found 2"))
    #expect(found[1].hasSuffix("t.tsv: line 3: expected UTF-8, found other bytes"))
    #expect(found[2] == "4:c")
  }

  @Test func linesHaveALength() throws {
    let long = String(repeating: "x", count: RecordingTable.longestLine + 70_000)
    let found = try rows(try table("recording\n\(long)\nb\n\(long)"))
    #expect(found.count == 3)
    #expect(found[0].contains("line 2: expected at most 1 MiB"))
    #expect(found[1] == "3:b")
    #expect(found[2].contains("line 4: expected at most 1 MiB"))
  }

  @Test(arguments: ["", "\n\n", "score\na", "recording\trecording\n", "recording\t\n"])
  func tablesWithoutColumnsAreRefused(text: String) throws {
    #expect(throws: CatalogueError.self) { try table(text) }
  }

  @Test func foldersAndDevicesAreNoTables() throws {
    for path in [scratch.path, "/dev/zero", scratch.file("missing")] {
      #expect(throws: CatalogueError.self) { try RecordingTable(path: path) }
    }
  }

  /// Each row is in one share, whatever their number.
  @Test(arguments: 1...7) func sharesAreAllAndDisjoint(count: Int) throws {
    let shards = (1...count).compactMap { Shard("\($0)/\(count)") }
    #expect(shards.count == count)
    for row in 0..<50 { #expect(shards.filter { $0.contains(row: row) }.count == 1) }
  }

  @Test(arguments: ["0/2", "3/2", "1", "1/", "/2", "a/b", "1/2/3", "-1/2", "1/0", ""])
  func otherSharesAreRefused(text: String) { #expect(Shard(text) == nil) }
}
