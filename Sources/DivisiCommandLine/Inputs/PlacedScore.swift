import DivisiScore
import DivisiSeparation
public import FoundationEssentials
import Terminal

/// The score as a recording was separated by it: what `--export-score` writes, in seconds of the recording.
public struct PlacedScore: Codable, Sendable {
  /// A note as it sounds.
  public struct PlayedNote: Codable, Sendable {
    /// When it is struck.
    public let start: Double
    /// When the key is released, and when the string is damped.
    public let release: Double, damped: Double
    /// A MIDI note number; for drums that of General MIDI.
    public let pitch: Int
    /// From 1 to 127.
    public let velocity: Int
    /// The track or part that the score has it in, from 1.
    public let track: Int
    /// From 1, where the format has channels.
    public let channel: Int?
    /// Whether the pitch is a drum's number.
    public let isDrum: Bool
  }

  /// Notes that are separated from the others.
  public struct SeparatedPart: Codable, Sendable {
    /// That of its stem.
    public let name: String
    /// Parts of one number are hands or voices of one instrument.
    public let instrument: Int
    /// Sorted by their starts.
    public let notes: [PlayedNote]
  }

  /// A time in which a pedal is down, for the notes of a channel or a track.
  public struct PedalTime: Codable, Sendable {
    /// From the moment that it is pressed to the moment that it is lifted.
    public let start: Double, end: Double
    /// Whose notes it holds, where the format has channels.
    public let channel: Int?
    /// Whose notes it holds, where it has none.
    public let track: Int?
  }

  /// A bar in the order of playing.
  public struct PlayedBar: Codable, Sendable {
    /// The number that it has in print.
    public let number: Int
    /// When each of its beats begins.
    public var beats: [Double]
    /// When it ends.
    public var end: Double
    /// What a beat is: 4 for a quarter note.
    public let unit: Int
  }

  /// In the order of the stems.
  public let parts: [SeparatedPart]
  /// In no order.
  public let pedals: [PedalTime]
  /// In the order of playing; none where the score has none.
  public var bars: [PlayedBar]
  /// Seconds of the score as it was read, and of the recording; empty where nothing was moved.
  public let path: [[Double]]

  /// Reads what `--export-score` has written.
  ///
  /// - Throws: one line for what no score has; another error for what is no such JSON.
  public init(json: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(PlacedScore.self, from: json)
    if let problem { throw Failure(problem) }
  }

  /// One line of JSON, as `--export-score` writes it.
  public var json: String { encodedAsLine(self) }

  init(_ source: SeparationSource) {
    parts = source.parts.map { part in
      SeparatedPart(
        name: part.name, instrument: part.instrument,
        notes: part.notes.map {
          PlayedNote(
            start: $0.onsetSeconds, release: $0.releaseSeconds, damped: $0.dampedSeconds,
            pitch: $0.pitch, velocity: $0.velocity, track: $0.track, channel: $0.channel,
            isDrum: $0.kind == .drum)
        })
    }
    pedals = source.pedals.map {
      PedalTime(start: $0.startSeconds, end: $0.endSeconds, channel: $0.channel, track: $0.track)
    }
    bars = source.bars.map {
      PlayedBar(number: $0.number, beats: $0.beats, end: $0.endSeconds, unit: $0.beatUnit)
    }
    path = source.placement?.path.map { [$0.score, $0.audio] } ?? []
  }
}
