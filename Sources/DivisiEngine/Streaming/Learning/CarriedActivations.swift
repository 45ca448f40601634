// Thread: worker

import DivisiDSP

/// What the last window found, as the start of the next: activations by frame, and levels.
///
/// It holds one window's activations and one level per component that was ever fitted.
struct CarriedActivations {
  private var found: [Int: [Float]] = [:]
  private var firstFrame = 0
  /// How loud a component is against its start.
  private var levels: [Int: Float] = [:]

  /// Starts a component where the last window left it, and frames that are new to it from a shape,
  /// on the level that was found.
  ///
  /// - Parameters:
  ///   - key: stands for the component in every window.
  ///   - shape: N values above zero wherever the component may sound.
  ///   - isFresh: whether what was found counts for the level only.
  ///   - firstFrame: the window's first frame on the stream's grid.
  func start(
    _ component: Int, key: Int, shape: [Float], isFresh: Bool, in model: ConvolutiveNMF,
    firstFrame: Int
  ) {
    let old = isFresh ? [] : found[key] ?? []
    let offset = firstFrame - self.firstFrame
    let level = levels[key] ?? 1
    for entry in model.pattern.entries(ofComponent: component) {
      let frame = Int(model.pattern.frames[entry])
      let before = old.indices.contains(frame + offset) ? old[frame + offset] : 0
      model.H[entry] = before > 0 ? before : level * shape[frame]
    }
  }

  /// Keeps what a window found, and forgets the window before.
  ///
  /// - Parameters:
  ///   - keys: of each component.
  ///   - shapes: of each component.
  mutating func remember(
    _ model: ConvolutiveNMF, keys: [Int], shapes: [[Float]], firstFrame: Int
  ) {
    found.removeAll(keepingCapacity: true)
    self.firstFrame = firstFrame
    for (component, key) in keys.enumerated() {
      var values = [Float](repeating: 0, count: model.pattern.frameCount)
      var (sum, expected): (Float, Float) = (0, 0)
      for entry in model.pattern.entries(ofComponent: component) {
        let frame = Int(model.pattern.frames[entry])
        values[frame] = model.H[entry]
        sum += model.H[entry]
        expected += shapes[component][frame]
      }
      if sum > 0, expected > 0 { levels[key] = sum / expected }
      found[key] = values
    }
  }
}
