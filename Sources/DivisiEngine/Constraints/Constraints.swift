import DivisiDSP

/// What a score says about a recording, in the terms of a model.
struct Constraints: ~Copyable {
  /// How each component starts out, zero where it may never sound.
  let templates: Templates
  /// When each component may sound, how strongly at most, and for which part.
  let pattern: ActivationPattern
  /// Where H starts, one value per entry of the pattern, up to a common factor.
  let activations: [Float]
  /// The strokes of each component, in the order of time; empty where velocities say nothing.
  let strokes: [[Stroke]]
  /// Where there is no dropout, what the score says against each entry: 1 − M_H; nil where M_H is in the pattern.
  var outside: [Float]?
  /// What strokes keep to besides; nil for nothing.
  var rules: StrokeRules?
  /// What takes that which is no drum; nil for nothing.
  var rest: Rest?
  /// Whether no score says what sounds when.
  var isFree = false
  /// Which sound (pitch, drum) each component is of; nil if each is of its own.
  var sounds: [Int]?
  /// How many frames are the recording's; nil for all. What follows them counts for no loss.
  var recordedFrameCount: Int?
}

/// One stroke of a component.
struct Stroke: Sendable {
  /// The first frame that may belong to it.
  let firstFrame: Int
  /// The frame of its onset in the score.
  let onsetFrame: Int
  /// MIDI velocity.
  let velocity: Int

  init(firstFrame: Int, onsetFrame: Int? = nil, velocity: Int) {
    self.firstFrame = firstFrame
    self.onsetFrame = onsetFrame ?? firstFrame
    self.velocity = velocity
  }
}

extension Constraints {
  /// Replaces start values by random ones where the settings ask for it.
  ///
  /// Random templates may use every bin; random activations may sound at any time, for the part
  /// that struck the component last, or first where nothing has been struck yet.
  static func assemble(
    templates: consuming Templates, rows: [ActivationPattern.Row], starts: [[Float]],
    strokes: [[Stroke]],
    settings: SeparationSettings
  ) -> Constraints {
    let frameCount = rows.first?.weights.count ?? 0
    var generator = SeededGenerator(seed: settings.seed)
    var rows = rows
    var strokes = strokes
    var templates = templates
    if settings.templates == .random {
      let full = BinBlocks.full(binCount: templates.binCount)
      let drawn = Templates(
        binCount: templates.binCount, supports: templates.supports.map { _ in full },
        frameCounts: templates.frameCounts)
      for component in 0..<drawn.componentCount {
        for frame in 0..<drawn.frameCount(ofComponent: component) {
          let column = drawn.frame(frame, ofComponent: component)
          for bin in 0..<drawn.binCount { column[bin] = generator.nextUnit() }
        }
      }
      templates = drawn
    }
    if settings.activations == .random {
      for index in rows.indices { rows[index].openEverywhere() }
      strokes = rows.map { _ in [] }
    }
    let masks = rows.map(\.weights)
    let hasDropout = settings.hasDropout || !settings.model.hasEncoder
    if !hasDropout { for index in rows.indices { rows[index].openEverywhere() } }
    let pattern = ActivationPattern(rows: rows, frameCount: frameCount)
    let activations = (0..<pattern.entryCount).map { entry in
      settings.activations == .random
        ? generator.nextUnit() : starts[Int(pattern.components[entry])][Int(pattern.frames[entry])]
    }
    var result = Constraints(
      templates: templates, pattern: pattern, activations: activations, strokes: strokes)
    if !hasDropout {
      result.outside = (0..<pattern.entryCount).map { entry in
        1 - masks[Int(pattern.components[entry])][Int(pattern.frames[entry])]
      }
    }
    return result
  }
}

extension ActivationPattern.Row {
  /// Lets the component sound at any time; closed frames go to the part before them, the first ones
  /// to the part after.
  mutating func openEverywhere() {
    guard let firstOpen = weights.firstIndex(where: { $0 > 0 }) else { return }
    var part = parts[firstOpen]
    for frame in weights.indices {
      if weights[frame] > 0 { part = parts[frame] }
      parts[frame] = part
      weights[frame] = 1
    }
  }
}

extension TimeGrid {
  /// The frames of a recording from one time to another, both included, at least one unless outside
  /// it.
  func frames(fromSeconds start: Double, toSeconds end: Double, frameCount: Int) -> Range<Int> {
    let lower = min(max(frame(atSeconds: start), 0), frameCount)
    return lower..<max(lower, min(frame(atSeconds: end) + 1, frameCount))
  }
}
