extension GradientAutoencoder {
  /// One value for each parameter: itself, or the gradient of ``loss()`` by it.
  public struct Parameters: Sendable {
    /// W_D, of a deep decoder its last layer: templates[r · T + τ][k], closed bins included.
    public var templates: [[Float]] = []
    /// W_E, in the same order.
    public var encoder: [[Float]] = []
    /// The hidden layers of a deep encoder: [layer][r][s], what component s says for r.
    public var encoderLayers: [[[Float]]] = []
    /// The hidden layers of a deep decoder: [layer][s][r], how component s excites r.
    public var decoderLayers: [[[Float]]] = []
    /// b_D, K values; empty without biases.
    public var decoderBias: [Float] = []
    /// b_E, R values.
    public var encoderBias: [Float] = []
    /// The biases of the hidden layers of a deep encoder: [layer][r].
    public var encoderLayerBiases: [[Float]] = []
  }

  /// What ``differentiate()`` has found by biases.
  struct BiasGradients {
    var decoder: [Float]
    var encoder: [Float]
    var encoderLayers: [[Float]]
  }

  /// The parameters as they are, for checks.
  public func parameters() -> Parameters {
    var result = Parameters(
      decoderBias: settings.hasBiases ? Array(decoderBiases) : [],
      encoderBias: Array(encoderBiases),
      encoderLayerBiases: encoderLayers?.layers.map { Array($0.bias.values) } ?? [])
    let columns = 0..<encoder.values.columnCount
    let rows = 0..<encoder.componentCount
    result.templates =
      decoderLayers.map { $0.templates.values.columns(columns) }
      ?? decoder.W.values.columns(columns)
    result.encoder = encoder.values.columns(columns)
    result.encoderLayers = encoderLayers?.layers.map { $0.weights.values.columns(rows) } ?? []
    result.decoderLayers = decoderLayers?.layers.map { $0.weights.values.columns(rows) } ?? []
    return result
  }

  /// The gradient of ``loss()``, for checks.
  public func gradient() -> Parameters {
    let biases = differentiate()
    var result = Parameters(
      decoderBias: biases.decoder, encoderBias: biases.encoder,
      encoderLayerBiases: biases.encoderLayers)
    let frames = encoder.frameCount
    for component in 0..<encoder.componentCount {
      let first = firstColumn(ofComponent: component)
      result.templates +=
        decoderLayers.map {
          $0.gradient.columns(component * frames..<(component + 1) * frames)
        } ?? gradients.columns(first..<first + frames)
      result.encoder += gradients.columns(first + frames..<first + 2 * frames)
    }
    let rows = 0..<encoder.componentCount
    result.encoderLayers = encoderLayers?.layers.map { $0.gradient.columns(rows) } ?? []
    result.decoderLayers = decoderLayers?.layers.map { $0.gradient.columns(rows) } ?? []
    return result
  }

  /// Fills the gradients of all layers.
  func differentiate() -> BiasGradients {
    let isDeep = encoderLayers != nil
    let codeSlopes = encoderLayers?.codeSlopes ?? slopes
    nonisolated(unsafe) let target = codeSlopes
    let V = decoder.V.values.view
    output.forEachVisit(clearing: [decoderSums, encoderSums]) { [self] chunk, visit, errors in
      decoder.add(
        errors, gains: decoder.values(decoder.H, visit), visit, chunk: chunk, to: decoderSums)
      let slopes = codeSlope(
        visit, explained: decoder.products(of: decoder.W, with: errors, visit))
      decoder.set(target, visit, to: slopes)
      if !isDeep { decoder.add(V, gains: slopes, visit, chunk: chunk, to: encoderSums) }
    }
    let decoderBias = output.biasGradient()
    encoderLayers?.backpropagate(to: slopes, before: before)
    let layerBiases = encoderLayers?.differentiateWeights() ?? []
    if isDeep {
      decoder.forEachVisit { [self] chunk, visit in
        decoder.add(
          V, gains: decoder.values(slopes, visit), visit, chunk: chunk, to: encoderSums)
      }
    }
    let sums = UnsafeMutableBufferPointer<Float>.allocate(capacity: encoder.componentCount)
    defer { sums.deallocate() }
    nonisolated(unsafe) let encoderBias = sums
    parallel(encoder.componentCount) { [self] component in
      encoderBias[component] = collect(component)
    }
    decoderLayers?.differentiate(gradients, stride: 2 * encoder.frameCount)
    return BiasGradients(
      decoder: decoderBias, encoder: Array(encoderBias), encoderLayers: layerBiases)
  }

