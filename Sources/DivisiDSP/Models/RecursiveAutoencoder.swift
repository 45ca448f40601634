/// The multiplicative autoencoder on a window that moves along a stream.
///
///     frames ─▶  ░░░░░░░░▒▒▒▒▒▒▒▒│■■■■■■■■■■│■■■■■■■■■■■■■■■■■■■■│
///                the past, fading:  L frames   the next window
///                G, g, G', G''      leave at   sees these again
///                                   finish()
///                                └──────── a window: step() ────┘
///
/// Template and encoder of a component start from what the windows before have learnt, and frames
/// that have left the window still count: the numerators and denominators of their updates are kept
/// in ``RecursiveMemory``, and fade. Kullback-Leibler divergence, templates of one frame:
///
///     H = M ⊙ (W_E V),  V̂ = W_D H,  Q = V ⊘ V̂                              encode, collect
///     W_D ← (W_D ⊙ (Q Hᵀ) + G) ⊘ (Σ_n H + g + ε)                            update
///     W_E ← (W_E ⊙ (((W_Dᵀ Q) ⊙ M) Vᵀ) + G') ⊘ ((Σ_k W_D) · M Vᵀ + G'' + ε) update
///     Σ_k W_D = 1, W_E scaled inversely                                     update
///
/// When L frames leave, their terms alone are added to what is left of the past, d from 0 to 1:
///
///     G   ← d G + W_D ⊙ (Q Hᵀ)_L                    g   ← d g + Σ_L H        finish
///     G'  ← d G' + W_E ⊙ (((W_Dᵀ Q) ⊙ M) Vᵀ)_L      G'' ← d G'' + (Σ_k W_D) · (M Vᵀ)_L
///
/// V: K × N; M: the activation pattern's weights; W_D: K × R, W_E: R × K, H: R × N. g follows a
/// template's scale and G'' the encoder's (`scales`). Without a past this is
/// ``NonnegativeAutoencoder``, to rounding.
///
/// - Thread: one at a time; work inside a call is spread by `parallel`, and the bits do not depend
///   on how.
/// - SeeAlso: Lefèvre, Bach & Févotte, "Online algorithms for nonnegative matrix factorization with
///   the Itakura-Saito divergence", WASPAA 2011 (sums over the past); Özer, Hansen, Zunner & Müller,
///   EUSIPCO 2022 (the autoencoder).
public final class RecursiveAutoencoder: @unchecked Sendable {
  /// The window's model; H is the code after each ``step()``.
  public let model: ConvolutiveNMF

  private let autoencoder: NonnegativeAutoencoder
  private let memories: [RecursiveMemory]
  private let parallel: Parallel
  /// M Vᵀ, one column per component: the same in every step.
  private let maskedMixture: Matrix
  private let decoderSums: TemplateSums
  private let encoderSums: TemplateSums
  /// How far each template has been scaled since the window opened, inversely.
  private var scales: UnsafeMutableBufferPointer<Float> { scaleValues.values(ofColumn: 0) }
  private let scaleValues: Matrix

  /// Opens a window.
  ///
  /// Templates and the encoder's rows are copied from the memories. The row of a component that is not
  /// learnt yet is its template, scaled so that the code sums to what H sums to now.
  ///
  /// - Parameters:
  ///   - model: Kullback-Leibler, T = 1; its templates are overwritten.
  ///   - memories: one per component, with encoders, of the same bins as the model's.
  ///   - priorFrames: how many frames of sound the start of a component counts for that is not
  ///     learnt yet.
  ///   - learns: whether ``step()`` will be called; without, less is prepared.
  public init(
    model: ConvolutiveNMF, memories: [RecursiveMemory], learns: Bool = true, priorFrames: Float = 0,
    parallel: @escaping Parallel = sequentially
  ) {
    precondition(model.divergence.beta == 1 && model.templateFrames == 1, "KL and T = 1")
    precondition(memories.count == model.componentCount, "\(memories.count) memories")
    self.model = model
    self.memories = memories
    self.parallel = parallel
    let encoder = Templates(binCount: model.binCount, supports: model.W.supports, frameCount: 1)
    for (component, memory) in memories.enumerated() {
      let blocks = memory.support.blocks
      memory.copyTemplate(to: model.W, component: component)
      BlockKernels.copy(
        memory.isLearnt ? memory.encoder : memory.template(0),
        to: encoder.frame(0, ofComponent: component), over: blocks)
    }
    let wanted = memories.indices.map { memories[$0].isLearnt ? 0 : model.activationSum($0) }
    autoencoder = NonnegativeAutoencoder(decoder: model, encoder: encoder, parallel: parallel)
    maskedMixture = Matrix(rowCount: model.binCount, columnCount: learns ? memories.count : 0)
    decoderSums = TemplateSums(model.sweep, like: model.W)
    encoderSums = TemplateSums(model.sweep, like: model.W)
    scaleValues = Matrix(rowCount: memories.count, columnCount: 1)
    scaleValues.values(ofColumn: 0).update(repeating: 1)
    autoencoder.encode()
    for component in memories.indices where !memories[component].isLearnt {
      let code = model.activationSum(component)
      guard code.isNormal && wanted[component] > 0 else { continue }
      let gain = wanted[component] / code
      autoencoder.encoder.scale(component: component, by: gain)
      for entry in model.pattern.entries(ofComponent: component) { model.H[entry] *= gain }
    }
    guard learns else { return }
    parallel(memories.count) { [self] component in
      addMixture(
        entries: model.pattern.entries(ofComponent: component), component: component,
        to: maskedMixture.column(component))
      takePrior(component, frames: priorFrames)
    }
  }

