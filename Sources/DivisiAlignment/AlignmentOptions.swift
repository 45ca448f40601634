/// What an alignment may assume and what it looks for.
public struct AlignmentOptions: Sendable {
  /// Semitones by which the recording may sound higher than the score is written; holds 0.
  public var transpositions: ClosedRange<Int> = -7...7
  /// Cents against A4 = 440 Hz; nil to find them in the recording.
  public var tuningCents: Double?
  /// Where the recording may leave the order of the score.
  public var jumps = Jumps.none
  /// Times that are known, ascending in score and recording, which the alignment keeps.
  public var anchors: [TimeMap.Point] = []

  /// Where a recording may leave the order of its score.
  public enum Jumps: Sendable, Equatable {
    /// Nowhere.
    case none
    /// From any of some ends to any of some starts, all in seconds of the score: its repeats.
    case marked(ends: [Double], starts: [Double])
    /// From any note to any other.
    case anywhere
  }

  /// All transpositions up to a fifth, tuning to be found, no jumps.
  public init() {}
}
