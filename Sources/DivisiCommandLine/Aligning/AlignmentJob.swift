import DivisiAlignment
import DivisiDSP
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Plotting
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
  func run(mix: String, score path: String, outputs: AlignmentOutputs) throws -> AlignmentResult {
    let clock = ContinuousClock()
    let start = clock.now
    let score = try Score.read(path: path)
    let recording = try RecordingHeader(path: mix)
    let copied = try outputs.print(of: path)
    let files = OutputFiles(overwrites: overwrites)
    try files.check(outputs.paths, inputs: [mix, path])
    let placed = try ScoreAlignment.aligned(
      score, path: path, with: recording, search: search, offsetSeconds: offsetSeconds,
      acceptsAny: acceptsAny, isOfDrums: isOfDrums, correctsNotes: correctsNotes, parallel: parallel
    )
    var contents = [(path: outputs.score, bytes: copied ?? bytes(of: placed.score, outputs))]
    if let table = outputs.table {
      contents.append((table, Array(text(of: placed.placement.path).utf8)))
    }
    if let report = outputs.report {
      let page = AlignmentPage(
        mix: mix, score: path, placement: placed.placement, isAnchored: !search.anchor.isEmpty,
        figure: try figure(of: placed, recording: recording))
      contents.append((report, Array(page.html.utf8)))
    }
    try files.write(contents)
    return AlignmentResult(
      mix: mix, score: path, outputs: outputs, placement: placed.placement,
      noteCount: placed.score.notes.count, durationSeconds: recording.durationSeconds,
      seconds: (clock.now - start) / .seconds(1))
  }

  private func bytes(of placed: Score, _ outputs: AlignmentOutputs) -> [UInt8] {
    outputs.format == .table ? Array(placed.csvTable().utf8) : placed.midiFile()
  }

  private func figure(of placed: ScorePlacer.Placed, recording: RecordingHeader) throws -> Figure {
    try AlignmentFigure(
      title: "", placement: placed.placement, players: placed.score.players,
      levels: isOfDrums || placed.score.notes.allSatisfy { $0.kind != .pitched }
        ? nil
        : PitchLevels(
          of: recording.soundForAlignment(), tuningCents: placed.placement.tuningCents ?? 0,
          mostColumns: AlignmentFigure.mostColumns, parallel: parallel),
      span: 0...max(recording.durationSeconds, 0.1)
    ).figure
  }

  private func text(of path: [TimeMap.Point]) -> String {
    path.reduce(into: "score_time;audio_time\n") { text, point in
      text += "\(fixed(point.score, digits: 4));\(fixed(point.audio, digits: 4))\n"
    }
  }
}
