package import DivisiDSP
import DivisiEngine
package import DivisiScore

extension ScoreAlignment {
  /// Aligns a score for its own sake, as `divisi align` does.
  ///
  /// - Parameters:
  ///   - path: its file, or what it is called.
  ///   - offsetSeconds: is added to all times that are found.
  ///   - acceptsAny: whether a score that seems to be of another piece is aligned, too.
  ///   - isOfDrums: whether notes without a kind, as in a table, are drums.
  ///   - correctsNotes: whether notes become those that are played.
  /// - Returns: the notes when the recording plays them, and in its key.
  /// - Throws: one line where there is nothing to align, or where the score is of another piece.
  package static func aligned(
    _ score: Score, path: String, with recording: RecordingHeader, search: SearchOptions,
    offsetSeconds: Double, acceptsAny: Bool, isOfDrums: Bool, correctsNotes: Bool,
    parallel: @escaping Parallel
  ) throws -> ScorePlacer.Placed {
    let hasPitch = score.notes.contains { $0.kind == .pitched }
    let material: Material =
      !isOfDrums && hasPitch ? .pitched : try PresetStore.choose("drums").material()
    let found = try ScoreAlignment(
      of: score, path: path, material: material, recording: recording,
      settings: search.settings(bars: score.bars), parallel: parallel)
    if found.verdict.judgement == .notThisPiece, !acceptsAny { throw found.refusal }
    var placed = found.placed(offsetSeconds: offsetSeconds)
    if correctsNotes {
      // Notes are looked for where they are heard, and not where the offset puts them.
      let corrected = try ScorePlacer.corrected(
        found.placed(offsetSeconds: 0), of: material, in: recording, parallel: parallel)
      placed.score = corrected.score.adjusted(offsetSeconds: offsetSeconds, rate: 1)
      placed.placement.changes = corrected.placement.changes
    }
    placed.score.notes = placed.score.notes.transposed(by: placed.placement.transposition)
    return placed
  }
}
