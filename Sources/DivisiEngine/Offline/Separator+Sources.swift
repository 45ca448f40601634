import DivisiDSP
import DivisiScore

extension Separator {
  /// Whether trained sources are all there is: nothing has a score.
  func isOfSources(_ parts: [Part]) -> Bool { !sources.isEmpty && parts.count == sources.count }

  /// Separates a stretch in which nothing of the score sounds; nil where there are no trained sources.
  func separateSources(
    of channels: [[Float]], sampleRate: Double, parts: [Part], withResidual: Bool
  ) throws(SeparationError) -> [[[Float]]]? {
    guard !sources.isEmpty else { return nil }
    var memory: TemplateMemory?
    return try separate(
      channels: channels, sampleRate: sampleRate, parts: Array(parts.suffix(sources.count)),
      hasPedal: false, withResidual: withResidual, memory: &memory, observer: nil,
      progress: { _ in true }
    ).stems
  }

  /// Separates a recording that consists of trained sources.
  ///
  /// - Parameter V: on the grid of the sources; scaled anew.
  func separateSources(
    _ V: Spectrogram, of channels: [[Float]], stft: STFT, scale: Double, withResidual: Bool,
    progress: (Double) -> Bool
  ) throws(SeparationError) -> Separation {
    let total = V.scaleToMean(Double(sources.count))
    let mask = settings.mask(
      partCount: sources.count, grid: stft.grid, hasResidual: withResidual)
    let networks = sources.map { $0.network.lowest(V.binCount) }
    let masks: Synthesis.Masks
    let losses: (before: Double, after: Double)
    if networks.allSatisfy(\.isFactorisation) {
      let model = factorisation(networks, in: V)
      let before = model.loss()
      for iteration in 0..<settings.iterations {
        model.update(templates: false, activations: true)
        guard progress(0.9 * Double(iteration + 1) / Double(settings.iterations)) else {
          throw .cancelled
        }
      }
      losses = (before, model.loss())
      masks = { mask.compute(from: model, frame: $0, into: $1, scratch: $2) }
    } else {
      let inputs = SourceInputs(
        networks, in: V, beta: settings.beta, iterations: settings.iterations,
        sparsity: settings.gradient.sparsity, parallel: parallel)
      guard inputs.run(progress: { progress(0.9 * $0) }) else { throw .cancelled }
      losses = (inputs.lossBefore, inputs.lossAfter)
      let approximations = inputs.approximations
      masks = {
        mask.compute(from: approximations, in: V, frame: $0, into: $1, scratch: $2)
      }
    }
    let covariances =
      settings.isSpatial && SpatialAnalysis.applies(channelCount: channels.count)
      ? SpatialAnalysis.covariances(
        of: channels, stft: stft, partCount: sources.count, parallel: parallel, masks: masks) : nil
    let stems = Synthesis.stems(
      of: channels, stft: stft, partCount: sources.count, covariances: covariances,
      parallel: parallel, masks: masks)
    return Separation(
      stems: stems, lossBefore: losses.before, lossAfter: losses.after, tuningCents: nil,
      scale: scale, total: total)
  }

  /// W of all sources beside each other; H starts at half of what it was in training.
  private func factorisation(_ networks: [SourceNetwork], in V: Spectrogram) -> ConvolutiveNMF {
    let units = networks.flatMap { network in (0..<network.unitCount).map { (network, $0) } }
    let model = ConvolutiveNMF(
      sources: networks.map(\.unitCount), in: V, beta: settings.beta, parallel: parallel
    ) { unit, column, binCount in
      let (network, index) = units[unit]
      network.layers[0].weights.withUnsafeBufferPointer { weights in
        for bin in 0..<binCount { column[bin] = weights[index * binCount + bin] }
      }
    }
    for (unit, item) in units.enumerated() {
      for entry in model.pattern.entries(ofComponent: unit) {
        model.H[entry] = item.0.levels[item.1] / 2
      }
    }
    return model
  }

  /// How often the score's model and the sources are fitted in turn. A third round changes 0.1 dB at most.
  private static let rounds = 2
  private static let inputIterations = 60

  /// Fits the score's model to its share of V, and the sources to what it leaves, in turn.
  ///
  /// - Returns: the score's fit, and V̂ of each source on the scale of V.
  ///
  /// The share is V A / (A + B), where A is the score's model and B the sources: with it, each step of the
  /// Kullback-Leibler divergence of a part lowers that of the whole.
  func fitBesideSources(
    _ V: Spectrogram, progress: @escaping (Double) -> Bool,
    _ fit: (Spectrogram, (Double) -> Bool) throws(SeparationError) -> (fit: Fit, tuning: Double?)
  ) throws(SeparationError) -> ((fit: Fit, tuning: Double?), approximations: [Spectrogram]) {
    let networks = sources.map { $0.network.lowest(V.binCount) }
    let gain = Float(Double(V.binCount * V.frameCount) / V.sum())
    let scaled = V.scaled(by: gain)
    var (found, approximations) = ((fit: Fit, tuning: Double?)?.none, [Spectrogram]())
    for round in 0..<Self.rounds {
      func part(_ share: Double) -> Bool { progress((Double(round) + share) / Double(Self.rounds)) }
      let target = found.map { V.share(of: $0.fit.model, beside: approximations) } ?? V
      let next = try fit(target) { part(0.7 * $0) }
      let inputs = SourceInputs(
        networks, in: scaled, beside: next.fit.model.approximation(gain: gain),
        beta: settings.beta, iterations: Self.inputIterations,
        sparsity: settings.gradient.sparsity, parallel: parallel)
      guard inputs.run(progress: { part(0.7 + 0.3 * $0) }) else { throw .cancelled }
      (found, approximations) = (next, inputs.approximations.map { $0.scaled(by: 1 / gain) })
    }
    guard let found else { throw .cancelled }
    return (found, approximations)
  }
}

extension Spectrogram {
  fileprivate func scaled(by gain: Float) -> Spectrogram {
    let values = self.values.copy()
    values.scale(by: gain)
    return Spectrogram(values)
  }

  /// V A / (A + B).
  fileprivate func share(
    of model: ConvolutiveNMF, beside approximations: [Spectrogram]
  ) -> Spectrogram {
    let result = model.approximation(gain: 1)
    for frame in 0..<frameCount {
      let (column, mixture) = (result.values.column(frame), values.column(frame))
      for bin in 0..<binCount {
        let rest = approximations.reduce(Float(0)) { $0 + $1.values[bin, frame] }
        column[bin] *= mixture[bin] / max(column[bin] + rest, .leastNormalMagnitude)
      }
    }
    return result
  }
}

extension ConvolutiveNMF {
  fileprivate func approximation(gain: Float) -> Spectrogram {
    let values = Matrix(rowCount: binCount, columnCount: V.frameCount)
    for frame in 0..<V.frameCount { approximation(ofFrame: frame, into: values.column(frame)) }
    values.scale(by: gain)
    return Spectrogram(values)
  }
}
