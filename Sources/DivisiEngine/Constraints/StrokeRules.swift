import DivisiDSP

/// What is true of all strokes, and keeps drums apart that are struck at once: activations belong to
/// strokes, and what sounds after them is their templates', which fade.
///
/// Where H may move freely for as long as a stroke sounds, drums trade what rings after the attack. The
/// constants were chosen on three recordings of played kits, of which two are strokes set anew; on fourteen
/// rendered tracks they gain 0.4 dB SDR. Without templates as long as a stroke the rules cost 4 dB, so short
/// ones have none.
struct StrokeRules: Sendable {
  private let strokes: [[Stroke]]
  private let grid: TimeGrid
  /// Half of the time in which H is free around an onset, in seconds; at least the tolerance.
  private let attackSeconds: Double

  /// How long templates must be for the rules, in seconds: 32 frames at the presets' grid.
  static let leastSeconds = 0.37
  /// λ of activations that belong to no stroke. 0.3 and 3 measure less.
  private static let penalty: Float = 1
  private static let leastAttackSeconds = 0.03
  /// Templates fade from here on; each frame is compared with those of so long before it.
  private static let attackedSeconds = 0.07
  private static let fadingSeconds = 0.116
  /// How much louder than their mean it may be.
  private static let growth: Float = 1.2

  /// Rules for the strokes of each component; nil where templates are too short, or nothing is struck.
  init?(_ strokes: [[Stroke]], grid: TimeGrid, settings: SeparationSettings) {
    let seconds = Double(settings.frames) / grid.frameRate
    guard seconds >= Self.leastSeconds, strokes.contains(where: { !$0.isEmpty }) else { return nil }
    self.strokes = strokes
    self.grid = grid
    attackSeconds = max(settings.toleranceSeconds, Self.leastAttackSeconds)
  }

  private func frames(_ seconds: Double) -> Int { Int((seconds * grid.frameRate).rounded()) }

  /// The restraints of a model.
  ///
  /// - Parameter reaches: what each of its components is averaged over; empty for nothing.
  func restraints(of pattern: ActivationPattern, averagedOver reaches: [Int] = []) -> Restraints {
    let reach = frames(attackSeconds)
    var penalties = [Float](repeating: 0, count: pattern.entryCount)
    for (component, strokes) in strokes.enumerated() where !strokes.isEmpty {
      var next = 0
      for entry in pattern.entries(ofComponent: component) {
        let frame = Int(pattern.frames[entry])
        while next < strokes.count, strokes[next].onsetFrame + reach < frame { next += 1 }
        let isFree = next < strokes.count && strokes[next].onsetFrame - reach <= frame
        penalties[entry] = isFree ? 0 : Self.penalty
      }
    }
    return Restraints(
      penalties: penalties,
      fading: Restraints.Fading(
        firstFrame: max(1, frames(Self.attackedSeconds)),
        reach: max(1, frames(Self.fadingSeconds)), growth: Self.growth), averagedOver: reaches)
  }

  /// What draws strokes to each other's level where velocities do not.
  func levels(of pattern: ActivationPattern) -> LevelPull {
    LevelPull(pattern: pattern, strokes: strokes, grid: grid)
  }
}
