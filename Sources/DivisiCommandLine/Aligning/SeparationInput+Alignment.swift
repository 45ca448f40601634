import AudioFiles
import DivisiAlignment
import DivisiDSP
import DivisiScore
import DivisiSeparation
import Plotting

extension SeparationInput {
  /// Where the score lies in the recording, and how well they agree.
  ///
  /// - Parameter span: what is shown, in seconds of the recording.
  func alignmentFigure(
    title: String, isOfDrums: Bool, span: ClosedRange<Double>, parallel: @escaping Parallel
  ) throws -> Figure {
    let placement = source.placement ?? .asWritten
    let sound = RecordedSound(
      sampleRate: Double(recording.sampleRate), channels: recording.channels)
    return try AlignmentFigure(
      title: title, placement: placement,
      players: parts.map { ($0.name, $0.notes) },
      levels: isOfDrums
        ? nil
        : PitchLevels(
          of: sound, tuningCents: placement.tuningCents ?? 0,
          mostColumns: AlignmentFigure.mostColumns, parallel: parallel),
      span: span
    ).figure
  }
}
