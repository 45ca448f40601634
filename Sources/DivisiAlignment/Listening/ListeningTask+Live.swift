/// Following a recording that is heard for the first time.
///
/// The score is aligned with the last seconds again and again, close to where it was. What is separated now was heard a
/// look-ahead ago, so that it lies within these seconds; only what comes next is placed by tempo.
extension ListeningTask {
  /// How far from where it was the score is looked for: in seconds of the score, and as a share of what was heard.
  private static let (reachSeconds, reachShare) = (4.0, 0.25)
  /// Stretches that are further apart than this do not follow each other, in seconds.
  private static let gapSeconds = 1.0

  /// Aligns the score with the last seconds.
  ///
  /// - Parameters:
  ///   - score: as it is written.
  ///   - instrument: what plays it.
  ///   - before: what came of the last seconds before; nil where the score has been lost, or not been found yet, and is
  ///     looked for everywhere.
  ///   - offsetSeconds: how much later the score as it is written begins than the recording.
  /// - Complexity: that of ``ScoreAligner/align(channels:notes:)`` for 20 s.
  public func follow(
    _ score: HeardScore, by instrument: Instrument = .pitched, before: HeardAlignment?,
    offsetSeconds: Double
  ) -> Outcome {
    var before = before
    if let last = before?.heard,
      heard.lowerBound > last.upperBound + Self.gapSeconds
        || heard.upperBound < last.upperBound - Self.gapSeconds
    {
      before = nil
    }
    var score = score
    score.jumps = .none
    let region = before.map { before -> Range<Double> in
      let reach = Self.reachSeconds + Self.reachShare * heard.length
      let (start, end) = (before.score(at: heard.lowerBound), before.score(at: heard.upperBound))
      return start - reach..<max(start, end) + reach
    }
    guard let found = aligned(score, by: instrument, before: before, region: region) else {
      return .unclear
    }
    let verdict = shifted(found.verdict)
    if verdict.judgement == .notThisPiece { return .refused(verdict) }
    let alignment = HeardAlignment(
      found.alignment, of: score, indices: found.indices, verdict: verdict, heard: heard,
      offsetSeconds: offsetSeconds, isLive: true, before: before)
    return .aligned(alignment.heldBeforeMissingNotes(of: score, by: instrument), verdict)
  }
}
