/// Why nothing can be aligned.
public enum AlignmentError: Error, Equatable, CustomStringConvertible {
  /// The score has no notes.
  case noNotes
  /// Nothing sounds in the recording.
  case silentRecording
  /// The score is so much longer than the recording that a search in it would take hours and gigabytes.
  case scoreIsLong(limitSeconds: Double)
  /// The recording has two anchors in another order than they say, or at one place.
  case anchorsCross(TimeMap.Point, TimeMap.Point)

  /// One line.
  public var description: String {
    switch self {
    case .noNotes: "the score has no notes to align"
    case .silentRecording: "the recording is silent, so that no score can be aligned with it"
    case .scoreIsLong(let limit):
      "the score lasts more than \(Int(limit / 3600)) hours, too long to be looked for in"
    case .anchorsCross(let first, let second):
      "anchors at \(first.audio) and \(second.audio) s are played in another order"
    }
  }
}
