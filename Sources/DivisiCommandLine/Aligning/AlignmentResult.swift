import DivisiSeparation
import Terminal

/// What became of one score.
struct AlignmentResult {
  let mix: String
  let score: String
  let outputs: AlignmentOutputs
  let placement: Placement
  let noteCount: Int
  let durationSeconds: Double
  let seconds: Double

  /// A line on the recording, and two on the score.
  var text: String {
    let remark = placement.changes?.isEmpty == true ? ", none corrected" : ""
    let pointCount = placement.path.count
    let others =
      (outputs.table.map { ["\($0.printable)  \(pointCount) times"] } ?? [])
      + (outputs.report.map { ["\($0.printable)  report"] } ?? [])
    return """
      \(mix.printable): \(fixed(durationSeconds, digits: 1)) s in \(fixed(seconds, digits: 1)) s
        \(outputs.score.printable)  \(noteCount) notes\(remark)
      \(others.map { "  \($0)\n" }.joined())  \(placement.text ?? "")
      """
  }

  /// One line of JSON.
  var json: String {
    encodedAsLine(
      Record(
        input: mix, score: score, output: outputs.score, table: outputs.table,
        report: outputs.report, notes: noteCount, duration: durationSeconds,
        placement: placement.record, seconds: seconds))
  }

  private struct Record: Encodable {
    let input: String
    let score: String
    let output: String
    let table: String?
    let report: String?
    let notes: Int
    let duration: Double
    let placement: Placement.Record
    let seconds: Double
  }
}
