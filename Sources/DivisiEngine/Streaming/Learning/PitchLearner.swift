// Thread: worker

import DivisiDSP
import DivisiScore

/// Learns pitched components window by window along a stream, each from where the last one ended.
///
/// What it keeps is one memory per component of each pitch that was heard, however long the stream.
final class PitchLearner {
  /// How long strings sound after they are damped, in seconds.
  var releaseSeconds = ReleaseSearch.dampedSeconds

  private let settings: SeparationSettings
  private let grid: TimeGrid
  private let binCount: Int
  private let parallel: Parallel
  /// By pitch; each has the components that the settings want.
  private var memories: [Int: [RecursiveMemory]] = [:]
  private var tuning = StreamTuning()

  init(
    settings: SeparationSettings, grid: TimeGrid, binCount: Int, parallel: @escaping Parallel
  ) {
    self.settings = settings
    self.grid = grid
    self.binCount = binCount
    self.parallel = parallel
  }

  /// Fits one window.
  ///
  /// - Parameters:
  ///   - V: K × N magnitudes, on one scale throughout the stream.
  ///   - parts: notes in seconds of the stream.
  ///   - firstFrame: the window's first frame on the stream's grid.
  ///   - leaving: frames at the window's start that the next window will not see.
  ///   - adapts: whether templates and encoder learn; else only activations are found.
  ///   - due: the frames whose masks are wanted, from the window's start; nil for all.
  /// - Returns: a model whose parts are those of `parts`; nil where no note sounds.
  func fit(
    _ V: Spectrogram, parts: [Part], firstFrame: Int, leaving: Int, adapts: Bool,
    due: Range<Int>? = nil
  ) -> ConvolutiveNMF? {
    let release = releaseSeconds
    let constraints = PitchConstraints(
      parts: StreamWindow.notes(
        of: parts, firstFrame: firstFrame, frameCount: V.frameCount, grid: grid,
        toleranceSeconds: settings.toleranceSeconds
      ) { $0.dampedSeconds + release }, releaseSeconds: release)
    let pitches = constraints.pitches
    guard !pitches.isEmpty else { return nil }
    if pitches.contains(where: { !isHeard($0) }) {
      tuning.listen(to: V, constraints: constraints, firstFrame: firstFrame, grid: grid)
    }
    let current = pitches.flatMap { memories(ofPitch: $0) }
    let rows = pitches.flatMap {
      constraints.rows(ofPitch: $0, grid: grid, frameCount: V.frameCount, settings: settings)
    }
    let pattern = ActivationPattern(rows: rows, frameCount: V.frameCount)
    let model = ConvolutiveNMF(
      spectrogram: V,
      templates: Templates(binCount: binCount, runs: current.map(\.runs), frameCount: 1),
      pattern: pattern, divergence: Divergence(beta: 1), parallel: parallel)
    for (component, memory) in current.enumerated() where !memory.isHeard {
      let column = model.W.frame(0, ofComponent: component)
      for bin in 0..<binCount { column[bin] = memory.template(0)[bin] }
    }
    let hasNew = current.contains { !$0.isHeard }
    if hasNew {
      let gain = model.leastSquaresGain()
      for entry in 0..<pattern.entryCount { model.H[entry] *= gain }
    }
    let autoencoder = RecursiveAutoencoder(
      model: model, memories: current, learns: adapts, priorFrames: Float(0.1 * grid.frameRate),
      parallel: parallel)
    if adapts {
      for _ in 0..<StreamWindow.iterations(hasNew ? 6 : 2, settings: settings) {
        autoencoder.step()
      }
      cachedTransposition = nil
      let keep = 0.02 * grid.frameRate
      autoencoder.finish(leaving: leaving, decay: 0.5) { component in
        current[component].isHeard
          || Double(pattern.entries(ofComponent: component).count) >= keep
      }
    }
    autoencoder.refine(frames: due ?? 0..<V.frameCount, steps: settings.refinements)
    return model
  }

  /// The components of a pitch, 0 to 127, as they are known now, in the order of the rows of
  /// ``PitchConstraints``; a component that is not heard yet has no encoder.
  func components(ofPitch pitch: Int) -> [RecursiveMemory] { memories(ofPitch: pitch) }

  private func isHeard(_ pitch: Int) -> Bool {
    memories[pitch]?.allSatisfy(\.isHeard) ?? false
  }

  private func transposition(_ comb: PitchComb) -> PitchTransposition {
    if let known = cachedTransposition { return known }
    let result = PitchTransposition(
      memories: memories, comb: comb, grid: grid, binCount: binCount, settings: settings)
    cachedTransposition = result
    return result
  }
  private var cachedTransposition: PitchTransposition?

  /// The memories of a pitch; those that have heard nothing start from the comb of the tuning that
  /// is known by now.
  private func memories(ofPitch pitch: Int) -> [RecursiveMemory] {
    if isHeard(pitch) { return memories[pitch]! }
    let comb = PitchComb(tuningCents: tuning.cents, shape: settings.comb)
    let starts: [[Float]]
    if 1 > 0 {
      starts = transposition(comb).templates(ofPitch: pitch, settings: settings)
    } else {
      starts = PitchConstraints.templates(
        from: comb.template(pitch: pitch, grid: grid, binCount: binCount), settings: settings)
    }
    let result = starts.enumerated().map { kind, start in
      if let known = memories[pitch]?[kind], known.isHeard { return known }
      return RecursiveMemory(template: start, hasEncoder: true)
    }
    memories[pitch] = result
    return result
  }
}
