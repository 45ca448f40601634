import DivisiDSP

extension ReleaseSearch {
  /// How long the tones of players sound on, who stop their strings and their breath, and how long those of struck
  /// strings, and of rooms that ring.
  static let stoppedSeconds = 0.15
  private static let ringingSeconds = 0.4
  /// A release that somebody asks for means the latter from here on.
  private static let leastRingingSeconds = 0.25
  /// How much worse notes that stop may explain the recording: by 0.996 to 1.07 times they do on twelve recordings of
  /// players, by 1.08 to 1.41 on twelve that are rendered with a room and have no pedal in their scores.
  private static let playersMargin = 1.07

  /// The release of shifted combs, and whether these may use all bins: found out by two trial fits where nothing says it.
  ///
  /// - Parameters:
  ///   - hasPedal: whether the score has one, so that strings are struck.
  ///   - fit: fits a model under constraints with combs that are not open, in ``trialIterations(_:)``.
  static func runPlayers(
    _ constraints: PitchConstraints, hasPedal: Bool, settings: SeparationSettings,
    fit: (PitchConstraints) throws(SeparationError) -> Fit
  ) throws(SeparationError) -> (constraints: PitchConstraints, isOpen: Bool) {
    if settings.releaseSeconds > 0 {
      return (constraints, settings.releaseSeconds >= leastRingingSeconds)
    }
    let ringing = constraints.released(after: ringingSeconds)
    if hasPedal { return (ringing, true) }
    let stopped = constraints.released(after: stoppedSeconds)
    if settings.followsPitches { return (stopped, false) }
    let loss = try fit(stopped).lossAfter
    return try loss < playersMargin * fit(ringing).lossAfter ? (stopped, false) : (ringing, true)
  }
}
