import DivisiDSP
import DivisiScore

/// Fits tones that follow their pitch, for players who slide into notes and let them vibrate.
///
///     track     f            the most salient path of each note
///     first     g, a         8 iterations, the last four by shares
///     track     f            the same, each partial as far as it is not below others
///     second    g, a         the iterations of the settings, all by shares
///
/// f pitches, g gains, a levels of partials; see ``PartialModel``.
struct PartialFit {
  let model: PartialModel
  let tracks: [PitchTrack]

  /// How long tones sound after their release where no setting says it.
  private static let releaseSeconds = 0.2
  /// Iterations before pitches are tracked again.
  private static let firstIterations = 8
  /// Iterations before partials count by their shares.
  private static let evenIterations = 3
  /// Added to a partial's share before it is squared, where pitches are tracked again.
  private static let leastShare: Float = 0.05
  /// A note sounds this long at least, whatever the score says of its release.
  private static let shortestSeconds = 0.05

  /// How often `run` calls `step`.
  static func stepCount(_ settings: SeparationSettings) -> Int {
    firstIterations + settings.iterations
  }

  /// Bytes that a fit takes at its peak: two models, with about six values for each partial of each entry, and spectra.
  static func memoryEstimate(entries: Double, frames: Double) -> Double {
    let partialSize = 48.0
    let salienceSize = 4 * 2 * PitchTracker.highestHertz / PitchTracker.hertzPerBin
    return 2 * Double(PartialModel.partialCount) * partialSize * entries + salienceSize * frames
  }

  /// - Parameters:
  ///   - channels: the recording.
  ///   - V: its magnitudes; frames that follow those of the recording are left alone.
  ///   - comb: where partials lie, as the recording is tuned.
  ///   - step: called after each iteration; may throw to end the fit.
  static func run(
    _ score: PitchConstraints, comb: PitchComb, to V: Spectrogram, of channels: [[Float]],
    grid: TimeGrid, settings: SeparationSettings, parallel: @escaping Parallel,
    step: () throws(SeparationError) -> Void
  ) throws(SeparationError) -> PartialFit {
    let constraints = score.released(
      after: settings.releaseSeconds > 0 ? settings.releaseSeconds : releaseSeconds)
    let notes = notes(
      of: constraints, grid: grid, frameCount: grid.frameCount(sampleCount: channels[0].count),
      settings: settings)
    let tracker = PitchTracker(of: channels, grid: grid, parallel: parallel)
    func tracked(_ weights: ((Int) -> [[Float]])?) -> [[Double]] {
      let results = UnsafeMutableBufferPointer<[Double]>.allocate(capacity: notes.count)
      defer { results.deallocate() }
      results.initialize(repeating: [])
      defer { results.deinitialize() }
      let wanted = weights.map { weights in notes.indices.map { weights($0) } }
      nonisolated(unsafe) let all = results
      parallel(notes.count) { index in
        all[index] = tracker.hertz(
          fundamental: comb.frequency(ofPartial: 1, pitch: notes[index].note.pitch),
          frames: notes[index].frames,
          weights: wanted?[index])
      }
      return Array(results)
    }
    func model(_ hertz: [[Double]], levels: [Float]?) -> PartialModel {
      PartialModel(
        spectrogram: V,
        tones: zip(notes, hertz).map { note, hertz in
          MovingTone(
            source: note.source, part: note.part, firstFrame: note.frames.lowerBound,
            bins: hertz.map { Float(grid.bin(atHertz: $0)) })
        }, sourceCount: constraints.sounds.count, levels: levels, parallel: parallel)
    }
    let first = model(tracked(nil), levels: nil)
    for iteration in 0..<firstIterations {
      first.iterate(weighted: iteration >= evenIterations)
      try step()
    }
    first.measureShares()
    let hertz = tracked { index in
      first.shares(ofTone: index, partialCount: PitchTracker.partialCount).map { shares in
        shares.map { ($0 + leastShare) * ($0 + leastShare) }
      }
    }
    let second = model(hertz, levels: first.partialLevels)
    for _ in 0..<settings.iterations {
      second.iterate(weighted: true)
      try step()
    }
    return PartialFit(
      model: second,
      tracks: notes.indices.map {
        PitchTrack(
          note: notes[$0].note, part: notes[$0].part,
          firstFrame: notes[$0].frames.lowerBound, hertz: hertz[$0])
      })
  }

  /// A note on the time grid.
  private struct PlacedNote {
    let source: Int
    let part: Int
    let note: Note
    let frames: Range<Int>
  }

  private static func notes(
    of constraints: PitchConstraints, grid: TimeGrid, frameCount: Int,
    settings: SeparationSettings
  ) -> [PlacedNote] {
    constraints.sounds.enumerated().flatMap { source, sound in
      constraints.strikes[sound]!.compactMap { strike in
        let onset = strike.note.onsetSeconds
        let frames = grid.frames(
          fromSeconds: onset - settings.toleranceSeconds,
          toSeconds: max(strike.endSeconds, onset + shortestSeconds),
          frameCount: frameCount)
        return frames.isEmpty
          ? nil
          : PlacedNote(source: source, part: strike.part, note: strike.note, frames: frames)
      }
    }
  }
}
