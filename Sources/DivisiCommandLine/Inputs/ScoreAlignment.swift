import DivisiAlignment
import DivisiDSP
import DivisiScore
import Terminal

/// A score aligned with a recording.
struct ScoreAlignment {
  private let score: Score
  private let scorePath: String
  private let recording: RecordingHeader
  /// The notes that were aligned.
  private let indices: [Int]
  private let alignment: Alignment

  var verdict: Verdict { alignment.verdict }

  /// Reads the recording as a whole.
  ///
  /// - Throws: one line where there is nothing to align.
  init(
    of score: Score, path scorePath: String, recording: RecordingHeader,
    settings: AlignmentOptions, parallel: @escaping Parallel
  ) throws {
    self.score = score
    self.scorePath = scorePath
    self.recording = recording
    indices = score.notes.indices.filter { score.notes[$0].kind == .pitched }
    let aligner = ScoreAligner(
      sampleRate: Double(recording.shape.sampleRate), options: settings, parallel: parallel)
    try recording.memoryForSamples.check(for: recording.path)
    let channels = try recording.samples()
    do {
      alignment = try aligner.align(channels: channels, notes: indices.map { score.notes[$0] })
    } catch {
      switch error {
      case .noNotes: throw Failure("\(scorePath): expected notes with a pitch; found drums only")
      case .silentRecording: throw Failure("\(recording.path): expected sound; found silence")
      }
    }
  }

  /// The score on the time of the recording, and what is to be said of it.
  func placed(offsetSeconds: Double) -> (score: Score, placement: Placement) {
    let placed = alignment.applied(to: score, noteIndices: indices)
      .adjusted(offsetSeconds: offsetSeconds, rate: 1)
    return (
      placed,
      Placement(
        method: .aligned, verdict: verdict, bars: placed.bars,
        transposition: alignment.transposition, tuningCents: alignment.tuningCents,
        path: alignment.map.stretches.joined().map {
          TimeMap.Point(score: $0.score, audio: $0.audio + offsetSeconds)
        })
    )
  }

  /// That it is not of this recording.
  var refusal: Failure {
    let reason =
      verdict.agreement < Verdict.refused
      ? "their agreement is \(fixed(verdict.agreement, digits: 2)), that of right scores 0.7 or more"
      : "it fits hardly better than in other keys"
    return Failure(
      "\(scorePath): expected the score of \(recording.path); \(reason), so that it is probably of another piece (accept it with --force-score)"
    )
  }
}
