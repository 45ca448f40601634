import DivisiDSP

/// NMF of a recording in a transform that is learnt with it, one sweep after each iteration.
struct TransformFit {
  /// By how much a sweep may rotate two bins, in radians; half and twice as much measure alike.
  private static let angle = Double.pi / 16

  private let factors: Factorisation
  private let channels: [[Float]]
  private let stft: STFT
  private let spectra: TransposedSpectra
  /// On the magnitudes of the transform, which change with it.
  private let model: ConvolutiveNMF
  private let parallel: Parallel

  init(
    _ factors: Factorisation, _ start: YardstickModel.Start, _ channels: [[Float]],
    parallel: @escaping Parallel
  ) {
    let V = factors.model.V
    let stft = STFT(grid: factors.grid)
    let largest = Analysis.scaledMagnitude(
      of: channels, stft: stft, binCount: V.binCount, parallel: parallel
    ).scale
    let spectra = TransposedSpectra(
      binCount: V.binCount, frameCount: V.frameCount, channelCount: channels.count)
    let buffer = stft.makeBuffer()
    for (index, channel) in channels.enumerated() {
      for frame in 0..<V.frameCount {
        channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
        spectra.set(buffer.spectrum, scale: 1 / largest, frame: frame, channel: index)
      }
    }
    self.stft = stft
    self.spectra = spectra
    self.factors = factors
    self.channels = channels
    self.parallel = parallel
    model = ConvolutiveNMF(
      spectrogram: Spectrogram(V.values.copy()), templates: start.templates.values.copy(),
      pattern: factors.model.pattern, divergence: factors.model.divergence, parallel: parallel)
    for entry in start.activations.indices { model.H[entry] = start.activations[entry] }
  }

  func run(iterated: (() -> Double) -> Void) -> YardstickModel.Outcome {
    var transform = LearntTransform()
    let approximation = Matrix(rowCount: model.V.frameCount, columnCount: model.binCount)
    let loss = { model.loss() }
    iterated(loss)
    for _ in 0..<factors.settings.iterations {
      model.update(templates: true, activations: false)
      model.normalise()
      model.update(templates: false, activations: true)
      fill(approximation)
      transform.sweep(
        spectra, bins: 1..<min(model.binCount, factors.grid.binCount - 1), towards: approximation,
        divergence: model.divergence, angle: Self.angle, parallel: parallel)
      spectra.formMagnitudes(into: model.V.values)
      iterated(loss)
    }
    for _ in 0..<factors.settings.refinements {
      model.update(templates: false, activations: true)
      iterated(loss)
    }
    return YardstickModel.Outcome(
      stems: stems(transform), distance: model.distance(),
      gains: factors.components.indices.map(model.gain),
      shape: [model.binCount, model.V.frameCount, factors.components.count])
  }

  /// V̂ with a column per bin.
  private func fill(_ approximation: borrowing Matrix) {
    let column = Matrix(rowCount: model.binCount, columnCount: 1)
    for frame in 0..<model.V.frameCount {
      model.approximation(ofFrame: frame, into: column.column(0))
      for bin in 0..<model.binCount { approximation[frame, bin] = column[bin, 0] }
    }
  }

  /// Masks what the transform makes of each frame, and takes it back.
  private func stems(_ transform: LearntTransform) -> [[[Float]]] {
    let K = factors.grid.binCount
    let masks = Matrix(rowCount: K, columnCount: factors.parts.count)
    let scratch = Matrix(rowCount: K, columnCount: 2)
    let (analysis, synthesis) = (stft.makeBuffer(), stft.makeBuffer())
    var stems = factors.parts.map { _ in channels.map { [Float](repeating: 0, count: $0.count) } }
    for frame in 0..<model.V.frameCount {
      factors.mask.compute(from: model, frame: frame, into: masks, scratch: scratch)
      for (index, channel) in channels.enumerated() {
        channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: analysis) }
        transform.apply(to: analysis.spectrum)
        for part in stems.indices {
          for bin in 0..<K { synthesis.spectrum[bin] = analysis.spectrum[bin] * masks[bin, part] }
          transform.invert(synthesis.spectrum)
          stems[part][index].withUnsafeMutableBufferPointer {
            stft.overlapAdd(synthesis, frame: frame, to: $0)
          }
        }
      }
    }
    for part in stems.indices {
      for index in channels.indices {
        stems[part][index].withUnsafeMutableBufferPointer { stft.normalise($0) }
      }
    }
    return stems
  }
}
