import DivisiAlignment
package import DivisiDSP
package import DivisiEngine
package import DivisiScore
import Terminal

/// Brings scores onto the time of their recordings, and judges them.
package struct ScorePlacer {
  package let options: PlacementOptions
  package let correction: CorrectionMode
  package let scoring: ScoreOptions
  /// Whether a score that cannot be judged may be longer or shorter than the recording.
  package let isPartial: Bool
  /// What the notes are of.
  package let material: Material
  package let parallel: Parallel
  /// Is told what is doubtful, in lines.
  package let warn: (String) -> Void

  /// - Parameter isPartial: whether a score that cannot be judged may be longer or shorter than the recording.
  package init(
    options: PlacementOptions, correction: CorrectionMode, scoring: ScoreOptions, isPartial: Bool,
    material: Material, parallel: @escaping Parallel, warn: @escaping (String) -> Void
  ) {
    self.options = options
    self.correction = correction
    self.scoring = scoring
    self.isPartial = isPartial
    self.material = material
    self.parallel = parallel
    self.warn = warn
  }

  /// A score on the time of a recording.
  package typealias Placed = (score: Score, placement: Placement)

  /// Places a score.
  ///
  /// - Parameters:
  ///   - original: as ``ScoreOptions/original(path:)`` has it.
  ///   - scorePath: where it was read from.
  ///   - isWhole: whether the score may be of all that is played, so that its notes are corrected by themselves.
  /// - Throws: one line for a score that is not of this recording.
  package func place(
    _ original: Score, path scorePath: String, recording: RecordingHeader, isWhole: Bool
  ) throws -> Placed {
    let placed = try timed(original, path: scorePath, recording: recording)
    switch correction {
    case .off: return placed
    case .auto where placed.placement.method == .asWritten || !isWhole: return placed
    case .auto, .on: break
    }
    let corrected = try Self.corrected(placed, of: material, in: recording, parallel: parallel)
    if correction == .on, let remark = corrected.placement.uncorrected(score: scorePath) {
      warn(remark)
    }
    return corrected
  }

  private func timed(
    _ original: Score, path scorePath: String, recording: RecordingHeader
  ) throws -> Placed {
    let written = scoring.moved(original)
    let indices = material.noteIndices(of: written)
    guard !indices.isEmpty else {
      if options.align == .on || !options.search.anchor.isEmpty {
        warn(
          "\(scorePath): it has no notes with a pitch; its times are used as they are")
      }
      return try unjudged(written, scorePath, recording)
    }
    if options.align == .on || !options.search.anchor.isEmpty {
      return try aligned(original, scorePath, recording, asWritten: nil)
    }
    if options.align == .off, !isPartial {
      try recording.checkLength(of: written, path: scorePath)
    }
    let synchrony = try self.synchrony(of: indices.map { written.notes[$0] }, recording)
    guard let verdict = synchrony.verdict else {
      return try unjudged(written, scorePath, recording)
    }
    var placement = Placement(
      method: .asWritten, verdict: verdict, isInTime: synchrony.isSynchronous, bars: written.bars)
    if options.align == .off {
      if !placement.isInTime { placement.advice = "try --align auto" }
      return (written, placement)
    }
    let asWritten = (written, placement)
    if synchrony.isSynchronous, verdict.judgement == .good { return asWritten }
    let aligned = try aligned(original, scorePath, recording, asWritten: asWritten)
    // What is in time is moved only if everything fits afterwards.
    return synchrony.isSynchronous && aligned.placement.verdict?.judgement != .good
      ? asWritten : aligned
  }

  private func unjudged(
    _ score: Score, _ path: String, _ recording: RecordingHeader
  ) throws -> Placed {
    if !isPartial { try recording.checkLength(of: score, path: path) }
    return (score, Placement(method: .asWritten, bars: score.bars))
  }

  private func synchrony(of notes: [Note], _ recording: RecordingHeader) throws -> Synchrony {
    var check = SynchronyCheck(
      sampleRate: Double(recording.shape.sampleRate), instrument: material.instrument(of: notes),
      notes: notes, parallel: parallel)
    try recording.readSections(seconds: SynchronyCheck.sectionSeconds, keeps: true) {
      check.add($0, startSeconds: $1)
    }
    return check.result
  }

  /// - Parameter asWritten: the score at its own times, which was found not to follow the recording
  ///   closely; nil where nobody asked.
  private func aligned(
    _ original: Score, _ path: String, _ recording: RecordingHeader, asWritten: Placed?
  ) throws -> Placed {
    let aligned: ScoreAlignment
    do {
      aligned = try ScoreAlignment(
        of: original, path: path, material: material, recording: recording,
        settings: options.search.settings(bars: original.bars), parallel: parallel)
    } catch let failure as Failure {
      guard let asWritten else { throw failure }
      return asWritten
    }
    if aligned.verdict.judgement == .notThisPiece {
      let isExplained = asWritten?.placement.verdict?.judgement ?? .notThisPiece != .notThisPiece
      if let asWritten, isExplained || options.forceScore { return asWritten }
      if !options.forceScore { throw aligned.refusal }
    }
    // With auto the offset said where the score lies; with on it moves what was found.
    return aligned.placed(offsetSeconds: options.align == .on ? scoring.scoreOffset : 0)
  }
}
