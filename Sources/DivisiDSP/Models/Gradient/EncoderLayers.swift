/// The second and all further layers of a deep encoder: Z_l = g(E_l (B ⊙ Z_(l−1)) + b_l), R × R, the
/// last of which gives the code.
///
/// B is 1 where the score lets a component sound, else 0: what the score silences is silent in every
/// layer, so a frame costs the square of what sounds there. Column r of a layer's weights is row r
/// of E_l: what each component of the layer before says for or against r.
///
/// - Thread: one at a time.
final class EncoderLayers: Sendable {
  /// Output before g, gradient there, and input of one layer, one value per entry.
  private final class Signals: Sendable {
    var before: UnsafeMutableBufferPointer<Float> { values.values(ofColumn: 0) }
    var slopes: UnsafeMutableBufferPointer<Float> { values.values(ofColumn: 1) }
    var inputs: UnsafeMutableBufferPointer<Float> { values.values(ofColumn: 2) }

    private let values: Matrix

    init(entryCount: Int) { values = Matrix(rowCount: entryCount, columnCount: 3) }
  }

  /// E_2, E_3, …
  let layers: [SquareLayer]
  private let signals: [Signals]
  private let pattern: ActivationPattern
  private let settings: GradientSettings
  private let parallel: Parallel
  /// The gradient by closed entries of the code before g, R × N; empty without their penalty.
  private let closedSlopes: Matrix

  private static let chunk = 32

  /// Layers of the identity.
  init(
    count: Int, pattern: ActivationPattern, settings: GradientSettings, parallel: @escaping Parallel
  ) {
    self.pattern = pattern
    self.settings = settings
    self.parallel = parallel
    layers = (0..<count).map { _ in
      SquareLayer(
        componentCount: pattern.componentCount, settings: settings,
        isNonnegative: settings.isEncoderNonnegative
      ) { _, _ in true }
    }
    signals = layers.map { _ in Signals(entryCount: pattern.entryCount) }
    closedSlopes = Matrix(
      rowCount: settings.activity > 0 ? pattern.componentCount : 0,
      columnCount: settings.activity > 0 ? pattern.frameCount : 0)
  }

  /// The code before g, one value per entry.
  var codeBefore: UnsafeMutableBufferPointer<Float> { signals.last!.before }
  /// The gradient there, to be set before ``backpropagate(to:before:)``.
  var codeSlopes: UnsafeMutableBufferPointer<Float> { signals.last!.slopes }

  /// Computes the code from the first layer's output before g.
  func encode(_ first: UnsafeMutableBufferPointer<Float>) {
    nonisolated(unsafe) let first = first
    forEachFrame { [self] frame in
      let entries = pattern.entries(inFrame: frame)
      for (index, layer) in layers.enumerated() {
        let signal = signals[index]
        let source = index == 0 ? first : signals[index - 1].before
        for entry in entries {
          signal.inputs[Int(entry)] = settings.nonlinearity(source[Int(entry)])
        }
        for entry in entries {
          signal.before[Int(entry)] = output(
            of: layer, Int(pattern.components[Int(entry)]), entries, signal.inputs)
        }
      }
    }
  }

  /// λ₂ ‖H‖² over the closed entries of the code.
  func closedPenalty() -> Double {
    guard settings.activity > 0 else { return 0 }
    var sum = 0.0
    for frame in 0..<pattern.frameCount {
      forEachClosed(inFrame: frame) { _, before in
        let code = settings.nonlinearity(before)
        sum += Double(settings.activity * code * code)
      }
    }
    return sum
  }

  /// From the gradient by the code, ``codeSlopes``, to those by weights, biases and the first layer.
  ///
  /// - Parameters:
  ///   - first: set to the gradient by the first layer's output before g.
  ///   - firstBefore: that output.
  func backpropagate(
    to first: UnsafeMutableBufferPointer<Float>,
    before firstBefore: UnsafeMutableBufferPointer<Float>
  ) {
    nonisolated(unsafe) let (first, firstBefore) = (first, firstBefore)
    forEachFrame { [self] frame in
      if settings.activity > 0 {
        for component in 0..<pattern.componentCount { closedSlopes[component, frame] = 0 }
        forEachClosed(inFrame: frame) { component, before in
          closedSlopes[component, frame] =
            2 * settings.activity * settings.nonlinearity(before)
            * settings.nonlinearity.slope(before)
        }
      }
      let entries = pattern.entries(inFrame: frame)
      for index in layers.indices.reversed() {
        let (target, before) =
          index == 0
          ? (first, firstBefore) : (signals[index - 1].slopes, signals[index - 1].before)
        for entry in entries {
          target[Int(entry)] =
            slope(ofInput: Int(pattern.components[Int(entry)]), layer: index, frame: frame)
            * settings.nonlinearity.slope(before[Int(entry)])
        }
      }
    }
  }

