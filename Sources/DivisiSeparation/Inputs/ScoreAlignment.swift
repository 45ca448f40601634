package import DivisiAlignment
package import DivisiDSP
package import DivisiEngine
package import DivisiScore
package import Terminal

/// A score aligned with a recording.
package struct ScoreAlignment {
  private let score: Score
  private let scorePath: String
  private let recording: RecordingHeader
  /// The notes that were aligned.
  private let indices: [Int]
  private let alignment: Alignment
  /// Whether passages could be left out and repeated anywhere.
  private let followsAnyJump: Bool

  package var verdict: Verdict { alignment.verdict }

  /// Reads the recording as a whole.
  ///
  /// - Throws: one line where there is nothing to align.
  package init(
    of score: Score, path scorePath: String, material: Material, recording: RecordingHeader,
    settings: AlignmentOptions, parallel: @escaping Parallel
  ) throws {
    self.score = score
    self.scorePath = scorePath
    self.recording = recording
    followsAnyJump = settings.jumps == .anywhere
    indices = material.noteIndices(of: score)
    let notes = indices.map { score.notes[$0] }
    let aligner = ScoreAligner(
      sampleRate: Double(recording.shape.sampleRate), instrument: material.instrument(of: notes),
      options: settings, parallel: parallel)
    for anchor in settings.anchors { try Self.check(anchor, of: score, recording) }
    try recording.memoryForAlignment.check(for: recording.path)
    let sound = try recording.soundForAlignment()
    do {
      alignment = try aligner.align(sound, notes: notes)
    } catch let error as AlignmentError {
      switch error {
      case .noNotes: throw Failure("\(scorePath): expected notes with a pitch; found drums only")
      case .scoreIsLong(let limit):
        throw Failure(
          "\(scorePath): expected a score of at most \(fixed(limit / 3600, digits: 1)) hours to align with this recording; found a longer one"
        )
      case .silentRecording: throw Failure("\(recording.path): expected sound; found silence")
      case .anchorsCross(let first, let second):
        throw Failure(
          "--anchor: expected times that ascend in score and recording, found \(Self.text(first)) and \(Self.text(second)) in another order in \(recording.path)"
        )
      }
    }
  }

  private static func text(_ anchor: TimeMap.Point) -> String {
    "\(fixed(anchor.score, digits: 2))=\(fixed(anchor.audio, digits: 2))"
  }

  private static func check(_ anchor: Anchor, of score: Score, _ recording: RecordingHeader) throws
  {
    guard anchor.audio <= recording.durationSeconds else {
      throw Failure(
        "--anchor: expected a time in \(recording.path), which ends at \(fixed(recording.durationSeconds, digits: 1)) s, found \(fixed(anchor.audio, digits: 2))"
      )
    }
    let end = max(
      score.notes.map(\.dampedSeconds).max() ?? 0, score.bars.map(\.endSeconds).max() ?? 0)
    guard anchor.scores.contains(where: { (0...end).contains($0) }) else {
      throw Failure(
        "--anchor: expected a time in the score, which ends at \(fixed(end, digits: 1)) s, found \(fixed(anchor.scores[0], digits: 2))"
      )
    }
  }

  /// The score on the time of the recording, and what is to be said of it.
  package func placed(offsetSeconds: Double) -> (score: Score, placement: Placement) {
    let placed = alignment.applied(to: score, noteIndices: indices)
      .adjusted(offsetSeconds: offsetSeconds, rate: 1)
    var placement = Placement(
      method: .aligned, verdict: verdict, bars: placed.bars,
      transposition: alignment.transposition, tuningCents: alignment.tuningCents,
      path: alignment.map.stretches.joined().map {
        TimeMap.Point(score: $0.score, audio: $0.audio + offsetSeconds)
      })
    placement.missing = missing
    placement.tempo = 1 / alignment.map.meanTempo
    if !verdict.misfits.isEmpty, verdict.judgement == .doubtful, !followsAnyJump {
      placement.advice = "if it leaves out or repeats passages, try --jumps any"
    }
    return (placed, placement)
  }

  /// Where the recording begins and ends within the score.
  private var missing: [String] {
    let onsets = alignment.notes.map { score.notes[indices[$0.index]].onsetSeconds }
    guard let first = onsets.min(), let last = onsets.max() else { return [] }
    let all = indices.map { score.notes[$0].onsetSeconds }
    var words: [String] = []
    if all.contains(where: { $0 < first - Self.leastMissing }) {
      words.append("the recording begins \(place(first))")
    }
    if all.contains(where: { $0 > last + Self.leastMissing }) {
      words.append("the recording ends \(place(last))")
    }
    return words
  }

  /// Shorter stretches that are missing are not told, in seconds.
  private static let leastMissing = 2.0

  private func place(_ seconds: Double) -> String {
    let bar = score.bars.last { ($0.beats.first ?? .infinity) <= seconds }
    return bar.map { "in bar \($0.number)" } ?? "at \(fixed(seconds, digits: 0)) s of the score"
  }

  /// Wrong scores hardly ever reach this agreement.
  private static let nearlyRefused = 0.4

  /// That it is not of this recording.
  package var refusal: Failure {
    let reason =
      verdict.agreement < Verdict.refused
      ? "their agreement is \(fixed(verdict.agreement, digits: 2)), that of right scores 0.7 or more"
      : "it fits hardly better than in other keys"
    let isNear = verdict.agreement > Self.nearlyRefused && !followsAnyJump
    let advice = isNear ? "try --jumps any if it is played in another order, or " : ""
    return Failure(
      "\(scorePath): expected the score of \(recording.path); \(reason), so that it is probably of another piece (\(advice)accept it with --force-score)"
    )
  }
}
