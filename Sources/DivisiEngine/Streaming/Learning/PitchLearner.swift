// Thread: worker

import DivisiDSP
import DivisiScore

/// Learns pitched components window by window along a stream, each from where the last one ended.
///
/// What it keeps is one memory per component of each pitch of an instrument, however long the stream. Templates have
/// one frame and the divergence is Kullback-Leibler, whatever the settings say. A pitch that has not
/// been learnt starts from its neighbours (``PitchTransposition``), and that start counts as if it had
/// been observed for a moment, so that little evidence does little harm.
final class PitchLearner {
  /// How long strings sound after they are damped, in seconds.
  var releaseSeconds = ReleaseSearch.dampedSeconds

  /// The pitch of each component of the last fit.
  private(set) var componentPitches: [UInt8] = []

  private let settings: SeparationSettings
  private let grid: TimeGrid
  private let binCount: Int
  private let parallel: Parallel
  private let banks: NoteBanks
  /// Each sound has the components that the settings want, learnt or not.
  private var memories: [Sound: [RecursiveMemory]] = [:]
  private var tuning = StreamTuning()
  private var carried = CarriedActivations()
  /// Of each instrument; made when asked for after each fit.
  private var transpositions: [Int: PitchTransposition] = [:]
  /// The number of fits, and at which the memories of a sound that is not learnt were made.
  private var fitCount = 0
  private var starts: [Sound: Int] = [:]

  /// Of 30 iterations, those of a window, and those of a window that has something new. On ten piano
  /// pieces 1 to 4 and 4 to 6 measure alike; 8, 10 when new and 20 cost 0.05, 0.05 and 0.2 dB SDR.
  private static let iterations = 2
  private static let iterationsWhenNew = 6
  /// What the start of a component counts for, in seconds of sound. None costs 0.1 dB with a
  /// look-ahead of 1 s and 0.2 dB without, 0.2 s costs 0.1 dB, 0.4 s 0.4 dB.
  private static let priorSeconds = 0.1
  /// What sums over the past are multiplied by at each update. 0.5 costs 0.1 dB in the second half of
  /// pieces without a look-ahead; with one they measure alike.
  private static let decay: Float = 0.9

  /// - Parameters:
  ///   - binCount: K of all windows.
  ///   - banks: what pitches start from.
  init(
    settings: SeparationSettings, grid: TimeGrid, binCount: Int, banks: NoteBanks = NoteBanks(),
    parallel: @escaping Parallel
  ) {
    self.banks = banks
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
  ///   - due: the frames whose masks are wanted, counted from the window's start; nil for all. The
  ///     refinements of H are for these only.
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
    let sounds = constraints.sounds
    guard !sounds.isEmpty else { return nil }
    if sounds.contains(where: { !isLearnt($0) }) {
      tuning.observe(V, constraints: constraints, firstFrame: firstFrame, grid: grid)
      forgetStarts()
    }
    let current = sounds.flatMap { components(of: $0) }
    componentPitches = sounds.flatMap {
      repeatElement(UInt8(clamping: $0.pitch), count: current.count / sounds.count)
    }
    let rows = sounds.flatMap {
      constraints.rows(of: $0, grid: grid, frameCount: V.frameCount, settings: settings)
    }
    let model = ConvolutiveNMF(
      spectrogram: V,
      templates: Templates(binCount: binCount, supports: current.map(\.support), frameCount: 1),
      pattern: ActivationPattern(rows: rows, frameCount: V.frameCount),
      divergence: Divergence(beta: 1), parallel: parallel)
    let due = (due ?? 0..<V.frameCount).clamped(to: 0..<V.frameCount)
    if settings.model == .nae {
      fitAutoencoder(model, current, leaving: leaving, adapts: adapts, due: due)
    } else {
      fitFactors(
        model, current, sounds, shapes: rows.map(\.weights), firstFrame: firstFrame,
        leaving: leaving, adapts: adapts)
    }
    forgetStarts()
    return model
  }