  /// Fills the gradients by the weights.
  ///
  /// - Returns: by the biases: [layer][component].
  func differentiateWeights() -> [[Float]] {
    layers.indices.map { index in
      let biases = UnsafeMutableBufferPointer<Float>.allocate(capacity: pattern.componentCount)
      defer { biases.deallocate() }
      nonisolated(unsafe) let sums = biases
      parallel(pattern.componentCount) { [self] component in
        sums[component] = differentiateWeights(of: component, layer: index)
      }
      return Array(biases)
    }
  }

  /// One step of all layers against their gradients.
  func step(iteration: Int, biasGradients: [[Float]]) {
    for (layer, biases) in zip(layers, biasGradients) {
      parallel(pattern.componentCount) { [pattern, settings] component in
        guard !pattern.entries(ofComponent: component).isEmpty else { return }
        layer.step(column: component, iteration: iteration)
        if settings.hasBiases {
          layer.bias.step(component, gradient: biases[component], iteration: iteration)
        }
      }
    }
  }

  // MARK: Parts of the above

  private func forEachFrame(_ body: @Sendable (Int) -> Void) {
    let frameCount = pattern.frameCount
    parallel((frameCount + Self.chunk - 1) / Self.chunk) { index in
      for frame in index * Self.chunk..<min((index + 1) * Self.chunk, frameCount) { body(frame) }
    }
  }

  /// One row of E_l times the layer's input, and the bias.
  @inline(__always)
  private func output(
    of layer: SquareLayer, _ component: Int, _ entries: ArraySlice<Int32>,
    _ inputs: UnsafeMutableBufferPointer<Float>
  ) -> Float {
    let row = layer.column(component)
    var sum = layer.bias.values[component]
    for entry in entries { sum += row[Int(pattern.components[Int(entry)])] * inputs[Int(entry)] }
    return sum
  }

  private func slope(ofInput component: Int, layer index: Int, frame: Int) -> Float {
    let layer = layers[index]
    var sum: Float = 0
    for entry in pattern.entries(inFrame: frame) {
      sum +=
        layer.column(Int(pattern.components[Int(entry)]))[component]
        * signals[index].slopes[Int(entry)]
    }
    if index == layers.count - 1, settings.activity > 0 {
      for closed in 0..<pattern.componentCount where closedSlopes[closed, frame] != 0 {
        sum += layer.column(closed)[component] * closedSlopes[closed, frame]
      }
    }
    return sum
  }

  private func differentiateWeights(of component: Int, layer index: Int) -> Float {
    let layer = layers[index]
    let gradient = layer.gradient.column(component)
    gradient.update(repeating: 0, count: layer.gradient.columnStride)
    var sum: Float = 0
    func add(_ slope: Float, frame: Int) {
      sum += slope
      for input in pattern.entries(inFrame: frame) {
        gradient[Int(pattern.components[Int(input)])] += slope * signals[index].inputs[Int(input)]
      }
    }
    for entry in pattern.entries(ofComponent: component) {
      add(signals[index].slopes[entry], frame: Int(pattern.frames[entry]))
    }
    if index == layers.count - 1, settings.activity > 0 {
      for frame in 0..<pattern.frameCount where closedSlopes[component, frame] != 0 {
        add(closedSlopes[component, frame], frame: frame)
      }
    }
    return sum
  }

  /// The closed entries of the code in one frame, before g.
  private func forEachClosed(
    inFrame frame: Int, _ body: (_ component: Int, _ before: Float) -> Void
  ) {
    let entries = pattern.entries(inFrame: frame)
    var next = entries.startIndex
    for component in 0..<pattern.componentCount {
      if next < entries.endIndex, Int(pattern.components[Int(entries[next])]) == component {
        next += 1
        continue
      }
      body(component, output(of: layers.last!, component, entries, signals.last!.inputs))
    }
  }
}
