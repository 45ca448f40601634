public import DivisiScore

/// What was changed about one note of a score, so that the score is what was played.
public struct NoteChange: Sendable, Equatable {
  /// What was done.
  public enum Kind: Sendable, Equatable {
    /// The score lacked it.
    case added
    /// The score had it at another pitch, a MIDI number.
    case moved(from: Int)
  }

  /// What was done.
  public var kind: Kind
  /// When the note begins, in seconds of the recording.
  public var seconds: Double
  /// Its MIDI number now, as the score would write it.
  public var pitch: Int

  /// - Parameters:
  ///   - kind: what was done.
  ///   - seconds: in the recording.
  ///   - pitch: as the score would write it.
  public init(kind: Kind, seconds: Double, pitch: Int) {
    self.kind = kind
    self.seconds = seconds
    self.pitch = pitch
  }
}

/// The notes of a score as they were played.
public struct CorrectedNotes: Sendable {
  /// In no order; what was not changed is as it was given.
  public var notes: [Note]
  /// By time; none where the score is right.
  public var changes: [NoteChange]
}
