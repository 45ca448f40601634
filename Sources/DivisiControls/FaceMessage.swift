/// What a plugin tells its own window of the score and of what it hears; and how the window asks for it.
///
/// It comes as ``news``, an object that looks like a `patch:Set`: of those that it does not know, Ardour complains on its
/// audio thread, each time.
///
/// The window asks for ``notes`` when it opens, with `patch:Get`, and for ``place`` again and again while it is open. For
/// ``patienceSeconds`` after each of these, the plugin tells it what there is to tell. Values are bytes as these structures
/// have them in memory: plugin and window come from one build.
public enum FaceMessage {
  /// The type of the objects.
  public static let news = "urn:divisi:news"
  /// The notes of the score, in pieces: a ``Head``, then each a ``Note``.
  public static let notes = "urn:divisi:notes"
  /// Bars and beats, in pieces: a ``Head``, then each a ``Beat``. None where they do not lie where the notes do.
  public static let beats = "urn:divisi:beats"
  /// What the model has found in the sound: a ``Source``, then each a ``Heard``.
  public static let heard = "urn:divisi:heard"
  /// Where the sound is: a ``Place``.
  public static let place = "urn:divisi:place"

  /// For how long the plugin tells what it was asked for, in seconds; twice what the window lets pass.
  public static let patienceSeconds = 4.0
  /// How often a place is told, in a second.
  public static let rate = 20.0
  /// No message is longer, in bytes: half of what waits in the plugin's queue at once.
  public static let largest = 2048

  /// Which piece of a list this is.
  public struct Head: BitwiseCopyable, Sendable {
    /// The same for all pieces of a list.
    public var edition: UInt32
    /// The place of the piece's first element in the list.
    public var first: UInt32
    /// Elements of the list; 0 for an empty one, which has one piece.
    public var total: UInt32

    /// A piece's head.
    public init(edition: UInt32, first: UInt32, total: UInt32) {
      self.edition = edition
      self.first = first
      self.total = total
    }
  }

  /// A note where the stream expects it.
  public struct Note: BitwiseCopyable, Equatable, Sendable {
    /// In seconds of the recording, less the offset of the score.
    public var onset: Float
    /// Its end in the same time.
    public var end: Float
    /// Its place among the plugin's parts.
    public var part: UInt8
    /// MIDI number.
    public var pitch: UInt8
    /// From 1 to 127.
    public var velocity: UInt8
    private var padding: UInt8 = 0

    /// A note.
    public init(onset: Float, end: Float, part: UInt8, pitch: UInt8, velocity: UInt8) {
      self.onset = onset
      self.end = end
      self.part = part
      self.pitch = pitch
      self.velocity = velocity
    }
  }

  /// A beat of a bar.
  public struct Beat: BitwiseCopyable, Equatable, Sendable {
    /// In the time of notes.
    public var seconds: Float
    /// The number of the bar that begins with it; −1 within a bar.
    public var bar: Int32

    /// A beat.
    public init(seconds: Float, bar: Int32) {
      self.seconds = seconds
      self.bar = bar
    }
  }

  /// Which stream has heard something.
  public struct Source: BitwiseCopyable, Sendable {
    /// See ``Place/stream``.
    public var stream: UInt32
    private var padding: UInt32 = 0

    /// A stream.
    public init(stream: UInt32) { self.stream = stream }
  }

  /// How strongly something sounds in a moment.
  public struct Heard: BitwiseCopyable, Equatable, Sendable {
    /// In seconds since the stream began.
    public var seconds: Float
    /// Its place among the plugin's parts.
    public var part: UInt8
    /// MIDI number; 0 of drums.
    public var pitch: UInt8
    /// From 0 for 40 dB below the loudest, or less, to 255.
    public var level: UInt8
    private var padding: UInt8 = 0

    /// A moment of a sound.
    public init(seconds: Float, part: UInt8, pitch: UInt8, level: UInt8) {
      self.seconds = seconds
      self.part = part
      self.pitch = pitch
      self.level = level
    }
  }

  /// Where the sound that comes in is.
  public struct Place: BitwiseCopyable, Equatable, Sendable {
    /// In the time of notes.
    public var seconds: Double
    /// How much the stream has taken, in seconds.
    public var streamSeconds: Double
    /// How late the sound comes out, in seconds.
    public var latencySeconds: Double
    /// The number of the stream that is heard.
    public var stream: UInt32
    /// Whether time goes on: 1, else 0.
    public var isRolling: UInt32

    /// A place.
    public init(
      seconds: Double, streamSeconds: Double, latencySeconds: Double, stream: UInt32,
      isRolling: UInt32
    ) {
      self.seconds = seconds
      self.streamSeconds = streamSeconds
      self.latencySeconds = latencySeconds
      self.stream = stream
      self.isRolling = isRolling
    }
  }
}
