// Thread: audio ⇄ worker

/// What the audio thread sends to the worker, in the order of time.
struct StreamEvent: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// The score is at `seconds` from this sample on, and moves if `isRolling`.
    case locate
    /// Notes come from another ``NoteSource``, whose raw value is `pitch`.
    case source
    case noteOn, noteOff, pedalDown, pedalUp, allNotesOff
  }

  var kind: Kind
  /// The sample of the stream from which on it holds.
  var sample: Int
  var seconds = 0.0
  var isRolling = false
  /// 0…15.
  var channel: UInt8 = 0
  var pitch: UInt8 = 0
  var velocity: UInt8 = 0
  /// Place among all events of the stream, from 1.
  var number = 0

  @_noLocks
  init(kind: Kind, sample: Int, seconds: Double = 0, isRolling: Bool = false) {
    self.kind = kind
    self.sample = sample
    self.seconds = seconds
    self.isRolling = isRolling
  }
}

/// A stretch of the stream in which the score moves evenly, or rests.
struct ScoreSegment: BitwiseCopyable {
  /// Where it begins, in samples of the stream.
  var sample = 0
  /// Where the score is then, in seconds.
  var seconds = 0.0
  var isRolling = false

  @_noLocks
  init(sample: Int = 0, seconds: Double = 0, isRolling: Bool = false) {
    self.sample = sample
    self.seconds = seconds
    self.isRolling = isRolling
  }
}
