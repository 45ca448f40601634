import DivisiDSP

/// NMF2D of a recording and its score: the pitches of a range share a template of partials, which the score shifts to each of them.
///
/// The noise of an onset has no pitch, and stays a template of each.
struct ShiftedFit {
  /// Finer axes measure alike.
  private static let binsPerSemitone = 10
  /// Below the lowest key of a piano, 27.5 Hz.
  private static let lowestHertz = 25.0

  private let factors: Factorisation
  private let axis: LogFrequencyAxis
  private let model: ShiftedNMF
  private let parallel: Parallel

  init(
    _ factors: Factorisation, _ start: YardstickModel.Start, sharedPitches: Int,
    parallel: @escaping Parallel
  ) {
    let V = factors.model.V
    let axis = LogFrequencyAxis(
      grid: factors.grid, linearBinCount: V.binCount, lowestHertz: Self.lowestHertz,
      binsPerSemitone: Self.binsPerSemitone)
    let groups = factors.components.map { Self.group(of: $0, sharedPitches: sharedPitches) }
    var (indices, lowest): ([Factorisation.Component: Int], [Int]) = ([:], [])
    for (component, group) in zip(factors.components, groups) {
      let index = indices[group, default: lowest.count]
      if index == lowest.count { lowest.append(component.pitch) }
      indices[group] = index
      lowest[index] = min(lowest[index], component.pitch)
    }
    let sources = zip(factors.components, groups).map { component, group in
      let template = indices[group]!
      return ShiftedNMF.Source(
        template: template, shift: (component.pitch - lowest[template]) * Self.binsPerSemitone)
    }
    let frameCount = start.templates.values.frameCount
    let templates = Templates(
      binCount: axis.binCount,
      supports: Array(repeating: .full(binCount: axis.binCount), count: indices.count),
      frameCount: frameCount)
    let pooled = Matrix(rowCount: axis.binCount, columnCount: 1)
    for (component, source) in sources.enumerated() {
      for frame in 0..<frameCount {
        axis.pool(
          start.templates.values.frame(frame, ofComponent: component), into: pooled.column(0))
        let w = templates.frame(frame, ofComponent: source.template)
        for bin in 0..<max(axis.binCount - source.shift, 0) {
          w[bin] += pooled[bin + source.shift, 0]
        }
      }
    }
    let values = Matrix(rowCount: axis.binCount, columnCount: V.frameCount)
    for frame in 0..<V.frameCount {
      axis.pool(V.values.column(frame), into: values.column(frame))
    }
    for template in 0..<indices.count {
      let sum = templates.sum(ofComponent: template)
      if sum.isNormal { templates.scale(component: template, by: 1 / sum) }
    }
    self.factors = factors
    self.axis = axis
    self.parallel = parallel
    model = ShiftedNMF(
      spectrogram: Spectrogram(values), templates: templates, sources: sources,
      pattern: factors.model.pattern, activations: start.activations,
      divergence: factors.model.divergence, parallel: parallel)
  }

  /// What a component shares its template with, as one of them.
  private static func group(
    of component: Factorisation.Component, sharedPitches: Int
  ) -> Factorisation.Component {
    guard component.role != .onset else { return component }
    return Factorisation.Component(
      pitch: component.pitch / sharedPitches, role: component.role,
      instrument: component.instrument, instrumentName: component.instrumentName,
      cents: component.cents)
  }

  func run(on channels: [[Float]], iterated: (() -> Double) -> Void) -> YardstickModel.Outcome {
    iterated(model.loss)
    for _ in 0..<factors.settings.iterations {
      model.updateTemplates()
      model.updateActivations()
      iterated(model.loss)
    }
    for _ in 0..<factors.settings.refinements {
      model.updateActivations()
      iterated(model.loss)
    }
    let (model, axis, mask, V) = (model, axis, factors.mask, factors.model.V)
    let stems = Synthesis.stems(
      of: channels, stft: STFT(grid: factors.grid), partCount: factors.parts.count,
      parallel: parallel
    ) { frame, masks, scratch in
      for part in 0..<mask.partCount {
        masks.column(part).update(repeating: 0, count: masks.columnStride)
        Self.approximate(model, axis, frame, part: Int16(part), into: masks.column(part))
      }
      mask.share(
        V: V.values.column(frame), fitted: V.binCount, masks: masks.column(0),
        stride: masks.columnStride, binCount: masks.rowCount, total: scratch.column(0),
        largest: scratch.column(1))
    }
    return YardstickModel.Outcome(
      stems: stems, distance: distance(), gains: gains(),
      shape: [axis.binCount, V.frameCount, model.W.componentCount])
  }

  /// V̂ of a frame on the linear axis.
  private static func approximate(
    _ model: ShiftedNMF, _ axis: LogFrequencyAxis, _ frame: Int, part: Int16?,
    into result: UnsafeMutablePointer<Float>
  ) {
    let bands = Matrix(rowCount: axis.binCount, columnCount: 1)
    model.addApproximation(ofFrame: frame, part: part, to: bands.column(0))
    axis.spread(bands.column(0), into: result)
  }

  private func distance() -> (error: Double, norm: Double) {
    let V = factors.model.V
    let approximation = Matrix(rowCount: V.binCount, columnCount: 1)
    var (error, norm) = (0.0, 0.0)
    for frame in 0..<V.frameCount {
      Self.approximate(model, axis, frame, part: nil, into: approximation.column(0))
      for bin in 0..<V.binCount {
        let v = Double(V.values[bin, frame])
        let difference = v - Double(approximation[bin, 0])
        error += difference * difference
        norm += v * v
      }
    }
    return (error.squareRoot(), norm.squareRoot())
  }

  /// Templates have a sum of 1.
  private func gains() -> [Double] {
    (0..<model.pattern.componentCount).map { component in
      model.pattern.entries(ofComponent: component).reduce(0.0) { $0 + Double(model.H[$1]) }
    }
  }
}
