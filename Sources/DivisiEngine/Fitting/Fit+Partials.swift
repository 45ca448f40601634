import DivisiDSP

extension Fit {
  /// Fits tones that follow their pitch.
  ///
  /// The model of the result shows their timbres as templates, and their magnitudes as activations.
  static func run(
    _ constraints: PitchConstraints, comb: PitchComb, to V: Spectrogram, of channels: [[Float]],
    grid: TimeGrid, settings: SeparationSettings, parallel: @escaping Parallel,
    observe: ((PartialModel) -> Void)?, step: () throws(SeparationError) -> Void
  ) throws(SeparationError) -> Fit {
    let partials = try PartialFit.run(
      constraints, comb: comb, to: V, of: channels, grid: grid, settings: settings,
      parallel: parallel, observe: observe, step: step)
    let shown = constraints.constraints(
      comb: comb, grid: grid, frameCount: V.frameCount, binCount: V.binCount, settings: settings)
    let pattern = shown.pattern
    let model = ConvolutiveNMF(
      spectrogram: V, templates: shown.templates, pattern: pattern,
      divergence: Divergence(beta: 1), parallel: parallel)
    let levels = partials.model.partialLevels
    for (source, sound) in constraints.sounds.enumerated() {
      let first = source * PartialModel.partialCount
      let template = comb.template(pitch: sound.pitch, grid: grid, binCount: V.binCount) {
        $0 <= PartialModel.partialCount ? Double(levels[first + $0 - 1]) : 0
      }
      let column = model.W.frame(0, ofComponent: source)
      for bin in template.indices { column[bin] = template[bin] }
    }
    var sums = constraints.sounds.map { _ in [Float](repeating: 0, count: V.frameCount) }
    for (index, tone) in partials.model.tones.enumerated() {
      for (frame, magnitude) in zip(tone.frames, partials.model.magnitudes(ofTone: index)) {
        sums[tone.source][frame] += magnitude
      }
    }
    for entry in 0..<pattern.entryCount {
      model.H[entry] = sums[Int(pattern.components[entry])][Int(pattern.frames[entry])]
    }
    return Fit(
      model: model, lossBefore: partials.lossBefore, lossAfter: partials.model.loss(),
      partials: partials)
  }
}
