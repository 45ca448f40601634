// Thread: worker

import DivisiDSP
internal import Glibc

/// What a stroke sounds like frame by frame, for one who sees single frames: state templates.
///
/// Of a template W_τ and the mean activation h of strokes by their age, the spectrum at age a is
///
///     U(a) = Σ_τ W_τ h(a − τ),
///
/// at the gain that a stroke of velocity 100 has. Ages count frames from the first one that may
/// belong to a stroke, the score's tolerance before its onset, to the last.
struct StrokeStates: ~Copyable {
  /// K × A: column a is the spectrum at age a.
  let templates: Matrix
  /// A.
  var ageCount: Int { templates.columnCount }

  /// - Parameters:
  ///   - memory: the template.
  ///   - profile: h by age, A values.
  init(_ memory: RecursiveMemory, profile: [Float]) {
    templates = Matrix(rowCount: memory.binCount, columnCount: profile.count)
    for age in profile.indices {
      let column = templates.column(age)
      for delay in 0..<min(memory.templateFrames, age + 1) where profile[age - delay] > 0 {
        let gain = profile[age - delay]
        let w = memory.template(delay)
        for bin in 0..<memory.binCount { column[bin] += gain * w[bin] }
      }
    }
  }
}

/// How strongly strokes of one articulation sound by their age, against what their velocities say.
struct StrokeProfile {
  /// Sums over strokes, by age: activations, and gains by velocity.
  private var activations: [Float]
  private var gains: [Float]
  /// The shape that the score's envelopes start with, by age.
  private let shape: [Float]

  /// What the shape counts for, in strokes of velocity 100.
  private static let priorStrokes: Float = 0.5

  init(settings: SeparationSettings, grid: TimeGrid) {
    let first = grid.frame(atSeconds: -settings.toleranceSeconds)
    let last = grid.frame(atSeconds: StrokeConstraints.soundingSeconds)
    shape = (first...last).map {
      Float(StrokeConstraints.shape(Double($0) / grid.frameRate, settings: settings))
    }
    activations = Array(repeating: 0, count: shape.count)
    gains = activations
  }

  /// A, ages of a stroke.
  var ageCount: Int { shape.count }

  /// Replaces what is known by what a window shows.
  ///
  /// - Parameters:
  ///   - strokes: in the order of time.
  ///   - frames: those in which strokes count that begin there.
  mutating func learn(
    component: Int, of model: ConvolutiveNMF, strokes: [Stroke], beginningIn frames: Range<Int>
  ) {
    for age in shape.indices {
      activations[age] = 0
      gains[age] = 0
    }
    var index = strokes.startIndex
    for entry in model.pattern.entries(ofComponent: component) {
      let frame = Int(model.pattern.frames[entry])
      while index + 1 < strokes.endIndex, strokes[index + 1].firstFrame <= frame { index += 1 }
      guard index < strokes.endIndex, frames.contains(strokes[index].firstFrame) else { continue }
      let age = frame - strokes[index].firstFrame
      guard shape.indices.contains(age) else { continue }
      activations[age] += model.H[entry]
      gains[age] += Float(StrokeConstraints.gain(velocity: strokes[index].velocity))
    }
  }

  /// h by age at velocity 100; nil before anything was learnt.
  var values: [Float]? {
    let expected = gains.indices.reduce(Float(0)) { $0 + gains[$1] * shape[$1] }
    guard expected > 0 else { return nil }
    let level = activations.reduce(0, +) / expected
    return shape.indices.map { age in
      (activations[age] + Self.priorStrokes * level * shape[age])
        / (gains[age] + Self.priorStrokes)
    }
  }

  /// h by age as the score's envelope has it, at some level.
  func start(level: Float) -> [Float] { shape.map { level * $0 } }
}
