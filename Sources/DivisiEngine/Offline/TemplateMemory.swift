import DivisiDSP
internal import Glibc

/// What earlier sections of a recording say of the templates of the next one.
///
/// Templates start where the last ones ended, and one frame per component is appended to the
/// spectrogram, in which that component alone sounds, as much as it has sounded so far. To the
/// updates of W that is what all frames before would have been, had they been fitted together: with
/// the Kullback-Leibler divergence they add W Σh to the numerator and Σh to the denominator.
///
/// - SeeAlso: Lefèvre, Bach & Févotte, "Online algorithms for nonnegative matrix factorization with
///   the Itakura-Saito divergence", WASPAA 2011 (the statistics).
struct TemplateMemory: Sendable {
  private struct Known {
    /// K of them; the sum is 1.
    let values: [Float]
    /// Σ h^β so far, on the scale of the samples.
    let weight: Double
  }

  private var known: [Factorisation.Component: Known] = [:]
  private let beta: Double

  /// What an open bin starts from at least, against the largest: nothing grows from zero.
  private static let floor: Float = 1e-3

  /// Nil where it is no use: without a sum of all frames that templates follow from, or where its
  /// root would be too large a number.
  init?(_ settings: SeparationSettings, isOfDrums: Bool) {
    guard !isOfDrums, !settings.isFrozen, settings.frames == 1, settings.beta >= 1,
      settings.model.gradientRule == nil, settings.templates == .informed,
      settings.activations == .informed
    else { return nil }
    beta = settings.beta
  }

  /// Frames that it appends for some components.
  func frameCount(for components: [Factorisation.Component]) -> Int {
    components.count { known[$0] != nil }
  }

  /// Sets templates and appended frames to what is known.
  ///
  /// - Parameters:
  ///   - constraints: of the frames before the appended ones.
  ///   - V: the last frames of it are still empty.
  ///   - scale: what V was divided by.
  func extending(
    _ constraints: consuming Constraints, components: [Factorisation.Component], V: Spectrogram,
    scale: Double, parallel: @escaping Parallel
  ) -> Constraints {
    let indices = components.indices.filter { known[components[$0]] != nil }
    guard !indices.isEmpty else { return constraints }
    var frame = V.frameCount - indices.count
    let before = constraints.pattern
    var rows = components.map { _ in ActivationPattern.Row(frameCount: V.frameCount) }
    var activations: [Float] = []
    /// Entries of appended frames, and how much sounds in them.
    var appended: [(entry: Int, level: Float)] = []
    for index in components.indices {
      for entry in before.entries(ofComponent: index) {
        let frame = Int(before.frames[entry])
        rows[index].weights[frame] = before.weights[entry]
        rows[index].parts[frame] = before.parts[entry]
        activations.append(constraints.activations[entry])
      }
      guard let known = known[components[index]] else { continue }
      let level = pow(known.weight, 1 / beta) / scale
      let column = V.values.column(frame)
      let template = constraints.templates.frame(0, ofComponent: index)
      for bin in known.values.indices {
        column[bin] = template[bin] > 0 ? Float(level) * known.values[bin] : 0
      }
      let sum = write(known.values, to: constraints.templates, component: index)
      rows[index].open(frame..<frame + 1, part: 0)
      appended.append((activations.count, Float(level) / sum))
      activations.append(0)
      frame += 1
    }
    let pattern = ActivationPattern(rows: rows, frameCount: V.frameCount)
    // All starts will be multiplied by one gain, that of the frames that are not appended.
    let model = ConvolutiveNMF(
      spectrogram: V, templates: constraints.templates.copy(), pattern: pattern,
      divergence: Divergence(beta: Float(beta)), parallel: parallel)
    for entry in activations.indices { model.H[entry] = activations[entry] }
    let gain = max(model.leastSquaresGain(), .leastNormalMagnitude)
    for (entry, level) in appended { activations[entry] = level / gain }
    let (sounds, strokes, isFree) = (constraints.sounds, constraints.strokes, constraints.isFree)
    return Constraints(
      templates: constraints.templates, pattern: pattern, activations: activations,
      strokes: strokes, isFree: isFree, sounds: sounds,
      recordedFrameCount: V.frameCount - indices.count)
  }

  /// Lets a template start from what is known where its mask is open, with the sum it had.
  ///
  /// - Returns: the sum.
  private func write(_ values: [Float], to templates: borrowing Templates, component: Int) -> Float
  {
    let before = templates.sum(ofComponent: component)
    let floor = Self.floor * (values.max() ?? 0)
    let column = templates.frame(0, ofComponent: component)
    for bin in values.indices where column[bin] > 0 { column[bin] = max(values[bin], floor) }
    let after = templates.sum(ofComponent: component)
    if after > 0 { templates.scale(component: component, by: before / after) }
    return max(before, .leastNormalMagnitude)
  }

  /// Adds what a fit has found in all frames but the appended ones.
  mutating func add(
    _ model: ConvolutiveNMF, components: [Factorisation.Component], frameCount: Int, scale: Double
  ) {
    for (index, component) in components.enumerated() {
      let sum = model.W.sum(ofComponent: index)
      let weight = model.pattern.entries(ofComponent: index).reduce(0.0) {
        model.pattern.frames[$1] < frameCount
          ? $0 + pow(Double(model.H[$1]) * Double(sum) * scale, beta) : $0
      }
      let total = weight + (known[component]?.weight ?? 0)
      guard sum.isNormal, total.isNormal else { continue }
      let column = model.W.frame(0, ofComponent: index)
      known[component] = Known(
        values: (0..<model.binCount).map { column[$0] / sum }, weight: total)
    }
  }
}