  /// The components of a sound as they are known now, as the settings want them. A component that has not been
  /// learnt has no encoder.
  ///
  /// - Returns: memories that the next fit may change or replace.
  func components(of sound: Sound) -> [RecursiveMemory] {
    if isLearnt(sound) || starts[sound] == fitCount { return memories[sound]! }
    let comb = PitchComb(tuningCents: tuning.cents, shape: settings.comb)
    let source =
      transpositions[sound.instrument]
      ?? PitchTransposition(
        memories: Dictionary(
          uniqueKeysWithValues: memories.filter { $0.key.instrument == sound.instrument }
            .map { ($0.key.pitch, $0.value) }), comb: comb,
        bank: banks.bank(ofInstrument: sound.instrument), grid: grid,
        binCount: binCount,
        settings: settings)
    transpositions[sound.instrument] = source
    let result = source.templates(ofPitch: sound.pitch).enumerated().map { kind, start in
      if let known = memories[sound]?[kind], known.isLearnt { return known }
      return RecursiveMemory(template: start, hasEncoder: true)
    }
    memories[sound] = result
    starts[sound] = fitCount
    return result
  }

  private func isLearnt(_ sound: Sound) -> Bool {
    memories[sound]?.allSatisfy(\.isLearnt) ?? false
  }

  private func forgetStarts() {
    fitCount += 1
    transpositions = [:]
  }

  private func fitAutoencoder(
    _ model: ConvolutiveNMF, _ current: [RecursiveMemory], leaving: Int, adapts: Bool,
    due: Range<Int>
  ) {
    let hasNew = hasNew(model, current)
    if hasNew { scaleStart(of: model, current) }
    let autoencoder = RecursiveAutoencoder(
      model: model, memories: current, learns: adapts,
      priorFrames: Float(Self.priorSeconds * grid.frameRate), parallel: parallel)
    if adapts {
      for _ in 0..<iterationCount(hasNew) { autoencoder.step() }
      autoencoder.finish(leaving: leaving, decay: Self.decay)
    }
    autoencoder.refine(frames: due, steps: settings.refinements)
  }

  private func fitFactors(
    _ model: ConvolutiveNMF, _ current: [RecursiveMemory], _ sounds: [Sound], shapes: [[Float]],
    firstFrame: Int, leaving: Int, adapts: Bool
  ) {
    let kinds = current.count / sounds.count
    let keys = current.indices.map { index in
      let sound = sounds[index / kinds]
      return (128 * sound.instrument + sound.pitch) * kinds + index % kinds
    }
    let hasNew = hasNew(model, current)
    if hasNew { scaleStart(of: model, current) }
    for (component, memory) in current.enumerated() where memory.isLearnt {
      carried.start(
        component, key: keys[component], shape: shapes[component], isFresh: false, in: model,
        firstFrame: firstFrame)
    }
    Unison.evenOut(model, sounds: sounds, kinds: kinds)
    let nmf = RecursiveNMF(
      model: model, memories: current, priorFrames: Float(Self.priorSeconds * grid.frameRate),
      parallel: parallel)
    for _ in 0..<iterationCount(hasNew) {
      if adapts { nmf.updateTemplates() }
      nmf.updateActivations()
    }
    if adapts { nmf.finish(leaving: leaving, decay: Self.decay) }
    for _ in 0..<settings.refinements { nmf.updateActivations() }
    carried.remember(model, keys: keys, shapes: shapes, firstFrame: firstFrame)
  }

  private func hasNew(_ model: ConvolutiveNMF, _ current: [RecursiveMemory]) -> Bool {
    current.indices.contains {
      !current[$0].isLearnt && !model.pattern.entries(ofComponent: $0).isEmpty
    }
  }

  private func iterationCount(_ hasNew: Bool) -> Int {
    StreamWindow.iterations(
      hasNew ? Self.iterationsWhenNew : Self.iterations, settings: settings)
  }

  /// Scales H such that what is new is about as loud as the window.
  private func scaleStart(of model: ConvolutiveNMF, _ current: [RecursiveMemory]) {
    for (component, memory) in current.enumerated() where !memory.isLearnt {
      memory.copyTemplate(to: model.W, component: component)
    }
    let gain = model.leastSquaresGain()
    for entry in 0..<model.pattern.entryCount { model.H[entry] *= gain }
  }
}
