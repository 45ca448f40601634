/// Tables of notes in the layout of the FMP notebooks: `start;duration;pitch;velocity;label`.
///
/// Semicolon, tab or comma; the header line names the columns, in any order and case. Times are in
/// seconds.
///
/// - SeeAlso: Müller & Zalkow, "libfmp", JOSS 6(63), 2021.
enum CSV {
  /// What a column means.
  private enum Column: CaseIterable {
    case start, duration, end, pitch, velocity, label

    /// Header names, lower case.
    var names: [String] {
      switch self {
      case .start: ["start", "onset", "time"]
      case .duration: ["duration", "dur", "length"]
      case .end: ["end", "offset", "release", "stop"]
      case .pitch: ["pitch", "midi", "note"]
      case .velocity: ["velocity", "vel"]
      case .label: ["label", "instrument", "part", "name", "hand"]
      }
    }
  }

  /// A row, with the velocity as written: its scale is known when all rows are.
  private struct Row {
    var note: Note
    var velocity: Double?
  }

  /// Reads a table.
  ///
  /// Velocities are 0 to 127, or 0 to 1 if no row exceeds 1. Where a row gives no pitch, its label
  /// must be a drum's name.
  static func parse(
    bytes: [UInt8], name: String, _ abandonment: Abandonment
  ) throws(ScoreError) -> Score {
    var table = TextTable(bytes)
    guard let header = try table.nextRow(in: name) else {
      throw ScoreError(in: name, expected: "a header line", found: "only empty lines")
    }
    let columns = try self.columns(header.fields, line: header.line, name)
    var rows: [Row] = []
    while let (fields, line) = try table.nextRow(in: name) {
      try abandonment.check()
      let values = RowValues(columns: columns, fields: fields, line: line, name: name)
      rows.append(try row(values))
      if rows.count > ScoreLimits.eventCount {
        throw values.error(expected: "at most \(ScoreLimits.eventCount) notes", found: "more")
      }
    }
    let largest = rows.compactMap(\.velocity).max() ?? 0
    let notes = rows.map { row in
      var note = row.note
      if let velocity = row.velocity {
        let scaled = largest <= 1 ? velocity * 127 : velocity
        note.velocity = max(1, Int(scaled.rounded()))
      }
      return note
    }
    return Score(notes: notes, trackNames: [""], hasPedal: false)
  }

  private static func columns(
    _ fields: [String], line: Int, _ name: String
  ) throws(ScoreError) -> [Column: Int] {
    var columns: [Column: Int] = [:]
    for (index, field) in fields.enumerated() {
      let word = field.lowercased()
      for column in Column.allCases where column.names.contains(word) {
        if columns[column] == nil { columns[column] = index }
      }
    }
    let hasLength = columns[.duration] != nil || columns[.end] != nil
    let hasPitch = columns[.pitch] != nil || columns[.label] != nil
    if columns[.start] == nil || !hasLength || !hasPitch {
      throw ScoreError(
        in: name, at: .line(line), expected: "a header such as start;duration;pitch;velocity;label",
        found: quoted(fields.joined(separator: ";")))
    }
    return columns
  }

  private static func row(_ values: RowValues) throws(ScoreError) -> Row {
    let start = try values.number(.start, from: 0)
    let end: Double
    if values.columns[.duration] != nil {
      end = start + (try values.number(.duration, from: 0))
    } else {
      end = try values.number(.end, from: start)
    }
    let label = values.text(.label) ?? ""
    let note = Note(
      onsetSeconds: start, releaseSeconds: end, pitch: try pitch(values, label: label),
      label: label)
    let hasVelocity = values.text(.velocity) != nil
    return Row(note: note, velocity: hasVelocity ? try values.number(.velocity, to: 127) : nil)
  }

  private static func pitch(_ values: RowValues, label: String) throws(ScoreError) -> Int {
    guard let text = values.text(.pitch) else {
      if let number = DrumMap.number(ofName: label) { return number }
      throw values.error(expected: "a pitch, or a drum's name as label", found: quoted(label))
    }
    if let pitch = NoteName.pitch(of: text) { return pitch }
    if let number = text.finiteNumber, (0...127).contains(number), number == number.rounded() {
      return Int(number)
    }
    throw values.error(expected: "a pitch from 0 to 127", found: quoted(text))
  }

  /// The fields of one row by meaning.
  private struct RowValues {
    let columns: [Column: Int]
    let fields: [String]
    let line: Int
    let name: String

    func error(expected: String, found: String) -> ScoreError {
      ScoreError(in: name, at: .line(line), expected: expected, found: found)
    }

    /// The field, or nil if the table or the row lacks it or it is empty.
    func text(_ column: Column) -> String? {
      guard let index = columns[column], index < fields.count, !fields[index].isEmpty else {
        return nil
      }
      return fields[index]
    }

    func number(
      _ column: Column, from low: Double = 0, to high: Double = ScoreLimits.durationSeconds
    ) throws(ScoreError) -> Double {
      let text = text(column) ?? ""
      guard let number = text.finiteNumber, number >= low, number <= high else {
        throw error(expected: "a number from \(low) to \(high) as \(column)", found: quoted(text))
      }
      return number
    }
  }
}
