/// Why nothing can be aligned.
public enum AlignmentError: Error, Equatable, CustomStringConvertible {
  /// The score has no notes.
  case noNotes
  /// Nothing sounds in the recording.
  case silentRecording

  /// One line.
  public var description: String {
    switch self {
    case .noNotes: "the score has no notes to align"
    case .silentRecording: "the recording is silent, so that no score can be aligned with it"
    }
  }
}
