/// What a path through recording and score may do, and what it costs.
///
/// Costs are per frame of the recording, of which each is paid for exactly once.
public struct PathRules: Sendable {
  /// Of staying in a frame of the score, on top of how unlike the frames are.
  public var dwellCost: Float = 0.3
  /// Of going two frames on.
  public var skipCost: Float = 0.3
  /// Of going three frames on.
  public var longSkipCost: Float = 0.75
  /// Of beginning within the score where neither ``mayBegin`` nor the middle of the recording allows it: only
  /// with the first frame of the recording.
  public var lateBeginCost: Float = 5
  /// The weight of how onsets differ against how levels do.
  public var onsetWeight: Float = 1
  /// What each frame of the recording costs that lies outside the score.
  public var outsideCosts: [Float]
  /// The frames of the score in which the path may begin, ascending.
  public var mayBegin: [Int]
  /// The frames of the score in which the path may end before the recording does, ascending.
  public var mayEnd: [Int]
  /// From and to where the path may jump; nil for nowhere.
  public var jumps: Jumps?
  /// The frames of the score that each frame of the recording may meet, neither end ever falling; nil for all.
  public var band: [Range<Int>]?

  /// Jumps within the score.
  public struct Jumps: Sendable {
    /// Frames of the score after which a jump may start, ascending.
    public var sources: [Int]
    /// Frames at which one may arrive, ascending.
    public var targets: [Int]
    /// What one costs.
    public var cost: Float

    /// - Parameters:
    ///   - sources: ascending.
    ///   - targets: ascending.
    ///   - cost: at least 0.
    public init(sources: [Int], targets: [Int], cost: Float) {
      self.sources = sources
      self.targets = targets
      self.cost = cost
    }
  }

  /// Rules without jumps, over the whole score.
  ///
  /// - Parameters:
  ///   - outsideCosts: per frame of the recording.
  ///   - mayBegin: frames of the score, ascending.
  ///   - mayEnd: frames of the score, ascending.
  public init(outsideCosts: [Float], mayBegin: [Int], mayEnd: [Int]) {
    self.outsideCosts = outsideCosts
    self.mayBegin = mayBegin
    self.mayEnd = mayEnd
  }
}

/// Frames of a recording and of a score that belong together.
public struct FramePath: Sendable, Equatable {
  /// Successive frames of the recording.
  public var recording: Range<Int>
  /// The frame of the score that each of them meets.
  public var score: [Int]
  /// What the path costs per frame of the recording, those outside the score included.
  public var meanCost: Double

  /// - Parameters:
  ///   - recording: successive frames.
  ///   - score: as many frames.
  ///   - meanCost: per frame of the recording.
  public init(recording: Range<Int>, score: [Int], meanCost: Double) {
    self.recording = recording
    self.score = score
    self.meanCost = meanCost
  }
}
