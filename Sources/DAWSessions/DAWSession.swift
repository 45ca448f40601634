public import DivisiScore

/// A recording, its parts and its score as a digital audio workstation opens them: what all formats of sessions have in common.
///
/// Everything starts with the recording, at 0 s, and nothing is stretched.
public struct DAWSession: Sendable {
  /// What the session is called; safe as a file name.
  public var name: String
  /// In hertz.
  public var sampleRate: Int
  /// Samples of each channel of all tracks.
  public var sampleCount: Int
  /// Channels of each track, from 1.
  public var channelCount: Int
  /// From top to bottom; names differ.
  public var tracks: [Track]
  /// The notes of the parts, below the tracks.
  public var clips: [Clip]
  /// Tempo and bars on the time of the recording.
  public var grid: MIDIGrid
  /// In the order of time.
  public var markers: [Marker]

  /// A session from its members.
  public init(
    name: String, sampleRate: Int, sampleCount: Int, channelCount: Int, tracks: [Track],
    clips: [Clip], grid: MIDIGrid, markers: [Marker]
  ) {
    self.name = name
    self.sampleRate = sampleRate
    self.sampleCount = sampleCount
    self.channelCount = channelCount
    self.tracks = tracks
    self.clips = clips
    self.grid = grid
    self.markers = markers
  }

  /// A file that plays from the start.
  public struct Track: Sendable {
    /// A file name without its extension.
    public var name: String
    /// Where the file lies, seen from where the session does.
    public var path: String
    /// `0xRRGGBB`.
    public var colour: UInt32
    /// Whether it is silent until somebody wants it.
    public var isMuted: Bool

    /// A track from its members.
    public init(name: String, path: String, colour: UInt32, isMuted: Bool = false) {
      self.name = name
      self.path = path
      self.colour = colour
      self.isMuted = isMuted
    }

    /// What the file is called in a folder of the session’s own.
    var fileName: String { name + path[(path.lastIndex(of: ".") ?? path.endIndex)...] }
  }

  /// Notes of one part, in seconds of the recording.
  public struct Clip: Sendable {
    /// What the track is called; no track has this name.
    public var name: String
    /// `0xRRGGBB`.
    public var colour: UInt32
    /// The part’s notes and pedals, on one track.
    public var score: Score

    /// A clip from its members.
    public init(name: String, colour: UInt32, score: Score) {
      self.name = name
      self.colour = colour
      self.score = score
    }
  }

  /// A place that somebody may look for.
  public struct Marker: Sendable, Equatable {
    /// What is written there.
    public var name: String
    /// From the start of the recording.
    public var seconds: Double

    /// A marker from its members.
    public init(name: String, seconds: Double) {
      self.name = name
      self.seconds = seconds
    }
  }

  /// The length of the recording.
  var durationSeconds: Double { Double(sampleCount) / Double(sampleRate) }

  /// A time in quarter notes from the start.
  func quarters(atSeconds seconds: Double) -> Double {
    Double(grid.tick(atSeconds: seconds)) / Double(MIDIGrid.ticksPerQuarter)
  }

  /// What the notes of a clip take, in quarter notes: to the end of the recording, or to that of the last note.
  func quarters(of clip: Clip) -> Double {
    quarters(
      atSeconds: max(durationSeconds, clip.score.notes.map(\.releaseSeconds).max() ?? 0))
  }

  /// Those that lie within the recording.
  var placedMarkers: [Marker] {
    markers.filter { (0..<durationSeconds).contains($0.seconds) }
  }
}

extension MIDIGrid {
  /// A tempo in quarter notes per minute.
  static func beatsPerMinute(microsecondsPerQuarter: Int) -> Double {
    60e6 / Double(microsecondsPerQuarter)
  }

  /// The signature at the start; four quarter notes where there is none.
  var firstSignature: (beats: Int, unit: Int) {
    signatures.first.map { ($0.beats, $0.unit) } ?? (4, 4)
  }
}