  /// One multiplicative step on encoder and decoder, the templates scaled to a sum of 1, then the
  /// code anew.
  ///
  /// - Complexity: O(free entries · free bins + K · N).
  public func step() {
    collect(model.sweep, decoderSums, encoderSums)
    parallel(memories.count) { [self] component in update(component) }
    autoencoder.encode()
  }

  /// Steps on H alone, templates and encoder as they are, in some frames.
  public func refine(frames: Range<Int>, steps: Int) {
    let sweep = sweep(frames)
    for _ in 0..<steps {
      model.forEachVisit(sweep) { [self] _, visit, factors in model.correlate(visit, factors) }
      parallel(memories.count) { [self] component in
        model.addFloors(component)
        for entry in model.pattern.entries(ofComponent: component, inFrames: frames) {
          model.H[entry] *=
            model.numerators[entry] / (model.denominators[entry] + BlockKernels.epsilon)
        }
      }
    }
  }

  private func sweep(_ frames: Range<Int>) -> FrameSweep {
    FrameSweep(
      model.pattern, frames: frames, templates: model.W, blockLength: model.sweep.blockLength,
      chunkCount: min(model.sweep.chunks.count, max(1, frames.count / model.sweep.blockLength)))
  }

  /// Ends the window: writes what was learnt to the memories, and adds up the frames that the next
  /// window will not see. Call it before ``refine(frames:steps:)``, once.
  ///
  /// - Parameters:
  ///   - leaving: number of frames at the window's start that leave it.
  ///   - decay: what older sums are multiplied by, 0 to 1, per call with frames that leave.
  ///   - keeps: whether what a component learnt counts; where not, its memory stays as it was.
  public func finish(leaving: Int, decay: Float, keeps: (_ component: Int) -> Bool = { _ in true })
  {
    let frames = 0..<min(leaving, model.frameCount)
    let sweep = sweep(frames)
    let decoderSums = TemplateSums(sweep, like: model.W)
    let encoderSums = TemplateSums(sweep, like: model.W)
    collect(sweep, decoderSums, encoderSums)
    for component in memories.indices where model.sounds(component) && keeps(component) {
      let memory = memories[component]
      let blocks = memory.support.blocks
      let entries = model.pattern.entries(ofComponent: component, inFrames: frames)
      let w = model.W.frame(0, ofComponent: component)
      let e = autoencoder.encoder.frame(0, ofComponent: component)
      BlockKernels.copy(w, to: memory.template(0), over: blocks)
      BlockKernels.copy(e, to: memory.encoder, over: blocks)
      memory.isLearnt = true
      memory.denominators[0] *= scales[component]
      BlockKernels.scale(memory.encoderDenominator, by: 1 / scales[component], over: blocks)
      scales[component] = 1
      guard !entries.isEmpty else { continue }
      let sum = decoderSums.total(ofFrame: 0, component: component)
      memory.denominators[0] = decay * memory.denominators[0] + model.activationSum(in: entries)
      BlockKernels.accumulate(memory.numerator(0), decay: decay, w, sum, over: blocks)
      BlockKernels.accumulate(
        memory.encoderNumerator, decay: decay, e,
        encoderSums.total(ofFrame: 0, component: component), over: blocks)
      BlockKernels.clear(sum, over: blocks)
      addMixture(entries: entries, component: component, to: sum)
      BlockKernels.scale(sum, by: BlockKernels.sum(w, over: blocks), over: blocks)
      BlockKernels.scale(memory.encoderDenominator, by: decay, over: blocks)
      BlockKernels.add(sum, gain: 1, to: memory.encoderDenominator, over: blocks)
    }
  }

