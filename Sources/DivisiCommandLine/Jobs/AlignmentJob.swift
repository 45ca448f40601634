import DivisiAlignment
import DivisiDSP
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Terminal

/// Everything that the recordings of one call of `divisi align` share.
struct AlignmentJob {
  /// Added to all times that are found.
  let offsetSeconds: Double
  /// Whether a score that seems to be of another piece is written too.
  let acceptsAny: Bool
  /// Whether files that exist may be replaced.
  let overwrites: Bool
  /// Whether notes without a kind, as in a table, are drums.
  let isOfDrums: Bool
  /// Whether notes become those that are played.
  let correctsNotes: Bool
  let search: SearchOptions
  let parallel: Parallel

  /// Aligns one score and writes it.
  ///
  /// - Parameter table: where the map of times goes; nil for nowhere.
  func run(mix: String, score path: String, output: String, table: String?) throws
    -> AlignmentResult
  {
    let clock = ContinuousClock()
    let start = clock.now
    let score = try Score.read(path: path)
    let recording = try RecordingHeader(path: mix)
    let outputs = OutputFiles(overwrites: overwrites)
    try outputs.check([output] + (table.map { [$0] } ?? []), inputs: [mix, path])
    let placed = try ScoreAlignment.aligned(
      score, path: path, with: recording, search: search, offsetSeconds: offsetSeconds,
      acceptsAny: acceptsAny, isOfDrums: isOfDrums, correctsNotes: correctsNotes, parallel: parallel
    )
    let bytes =
      output.lowercased().hasSuffix("csv")
      ? Array(placed.score.csvTable().utf8) : placed.score.midiFile()
    var files = [(path: output, bytes: bytes)]
    if let table { files.append((table, Array(text(of: placed.placement.path).utf8))) }
    try outputs.write(files)
    return AlignmentResult(
      mix: mix, score: path, output: output, placement: placed.placement,
      noteCount: placed.score.notes.count, durationSeconds: recording.durationSeconds,
      seconds: (clock.now - start) / .seconds(1))
  }

  private func text(of path: [TimeMap.Point]) -> String {
    path.reduce(into: "score_time;audio_time\n") { text, point in
      text += "\(fixed(point.score, digits: 4));\(fixed(point.audio, digits: 4))\n"
    }
  }
}

/// What became of one score.
struct AlignmentResult {
  let mix: String
  let score: String
  let output: String
  let placement: Placement
  let noteCount: Int
  let durationSeconds: Double
  let seconds: Double

  /// A line on the recording, and two on the score.
  var text: String {
    let remark = placement.changes?.isEmpty == true ? ", none corrected" : ""
    return """
      \(mix.printable): \(fixed(durationSeconds, digits: 1)) s in \(fixed(seconds, digits: 1)) s
        \(output.printable)  \(noteCount) notes\(remark)
        \(placement.text ?? "")
      """
  }

  /// One line of JSON.
  var json: String {
    encodedAsLine(
      Record(
        input: mix, score: score, output: output, notes: noteCount, duration: durationSeconds,
        placement: placement.record, seconds: seconds))
  }

  private struct Record: Encodable {
    let input: String
    let score: String
    let output: String
    let notes: Int
    let duration: Double
    let placement: Placement.Record
    let seconds: Double
  }
}
