import DivisiDSP
internal import Glibc

/// Finds how long notes sound on after their release where the score has no pedal.
///
/// A player may have used the pedal although the score does not say so. If notes that stop soon
/// after their release explain the recording nearly as well as notes that sound on, there was none;
/// else each note ends where its own activation says.
enum ReleaseSearch {
  /// How long damped strings sound: 0.2 to 0.3 s measure alike on ten piano pieces.
  static let dampedSeconds = 0.2
  /// The release that stands for a pedal when the two are compared.
  private static let pedalledSeconds = 1.5
  /// The longest that a note is followed after its release.
  private static let longestSeconds = 3.0
  /// How much worse short notes may explain the recording.
  private static let lossMargin = 1.05
  /// A note has ended where its activation has fallen 26 dB below its peak, or risen 6 dB above its
  /// minimum since the release, which must be something else.
  private static let fall = Float(pow(10, -26.0 / 20))
  private static let rise = Float(pow(10, 6.0 / 20))
  /// Added to the ends that are found.
  private static let marginSeconds = 0.1

  /// Trial fits take this share of the iterations: enough to tell, a third of the time.
  private static let trialShare = 3
  /// The most trial fits that are made.
  static let trialCount = 3

  /// Iterations of a trial fit.
  static func trialIterations(_ settings: SeparationSettings) -> Int {
    settings.iterations / trialShare
  }

  /// Finds when each note ends, by trial fits.
  ///
  /// - Parameters:
  ///   - constraints: the score's, with any release.
  ///   - fit: fits a model under constraints, in ``trialIterations(_:)``.
  /// - Returns: the constraints with the releases that were found.
  static func run(
    _ constraints: PitchConstraints, grid: TimeGrid, settings: SeparationSettings,
    fit: (PitchConstraints) throws(SeparationError) -> Fit
  ) throws(SeparationError) -> PitchConstraints {
    let short = constraints.released(after: dampedSeconds)
    let shortLoss = try fit(short).lossAfter
    if try shortLoss < lossMargin * fit(constraints.released(after: pedalledSeconds)).lossAfter {
      return short
    }
    var result = constraints.released(after: longestSeconds)
    let model = try fit(result).model
    var envelopes: [Sound: [Float]] = [:]
    for (index, sound) in constraints.sounds.enumerated() {
      envelopes[sound] = model.envelope(
        ofComponents: PitchConstraints.tonalComponents(ofSoundAt: index, settings: settings))
    }
    result.setEnds { sound, index in
      let strikes = constraints.strikes[sound]!
      // What other parts strike at once is the same sound.
      let together = strikes[index].note.onsetSeconds + PitchConstraints.unisonSeconds
      let next =
        strikes[(index + 1)...].first {
          $0.part == strikes[index].part || $0.note.onsetSeconds >= together
        }?.note.onsetSeconds ?? .infinity
      return end(of: strikes[index], before: next, in: envelopes[sound]!, grid: grid)
    }
    return result
  }

  private static func end(
    of strike: PitchConstraints.Strike, before next: Double, in envelope: [Float], grid: TimeGrid
  ) -> Double {
    let latest = min(strike.note.dampedSeconds + longestSeconds, next)
    let frames = grid.frames(
      fromSeconds: strike.note.onsetSeconds, toSeconds: latest, frameCount: envelope.count)
    let released = grid.frame(atSeconds: strike.note.dampedSeconds)
    var peak: Float = 0
    var lowest = Float.infinity
    for frame in frames {
      peak = max(peak, envelope[frame])
      guard frame >= released else { continue }
      lowest = min(lowest, envelope[frame])
      if envelope[frame] < peak * fall || envelope[frame] > lowest * rise {
        return Double(frame) / grid.frameRate + marginSeconds
      }
    }
    return latest + marginSeconds
  }
}

extension PitchConstraints {
  func released(after seconds: Double) -> PitchConstraints {
    var result = self
    result.setEnds { sound, index in strikes[sound]![index].note.dampedSeconds + seconds }
    return result
  }
}

extension ConvolutiveNMF {
  /// The summed activations of some components, N values.
  fileprivate func envelope(ofComponents components: Range<Int>) -> [Float] {
    var result = [Float](repeating: 0, count: pattern.frameCount)
    for component in components {
      for entry in pattern.entries(ofComponent: component) {
        result[Int(pattern.frames[entry])] += H[entry]
      }
    }
    return result
  }
}