  /// Has a component that is not learnt yet begin as if some frames of its own start had left.
  private func takePrior(_ component: Int, frames: Float) {
    let memory = memories[component]
    let entryCount = model.pattern.entries(ofComponent: component).count
    guard !memory.isLearnt, entryCount > 0 else { return }
    let share = frames / Float(entryCount)
    let blocks = memory.support.blocks
    let w = model.W.frame(0, ofComponent: component)
    let sum = BlockKernels.sum(w, over: blocks)
    memory.denominators[0] = share * model.activationSum(component)
    BlockKernels.clear(memory.numerator(0), over: blocks)
    BlockKernels.add(w, gain: memory.denominators[0], to: memory.numerator(0), over: blocks)
    BlockKernels.clear(memory.encoderDenominator, over: blocks)
    BlockKernels.add(
      maskedMixture.column(component), gain: share * sum, to: memory.encoderDenominator,
      over: blocks)
    BlockKernels.accumulate(
      memory.encoderNumerator, decay: 0, autoencoder.encoder.frame(0, ofComponent: component),
      memory.encoderDenominator, over: blocks)
  }

  private func update(_ component: Int) {
    guard model.sounds(component) else { return }
    let entries = model.pattern.entries(ofComponent: component)
    let memory = memories[component]
    let blocks = memory.support.blocks
    let w = model.W.frame(0, ofComponent: component)
    let e = autoencoder.encoder.frame(0, ofComponent: component)
    let templateSum = BlockKernels.sum(w, over: blocks)
    let scale = scales[component]
    BlockKernels.multiply(
      e, by: encoderSums.total(ofFrame: 0, component: component), past: memory.encoderNumerator,
      over: maskedMixture.column(component),
      gain: templateSum, floor: memory.encoderDenominator, floorGain: 1 / scale, blocks: blocks)
    let total = model.activationSum(in: entries) + memory.denominators[0] * scale
    BlockKernels.multiply(
      w, by: decoderSums.total(ofFrame: 0, component: component), past: memory.numerator(0),
      gain: 1 / (total + BlockKernels.epsilon), over: blocks)
    let sum = BlockKernels.sum(w, over: blocks)
    guard sum.isNormal else { return }
    BlockKernels.scale(w, by: 1 / sum, over: blocks)
    BlockKernels.scale(e, by: sum, over: blocks)
    scales[component] *= sum
  }

  /// Q Hᵀ and ((W_Dᵀ Q) ⊙ M) Vᵀ of the entries of a sweep.
  private func collect(
    _ sweep: FrameSweep, _ decoderSums: TemplateSums, _ encoderSums: TemplateSums
  ) {
    model.forEachVisit(sweep, clearing: [decoderSums, encoderSums]) {
      [self] chunk, visit, factors in
      model.correlate(visit, factors)
      for entry in visit.entries { model.numerators[entry] *= model.pattern.weights[entry] }
      model.add(
        factors.numerator, gains: model.values(model.H, visit), visit, chunk: chunk,
        to: decoderSums)
      model.add(
        model.V.values.view, gains: model.values(model.numerators, visit), visit, chunk: chunk,
        to: encoderSums)
    }
  }

  /// M Vᵀ of some entries.
  private func addMixture(
    entries: Range<Int>, component: Int, to sum: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: entries.lowerBound, to: entries.upperBound, by: 4) {
      let visit = FrameSweep.Visit(
        component: component, entries: first..<min(first + 4, entries.upperBound))
      BlockKernels.add(
        model.columns(of: model.V.values.view, visit, delay: 0), gains: model.weights(visit),
        to: sum, over: memories[component].support.blocks)
    }
  }
}

extension ConvolutiveNMF {
  /// Whether a component sounds anywhere: nothing is learnt from silence, and multiplicative updates
  /// would never recover from it.
  func sounds(_ component: Int) -> Bool {
    activationSum(component)
      > Self.silence * Float(pattern.entries(ofComponent: component).count)
  }

  /// Activations below it are silence: 140 dB below a spectrogram's full scale.
  private static var silence: Float { 1e-7 }

  /// Σ H over the entries of a component.
  func activationSum(_ component: Int) -> Float {
    activationSum(in: pattern.entries(ofComponent: component))
  }
}
