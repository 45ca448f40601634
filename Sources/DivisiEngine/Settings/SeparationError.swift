import DivisiScore

/// Why a recording could not be separated.
public enum SeparationError: Error, Sendable, Equatable {
  /// No note of the score falls into the recording.
  case noNoteInRecording
  /// The progress closure asked to stop.
  case cancelled
}

/// Throws unless a note of some part falls into the recording.
func checkNotes(of parts: [Part], durationSeconds: Double) throws(SeparationError) {
  let hasNote = parts.contains {
    $0.notes.contains { $0.onsetSeconds < durationSeconds && $0.dampedSeconds > 0 }
  }
  guard hasNote else { throw .noNoteInRecording }
}
