// Thread: any

/// What a stream is built for. A stream never changes its settings; other settings need another.
public struct StreamSettings: Sendable, Equatable {
  /// Analysis, model and masks; iterations are those of a whole recording, of which a window, which
  /// starts warm, takes a share.
  public var separation = SeparationSettings()
  /// How far past a frame the model looks before the frame is due, in seconds, 0 to 4; 0 is live.
  public var lookaheadSeconds = 1.0
  /// How much of the past the model learns from, in seconds, 4 to 30.
  public var historySeconds = 10.0
  /// Whether the model learns from the sound; else its templates stay as they start.
  public var adapts = true

  /// The settings of the `hands` preset, with a look-ahead of one second.
  public init() {}
}

/// Where the notes of a stream come from.
public enum NoteSource: Int, Sendable, CaseIterable {
  /// A score, at the position that the host or the stream itself says.
  case score
  /// MIDI that arrives with the sound.
  case midi
  /// Nowhere: whatever has a template may sound at any time.
  case none
}
