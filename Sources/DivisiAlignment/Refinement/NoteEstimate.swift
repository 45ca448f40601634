/// A note whose place in the recording is roughly known.
struct NoteEstimate: Sendable, Equatable {
  /// MIDI number of what sounds in the recording, 0 to 127.
  var pitch: Int
  /// When it is struck, in seconds of the score.
  var scoreOnset: Double
  /// When it ends, in seconds of the score; not before it is struck.
  var scoreEnd: Double
  /// When it is struck, in seconds of the recording, to within ``OnsetEvidence/reachSeconds``.
  var estimate: Double
}

/// A grace note, whose place in the score says nothing of when it is played but that it is before its
/// main note.
struct GraceEstimate: Sendable, Equatable {
  /// MIDI number of what sounds in the recording, 0 to 127.
  var pitch: Int
  /// The index of its main note.
  var main: Int
  /// Whether those of its main note stand in the order in which they are played.
  var isOrdered = true
}

/// When a note sounds, in seconds of the recording.
struct NoteTimes: Sendable, Equatable {
  var onset: Double
  /// After the onset.
  var end: Double
}
