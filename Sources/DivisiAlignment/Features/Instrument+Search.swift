extension Instrument {
  /// Samples at 44.1 kHz of a window of the search.
  var searchWindow: Int { isPercussive ? 2048 : 4096 }

  /// How long an onset is held in the search, in seconds.
  var holdSeconds: Double { isPercussive ? 0.05 : 0.1 }

  /// Semitones by which a recording may sound higher than its score is written: up to a fifth.
  var transpositions: ClosedRange<Int> { isPercussive ? 0...0 : -7...7 }

  /// At which rates a recording is searched.
  struct Rates: Sendable {
    /// The rate of the first path of a long recording, and how long that is, in seconds.
    var sparse: FeatureRate
    var longSeconds: Double
    /// The rate of the only first path, or of the next, close to the sparse one, and how far from that it may go, in
    /// seconds of the search.
    var dense: FeatureRate
    var reachSeconds: Double
    /// The rate of the second search, in a score that is warped by the first.
    var second: FeatureRate
  }

  var rates: Rates {
    // A loop looks the same a bar later. Where the sparse rate is out of step with it, waiting for a bar costs less than
    // what is gained by another step: short loops do without it, and in long ones the dense rate may go bars away from it.
    isPercussive
      ? Rates(
        sparse: .coarse, longSeconds: 480, dense: .finest, reachSeconds: 12, second: .finest)
      : Rates(sparse: .sparse, longSeconds: 480, dense: .coarse, reachSeconds: 4, second: .fine)
  }

  /// What is known of notes that are written to a grid and played at a steady tempo.
  struct Pattern: Sendable {
    /// For how long before and after an event the tempo is steady, in seconds of the score.
    var steadySeconds: Double
    /// Of different drums, strokes that are written less than so far apart may have been one movement: a grid has torn
    /// them apart. In seconds of the recording.
    var tornSeconds: Double
    /// How far apart they were then, in seconds, and what it costs to say so.
    var togetherSeconds: Double
    var togetherCost: Double
  }

  /// How onsets are made exact.
  struct Refining: Sendable {
    /// Samples at 44.1 kHz of a window, and from one to the next.
    var windowLength: Int
    var hop: Int
    /// Frames before and after, between which a rise is taken.
    var riseFrames: Int
    /// The same for the growth of the sound (``Growth``); nil where it is not looked at.
    var growthFrames: Int?
    /// How far from its estimate a note may lie, in seconds.
    var reachSeconds: Double
    /// What a wrong time from event to event costs, and what it is measured in: seconds, and a share of the time.
    var tempoWeight: Double
    var timeUnitSeconds: Double
    var timeShare: Double
    /// How far notes that the score puts at one time may lie apart, in seconds.
    var chordSeconds: Double
    /// How far from the start of one note the next of the same pitch is at least, in seconds.
    var leastGapSeconds: Double
    /// What holds for patterns; nil where notes are no pattern.
    var pattern: Pattern?
    /// How long after a stronger rise of its own a sound still rises by itself, in seconds; nil for not at all.
    var echoSeconds: ClosedRange<Double>?
    /// How far a note may lie from its event, and over what distance evidence counts less by a factor of e, in
    /// seconds.
    var noteReachSeconds: Double
    var noteDecaySeconds: Double
    /// How much later than its attack a rise peaks, in seconds.
    var delaySeconds: Double
  }

  var refining: Refining {
    // Of windows of 1024, 2048 and 4096 samples the middle one gives the least errors for pianos, at 200 frames a
    // second, and their rises peak 7 ms after a key is struck. Patterns of drums are written to a grid, of which strokes lie
    // up to half a step off: a wrong time costs less there.
    isPercussive
      ? Refining(
        windowLength: 512, hop: 110, riseFrames: 1, growthFrames: 3, reachSeconds: 0.3,
        tempoWeight: 0.4,
        timeUnitSeconds: 0.06, timeShare: 0.2, chordSeconds: 0.02, leastGapSeconds: 0.015,
        pattern: Pattern(
          steadySeconds: 1.5, tornSeconds: 0.07, togetherSeconds: 0.0075, togetherCost: 0.05),
        echoSeconds: 0.03...0.06, noteReachSeconds: 0.03, noteDecaySeconds: 0.01, delaySeconds: 0)
      : Refining(
        windowLength: 2048, hop: 220, riseFrames: 2, growthFrames: nil, reachSeconds: 0.5,
        tempoWeight: 0.6,
        timeUnitSeconds: 0.02, timeShare: 0.4, chordSeconds: 0.04, leastGapSeconds: 0,
        pattern: nil, echoSeconds: nil, noteReachSeconds: 0.2, noteDecaySeconds: 0.04,
        delaySeconds: 0.007)
  }
}
