import DivisiAlignment
import DivisiDSP
import DivisiEngine
import DivisiScore

extension ScorePlacer {
  /// A placed score with the notes that are played; one of drums, or of another piece, stays as it is.
  ///
  /// - Parameter placed: at the pitches that are written.
  static func corrected(
    _ placed: Placed, of material: Material, in recording: RecordingHeader,
    parallel: @escaping Parallel
  ) throws -> Placed {
    guard !material.isOfDrums, placed.placement.verdict?.judgement != .notThisPiece else {
      return placed
    }
    let indices = Set(material.noteIndices(of: placed.score))
    let corrector = NoteCorrector(
      sampleRate: Double(recording.shape.sampleRate), parallel: parallel)
    let corrected = try corrector.correct(
      indices.sorted().map { placed.score.notes[$0] },
      transposition: placed.placement.transposition,
      misfits: placed.placement.verdict?.misfits ?? [], in: recording.soundForAlignment())
    var (score, placement) = placed
    placement.changes = corrected.changes
    guard !corrected.changes.isEmpty else { return (score, placement) }
    let others = score.notes.indices.filter { !indices.contains($0) }.map { score.notes[$0] }
    score.notes = Score(notes: corrected.notes + others, trackNames: [], hasPedal: false).notes
    return (score, placement)
  }
}
