import DivisiDSP

/// Searches a recording for a score that is stretched by one factor.
struct ScoreSearch: Sendable {
  /// What is searched.
  let recording: RecordingFeatures
  let rate: FeatureRate
  /// The fine grid.
  let grid: TimeGrid
  let instrument: Instrument

  /// How many times as slowly as its score a recording may be played.
  static let scales = 0.3...3.3
  /// What a frame outside the score costs: of sound, and of silence, noise or applause.
  private static let (soundCost, silenceCost): (Float, Float) = (1.2, 0.1)
  /// Onsets weigh so much that the longer of both kinds is on average as long as this, and never more than 1. On
  /// dense passages they would otherwise drive the path outside the score.
  private static let onsetLength: Float = 0.5
  /// Before the first note, in seconds.
  private static let leadSeconds = 0.25
  /// What notes that end with the score ring on, in seconds; and how close to its end that is.
  private static let (ringSeconds, nearEnd) = (2.0, 0.2)
  /// Frames after the end of the score, in seconds.
  private static let roomSeconds = 2.1
  /// The first seconds of the score, in which any path may begin.
  private static let beginSeconds = 0.5
  /// What a marked jump costs.
  private static let markedJumpCost: Float = 5
  /// What any other jump costs, in seconds outside the score: between 1.6 and 2.4 true ones are found and no false.
  private static let freeJumpSeconds = 2.0

  /// A path, and what was compared along it.
  struct Result: Sendable {
    var path: CoarsePath
    var transposition: Int
    var agreement: Agreement
  }

  /// The cheapest path.
  ///
  /// - Parameters:
  ///   - notes: in seconds of the score; at least one.
  ///   - scale: seconds of the search for one of the score.
  ///   - transposition: in semitones.
  ///   - jumps: in seconds of the score.
  ///   - around: the search's second at a second of the recording, from which the path stays within ``reach``;
  ///     nil for anywhere.
  /// - Returns: nil for an empty recording.
  func path(
    _ notes: [SketchedNote], scale: Double, transposition: Int = 0,
    jumps: AlignmentOptions.Jumps = .none, around: Corridor? = nil
  ) -> Result? {
    let rate = recording.path.frameRate
    let start = notes.lazy.map(\.onset).min() ?? 0
    let offset = Self.leadSeconds - start * scale
    var scaled = notes.map {
      SketchedNote(
        onset: $0.onset * scale + offset, end: $0.end * scale + offset, pitch: $0.pitch)
    }
    let end = scaled.lazy.map(\.end).max() ?? 0
    let lastOnset = scaled.lazy.map(\.onset).max() ?? 0
    for index in scaled.indices where scaled[index].end >= min(end - Self.nearEnd, lastOnset) {
      scaled[index].end = end + Self.ringSeconds
    }
    let frameCount = Int((end + Self.roomSeconds) * rate) + 1
    let features = ScoreFeatures.make(
      scaled, frameCount: frameCount, rate: self.rate, grid: grid, instrument: instrument,
      transposition: transposition)

    var rules = PathRules(
      outsideCosts: recording.isSounding.map { $0 ? Self.soundCost : Self.silenceCost },
      mayBegin: Array(0..<max(1, Int(Self.beginSeconds * rate + 0.01))),
      // While the last notes ring, too: paths would otherwise hurry through them to where they may end.
      mayEnd: Array(min(max(0, Int(end * rate) - 1), frameCount - 1)..<frameCount))
    rules.onsetWeight = min(
      1,
      Self.onsetLength
        / max(
          recording.path.onsetLength { recording.isSounding[$0] },
          features.onsetLength { _ in true }, 1e-9))
    allow(jumps, in: &rules, onsets: scaled.map(\.onset), frameCount: frameCount) {
      ($0 * scale + offset) * rate
    }
    rules.band = around.map { corridor in
      (0..<recording.path.frameCount).map { frame in
        let middle = corridor.search(atRecording: Double(frame) / rate) * rate
        let lower = min(max(0, Int(middle - corridor.reach * rate)), frameCount - 1)
        let upper = min(max(lower + 1, Int(middle + corridor.reach * rate)), frameCount)
        return lower..<upper
      }
    }
    guard let found = PathSearch.path(recording: recording.path, score: features, rules: rules)
    else { return nil }
    return Result(
      path: CoarsePath(
        frames: found, frameRate: rate, scale: scale, offset: offset, lastOnset: lastOnset),
      transposition: transposition,
      agreement: Agreement(recording: recording, score: features, path: found))
  }

  private func allow(
    _ jumps: AlignmentOptions.Jumps, in rules: inout PathRules, onsets: [Double], frameCount: Int,
    frame: (Double) -> Double
  ) {
    let rate = recording.path.frameRate
    var sources = Set(rules.mayEnd)
    var targets: Set<Int> = []
    let cost: Float
    switch jumps {
    case .none: return
    case .marked(let ends, let starts):
      cost = Self.markedJumpCost
      let places = ends.map { Int(frame($0).rounded()) }
      let arrivals = starts.map { Int(frame($0).rounded()) }
      for place in places { sources.formUnion(place - 2..<place) }
      targets.formUnion(arrivals)
      // A recording may begin and end with any of its blocks.
      rules.mayBegin = sorted(Set(rules.mayBegin).union(arrivals), below: frameCount)
      rules.mayEnd = sorted(sources, below: frameCount)
    case .anywhere:
      cost = Self.soundCost / 1.2 * Float(Self.freeJumpSeconds * rate)
      for onset in onsets {
        let place = Int((onset * rate).rounded())
        targets.insert(place)
        sources.insert(place - 1)
      }
    }
    rules.jumps = PathRules.Jumps(
      sources: sorted(sources, below: frameCount), targets: sorted(targets, below: frameCount),
      cost: cost)
  }

  private func sorted(_ frames: Set<Int>, below count: Int) -> [Int] {
    frames.filter { (0..<count).contains($0) }.sorted()
  }
}

/// Where a path is expected, and how far from there it may go.
struct Corridor: Sendable {
  /// The search's seconds at a second of the recording.
  let search: @Sendable (Double) -> Double
  /// In seconds of the search, to either side.
  let reach: Double

  func search(atRecording seconds: Double) -> Double { search(seconds) }
}
