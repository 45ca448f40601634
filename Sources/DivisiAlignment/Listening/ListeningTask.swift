import DivisiDSP
import DivisiScore

/// A stretch of a recording that has been heard, to align a score with it.
///
/// - Thread: any that may take seconds.
public struct ListeningTask: Sendable {
  /// Mono.
  let samples: [Float]
  let sampleRate: Double
  /// Where the samples begin in the recording.
  let startSeconds: Double
  /// What is new in it, in seconds of the recording.
  let news: Range<Double>

  /// What came of it.
  public enum Outcome: Sendable {
    /// There is too little to tell.
    case unclear
    /// What plays follows the recording where it is new.
    case follows(Verdict)
    /// The score, aligned, and how well it fits.
    case aligned(HeardAlignment, Verdict)
    /// The score seems to be of something else.
    case refused(Verdict)
  }

  /// Whether what plays follows is judged over this much at least, in seconds.
  private static let checkedSeconds = 10.0
  /// A score that is longer than what has been heard by this factor is first tried without its end: how fast the
  /// recording is can then be told more easily.
  private static let (longScore, horizon) = (1.5, 1.3)
  /// How much less may have been heard than before, in seconds.
  private static let slackSeconds = 1.0

  /// What has been heard, in seconds of the recording.
  public var heard: Range<Double> {
    startSeconds..<startSeconds + Double(samples.count) / sampleRate
  }

  /// Aligns a score, unless what plays follows the recording already.
  ///
  /// - Parameters:
  ///   - score: as it is written.
  ///   - instrument: what plays it.
  ///   - before: how it was aligned last; nil if it was not.
  ///   - offsetSeconds: how much later the score as it is written begins than the recording.
  /// - Complexity: that of ``ScoreAligner/align(channels:notes:)``.
  public func run(
    _ score: HeardScore, by instrument: Instrument = .pitched, before: HeardAlignment?,
    offsetSeconds: Double
  ) -> Outcome {
    let playing =
      before?.parts.flatMap(\.notes)
      ?? score.parts.flatMap(\.notes).map { note in
        var copy = note
        copy.onsetSeconds += offsetSeconds
        copy.releaseSeconds += offsetSeconds
        copy.dampedSeconds += offsetSeconds
        return copy
      }
    let knowsMore = before.map { !$0.heard.contains(heard, within: Self.slackSeconds) } ?? false
    // Another session may have heard more.
    let knowsLess = before.map { !heard.contains($0.heard, within: Self.slackSeconds) } ?? false
    if !knowsMore || knowsLess {
      let synchrony = check(playing, by: instrument)
      if synchrony.isSynchronous, let verdict = synchrony.verdict { return .follows(verdict) }
      if knowsLess && synchrony.verdict == nil { return .unclear }
    }
    guard let found = aligned(score, by: instrument, before: before) else { return .unclear }
    let verdict = found.verdict
    if verdict.judgement == .notThisPiece { return .refused(shifted(verdict)) }
    if knowsLess && verdict.judgement != .good { return .unclear }
    return .aligned(
      HeardAlignment(
        found.alignment, of: score, indices: found.indices, verdict: verdict, heard: heard,
        offsetSeconds: offsetSeconds), shifted(verdict))
  }

  /// With misfits in seconds of the recording.
  func shifted(_ verdict: Verdict) -> Verdict {
    var verdict = verdict
    verdict.misfits = verdict.misfits.map {
      $0.lowerBound + startSeconds..<$0.upperBound + startSeconds
    }
    return verdict
  }

  private func check(_ notes: [Note], by instrument: Instrument) -> Synchrony {
    let length = min(max(news.upperBound - news.lowerBound, Self.checkedSeconds), heard.length)
    let start = min(news.lowerBound, heard.upperBound - length)
    let first = Int(((start - startSeconds) * sampleRate).rounded())
    let end = min(samples.count, first + Int((length * sampleRate).rounded()))
    let section = Array(samples[max(0, first)..<end])
    let seconds = start..<start + length
    var check = SynchronyCheck(
      sampleRate: sampleRate, instrument: instrument,
      notes: notes.filter { instrument.plays($0) && seconds.contains($0.onsetSeconds) },
      parallel: sequentially)
    check.add([section], startSeconds: start)
    return check.result
  }

  struct Found {
    let alignment: Alignment
    /// The notes that it was looked for with.
    let indices: [Int]
    var verdict: Verdict { alignment.verdict.ofWhatIsHeard }
    var merit: Double { verdict.agreement * verdict.coverage }
  }

  /// - Parameter region: the seconds of the score that come into question; nil for all.
  func aligned(
    _ score: HeardScore, by instrument: Instrument, before: HeardAlignment?,
    region: Range<Double>? = nil
  ) -> Found? {
    let notes = score.notes
    let played = notes.indices.filter { index in
      let note = notes[index].note
      return instrument.plays(note) && region.map { $0.contains(note.onsetSeconds) } ?? true
    }
    guard let start = played.lazy.map({ notes[$0].note.onsetSeconds }).min(),
      let end = played.lazy.map({ notes[$0].note.releaseSeconds }).max()
    else { return nil }
    var options = AlignmentOptions()
    options.jumps = score.jumps
    if let before, before.judgement == .good || region != nil {
      options.transpositions = before.transposition...before.transposition
    }
    let aligner = ScoreAligner(
      sampleRate: sampleRate, instrument: instrument, options: options,
      parallel: flushingDenormals(sequentially))
    func found(_ indices: [Int]) -> Found? {
      (try? aligner.align(channels: [samples], notes: indices.map { notes[$0].note })).map {
        Found(alignment: $0, indices: indices)
      }
    }
    var best: Found?
    if region == nil, end - start > Self.longScore * heard.length {
      best = found(
        played.filter { notes[$0].note.onsetSeconds < start + Self.horizon * heard.length })
      if let best, best.verdict.judgement == .good { return best }
    }
    guard let all = found(played) else { return best }
    return best.map { $0.merit > all.merit ? $0 : all } ?? all
  }
}

extension Range<Double> {
  /// How long it is.
  var length: Double { upperBound - lowerBound }

  /// Whether another lies within this, or less than `slack` outside at either end.
  func contains(_ other: Self, within slack: Double) -> Bool {
    lowerBound <= other.lowerBound + slack && upperBound >= other.upperBound - slack
  }
}