  /// The gradient by the code of some entries before g.
  ///
  /// - Parameter explained: by H′, what the divergence alone says.
  @inline(__always)
  private func codeSlope(
    _ visit: FrameSweep.Visit, explained: SIMD4<Float>
  ) -> SIMD4<Float> {
    var slopes = SIMD4<Float>.zero
    for lane in 0..<visit.entries.count {
      let before = codeBefore[visit.entries.lowerBound + lane]
      let weight = decoder.pattern.weights[visit.entries.lowerBound + lane]
      let code = settings.nonlinearity(before)
      let outside = outside(visit.entries.lowerBound + lane)
      slopes[lane] =
        (weight * explained[lane] + settings.sparsity
          + 2 * settings.activity * (outside * outside) * code)
        * settings.nonlinearity.slope(before)
    }
    return slopes
  }

  /// Adds up the gradients by one component's templates and by its rows of the first layer.
  ///
  /// - Returns: the gradient by its b_E.
  private func collect(_ component: Int) -> Float {
    let entries = decoder.pattern.entries(ofComponent: component)
    let frames = encoder.frameCount
    let first = firstColumn(ofComponent: component)
    let blocks = encoder.supports[component].blocks
    for column in first..<first + 2 * frames {
      BlockKernels.clear(gradients.column(column), over: blocks)
    }
    if !entries.isEmpty {
      for delay in 0..<frames {
        BlockKernels.add(
          decoderSums.total(ofFrame: delay, component: component), gain: 1,
          to: gradients.column(first + delay), over: blocks)
        BlockKernels.add(
          encoderSums.total(ofFrame: delay, component: component), gain: 1,
          to: gradients.column(first + frames + delay), over: blocks)
      }
    }
    var sum = entries.reduce(Float(0)) { $0 + slopes[$1] }
    guard settings.activity > 0, encoderLayers == nil else { return sum }
    forEachClosedFrame(of: component) { frame in
      let before = codeBefore(component, frame: frame)
      let slope =
        2 * settings.activity * settings.nonlinearity(before) * settings.nonlinearity.slope(before)
      sum += slope
      for delay in 0..<min(frames, decoder.frameCount - frame) {
        BlockKernels.add(
          decoder.V.values.column(frame + delay), gain: slope,
          to: gradients.column(first + frames + delay), over: blocks)
      }
    }
    return sum
  }

  /// The code of a shallow encoder before g where the mask is closed.
  func codeBefore(_ component: Int, frame: Int) -> Float {
    (0..<min(encoder.frameCount, decoder.frameCount - frame)).reduce(encoderBias.values[component])
    {
      $0
        + BlockKernels.dot(
          encoder.frame($1, ofComponent: component), decoder.V.values.column(frame + $1),
          over: encoder.supports[component].blocks)
    }
  }

  func forEachClosedFrame(of component: Int, _ body: (_ frame: Int) -> Void) {
    var next = 0
    for entry in decoder.pattern.entries(ofComponent: component) {
      let frame = Int(decoder.pattern.frames[entry])
      while next < frame {
        body(next)
        next += 1
      }
      next = frame + 1
    }
    while next < decoder.frameCount {
      body(next)
      next += 1
    }
  }
}

extension Matrix {
  /// The values of some columns.
  fileprivate borrowing func columns(_ range: Range<Int>) -> [[Float]] {
    range.map { column in (0..<rowCount).map { self[$0, column] } }
  }
}
