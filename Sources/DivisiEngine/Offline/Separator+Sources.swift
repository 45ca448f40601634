import DivisiDSP
import DivisiScore

extension Separator {
  /// Whether trained sources are all there is: nothing has a score.
  func isOfSources(_ parts: [Part]) -> Bool { !sources.isEmpty && parts.count == sources.count }

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
    let networks = sources.map(\.network)
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
    guard progress(1) else { throw .cancelled }
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
}
