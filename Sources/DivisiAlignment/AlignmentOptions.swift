/// What an alignment may assume and what it looks for.
public struct AlignmentOptions: Sendable {
  /// Where the recording may leave the order of the score.
  public var jumps = Jumps.none
  /// Times that are known, in any order, which the alignment keeps.
  public var anchors: [Anchor] = []
  /// Semitones that the recording may sound above the score; nil for as many as the instrument's players transpose.
  public var transpositions: ClosedRange<Int>?

  /// Where a recording may leave the order of its score.
  public enum Jumps: Sendable, Equatable {
    /// Nowhere.
    case none
    /// From any of some ends to any of some starts, all in seconds of the score: its repeats.
    case marked(ends: [Double], starts: [Double])
    /// From any note to any other.
    case anywhere
  }

  /// No jumps, no anchors.
  public init() {}
}

/// A place in the score, and when the recording has it.
public struct Anchor: Sendable, Equatable {
  /// In seconds of the score, at least one: a bar that is written several times is meant where the recording is nearest.
  public var scores: [Double]
  /// In seconds of the recording.
  public var audio: Double

  /// - Parameters:
  ///   - scores: in seconds of the score, at least one.
  ///   - audio: in seconds of the recording.
  public init(scores: [Double], audio: Double) {
    self.scores = scores
    self.audio = audio
  }
}
