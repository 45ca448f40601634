import Catalogues

/// A recording that is to be separated.
struct RecordingRow {
  let mix: String
  /// Nil where there is none.
  let score: String?
  /// A folder of true stems.
  let references: String?
  let plan: SharedJob
  /// The path of what is kept beside its stems, without an extension: no other recording has the same.
  let manifestStem: String
  /// What names it in errors, with a colon: a line of a table; empty for what was typed.
  var place = ""

  init(mix: String, score: String?, references: String?, plan: SharedJob, place: String = "") {
    self.mix = mix
    self.score = score.map { expand($0, for: mix) }
    self.references = references.map { expand($0, for: mix) }
    self.plan = plan
    self.place = place
    let options = plan.options
    manifestStem =
      options.output + "/"
      + options.writing.path(mix: mix, part: "manifest", preset: options.preset)
  }
}

/// The recordings of a call, in order.
enum RecordingRows {
  case typed(ArraySlice<String>, SharedJob)
  case table(TableRows)

  /// A row that names no recording that could be tried.
  struct Refusal: Error {
    /// As far as it is known.
    let mix: String
    /// One line that names the table, the line and the column.
    let problem: String
  }

  /// The next one; nil behind the last.
  mutating func next() throws -> Result<RecordingRow, Refusal>? {
    switch self {
    case .table(let rows): return try rows.next()
    case .typed(let mixes, let plan):
      guard let mix = mixes.first else { return nil }
      self = .typed(mixes.dropFirst(), plan)
      return .success(
        RecordingRow(
          mix: mix, score: plan.options.score, references: plan.options.references, plan: plan))
    }
  }
}
