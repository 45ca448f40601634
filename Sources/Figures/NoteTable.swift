import Foundation

/// A table of notes: `start;duration;pitch;velocity;label`, times in seconds.
struct NoteTable {
  private static let header = "start;duration;pitch;velocity;label"

  struct Row {
    var start: Double
    var duration: String
    var pitch: Int
    var velocity: String
    var label: String
  }

  private(set) var rows: [Row] = []

  init() {}

  init(path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    rows = text.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let fields = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 5, let start = Double(fields[0]), let pitch = Int(fields[2]) else {
        return nil
      }
      return Row(
        start: start, duration: fields[1], pitch: pitch, velocity: fields[3], label: fields[4])
    }
  }

  func settingVelocities(to velocity: Int) -> NoteTable {
    var table = self
    for index in table.rows.indices { table.rows[index].velocity = "\(velocity)" }
    return table
  }

  func movingStarts(_ move: (Double) -> Double) -> NoteTable {
    var table = self
    for index in table.rows.indices { table.rows[index].start = move(table.rows[index].start) }
    return table
  }

  /// Moves where notes begin and where they end.
  func movingTimes(_ move: (Double) -> Double) -> NoteTable {
    var table = self
    for (index, row) in rows.enumerated() {
      let end = row.start + (Double(row.duration) ?? 0)
      table.rows[index].start = move(row.start)
      table.rows[index].duration = "\(move(end) - move(row.start))"
    }
    return table
  }

  func keeping(_ isKept: (Double) -> Bool) -> NoteTable {
    var table = self
    table.rows.removeAll { !isKept($0.start) }
    return table
  }

  func movingPitches(_ move: (Int) -> Int) -> NoteTable {
    var table = self
    for index in table.rows.indices { table.rows[index].pitch = move(table.rows[index].pitch) }
    return table
  }

  /// Adds a note of which no more is known.
  mutating func append(start: Double, pitch: Int, duration: String = "0.1") {
    rows.append(Row(start: start, duration: duration, pitch: pitch, velocity: "80", label: ""))
  }

  /// Adds the notes of another table, later by some seconds.
  mutating func append(_ other: NoteTable, at seconds: Double) {
    rows += other.rows.map { row in
      var row = row
      row.start += seconds
      return row
    }
  }

  func write(to path: String) throws {
    let lines = rows.map { "\($0.start);\($0.duration);\($0.pitch);\($0.velocity);\($0.label)" }
    try ([Self.header] + lines).joined(separator: "\n")
      .write(toFile: path, atomically: true, encoding: .utf8)
  }
}
