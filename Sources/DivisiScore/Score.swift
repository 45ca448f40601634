/// One note or stroke as a score file states it, in seconds of the score.
public struct Note: Sendable, Hashable {
  /// When the note is struck, in seconds from the start of the score.
  public var onsetSeconds: Double
  /// When the key is released, in seconds; not before the onset.
  public var releaseSeconds: Double
  /// When the string is damped, in seconds: the release, or the end of the sustain pedal that holds it past that.
  public var dampedSeconds: Double
  /// MIDI note number, 0 to 127; a General MIDI drum number for percussion.
  public var pitch: Int
  /// MIDI velocity, 1 to 127.
  public var velocity: Int
  /// The track of a MIDI file or the part of a MusicXML file, counted from 1; 1 for CSV.
  public var track: Int
  /// MIDI channel, 1 to 16, where the format has channels.
  public var channel: Int?
  /// Staff within the part, counted from 1 at the top, where the format has staves.
  public var staff: Int?
  /// Voice within the part, where the format has voices.
  public var voice: Int?
  /// The label column of a CSV score; empty elsewhere.
  public var label: String
}

/// The notes of a score file, as yet undivided.
///
/// Notes are sorted by onset, then pitch, then track. How they group into parts is a ``PartSelection``.
public struct Score: Sendable, Equatable {
  /// All notes, sorted by onset, then pitch, then track.
  public var notes: [Note]
  /// The name of each track or part, in order; empty strings where there is none.
  public var trackNames: [String]
  /// Whether the file holds sustain pedal events, so that ``Note/dampedSeconds`` says more than the release.
  public var hasPedal: Bool
}

/// The notes that somebody wants to hear alone.
public struct Part: Sendable, Equatable {
  /// The name of the stem: `left`, `kick`, …
  public var name: String
  /// The part's notes, sorted by onset.
  public var notes: [Note]
}
