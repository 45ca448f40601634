/// What an alignment may assume and what it looks for.
public struct AlignmentOptions: Sendable {
  /// Where the recording may leave the order of the score.
  public var jumps = Jumps.none
  /// Times that are known, ascending in score and recording, which the alignment keeps.
  public var anchors: [TimeMap.Point] = []
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
