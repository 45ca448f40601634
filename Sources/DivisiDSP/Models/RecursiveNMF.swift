/// NMF and NMFD on a window that moves along a stream.
///
/// The template of a component starts from what the windows before have learnt, and frames that have
/// left the window still count: the numerators and denominators of its update are kept, and fade.
/// Kullback-Leibler divergence:
///
///     W_τ ← (W_τ ⊙ (Q →τ(H)ᵀ) + G_τ) ⊘ (Σ →τ(H) + g_τ + ε),   Q = V ⊘ V̂
///
/// where G and g are the sums over the past; H is updated as ever. Without a past this is
/// ``ConvolutiveNMF``, bit for bit.
///
/// - Thread: one at a time; work inside a call is spread by `parallel`, and the bits do not depend
///   on how.
/// - SeeAlso: Lefèvre, Bach & Févotte, "Online algorithms for nonnegative matrix factorization with
///   the Itakura-Saito divergence", WASPAA 2011 (sums over the past); Smaragdis, ICA 2004 (NMFD).
public final class RecursiveNMF: @unchecked Sendable {
  /// The window's model; H starts as it was given.
  public let model: ConvolutiveNMF

  private let memories: [RecursiveMemory]
  private let parallel: Parallel
  private let sums: TemplateSums
  /// How far each template has been scaled since the window opened, inversely.
  private var scales: UnsafeMutableBufferPointer<Float> { scaleValues.values(ofColumn: 0) }
  private let scaleValues: Matrix

  /// Opens a window; templates are copied from the memories.
  ///
  /// - Parameters:
  ///   - model: Kullback-Leibler; its templates are overwritten.
  ///   - memories: one per component, of as many bins and frames.
  ///   - priorFrames: how many frames of sound the start of a component counts for that is not
  ///     learnt yet.
  public init(
    model: ConvolutiveNMF, memories: [RecursiveMemory], priorFrames: Float = 0,
    parallel: @escaping Parallel = sequentially
  ) {
    precondition(model.divergence.beta == 1, "KL")
    precondition(memories.count == model.componentCount, "\(memories.count) memories")
    self.model = model
    self.memories = memories
    self.parallel = parallel
    for (component, memory) in memories.enumerated() {
      memory.copyTemplate(to: model.W, component: component)
    }
    sums = TemplateSums(model.sweep, like: model.W)
    scaleValues = Matrix(rowCount: memories.count, columnCount: 1)
    scaleValues.values(ofColumn: 0).update(repeating: 1)
    for component in memories.indices { takePrior(component, frames: priorFrames) }
  }

  /// Has a component that is not learnt yet begin as if some frames of its own start had left.
  private func takePrior(_ component: Int, frames: Float) {
    let memory = memories[component]
    let entryCount = model.pattern.entries(ofComponent: component).count
    guard !memory.isLearnt, entryCount > 0 else { return }
    let gain = frames / Float(entryCount) * model.activationSum(component)
    let blocks = memory.support.blocks
    for frame in 0..<memory.templateFrames {
      memory.denominators[frame] = gain
      BlockKernels.clear(memory.numerator(frame), over: blocks)
      BlockKernels.add(
        memory.template(frame), gain: gain, to: memory.numerator(frame), over: blocks)
    }
  }

  /// One multiplicative step on W, each template scaled to a sum of 1 and H inversely, then one step
  /// on H.
  ///
  /// - Complexity: O(free entries · T · free bins + K · N).
  public func step() {
    updateTemplates()
    updateActivations()
  }

  /// One multiplicative step on W, each template scaled to a sum of 1 and H inversely.
  public func updateTemplates() {
    collect(model.sweep, sums)
    parallel(memories.count) { [self] component in
      let entries = model.pattern.entries(ofComponent: component)
      guard !entries.isEmpty else { return }
      let memory = memories[component]
      let blocks = memory.support.blocks
      let scale = scales[component]
      for delay in 0..<memory.templateFrames {
        let total =
          model.activationSum(in: entries, reachingDelay: delay)
          + memory.denominators[delay] * scale
        BlockKernels.multiply(
          model.W.frame(delay, ofComponent: component),
          by: sums.total(ofFrame: delay, component: component), past: memory.numerator(delay),
          gain: 1 / (total + BlockKernels.epsilon), over: blocks)
      }
      let total = model.W.sum(ofComponent: component)
      guard total.isNormal else {
        // Nothing sounds where it might: what it knew stands.
        for delay in 0..<memory.templateFrames {
          BlockKernels.copy(
            memory.template(delay), to: model.W.frame(delay, ofComponent: component), over: blocks)
        }
        return
      }
      model.W.scale(component: component, by: 1 / total)
      for entry in entries { model.H[entry] *= total }
      scales[component] *= total
    }
  }

  /// One multiplicative step on H.
  public func updateActivations() {
    model.update(templates: false, activations: true)
  }

  /// Ends the window: writes what was learnt to the memories, and adds up the activations that the
  /// next window will not see. Call it once.
  ///
  /// - Parameters:
  ///   - leaving: number of frames at the window's start that leave it.
  ///   - decay: what older sums are multiplied by, 0 to 1, per call with frames that leave.
  ///   - keeps: whether what a component learnt counts; where not, its memory stays as it was.
  public func finish(leaving: Int, decay: Float, keeps: (_ component: Int) -> Bool = { _ in true })
  {
    let frames = 0..<min(leaving, model.frameCount)
    let sweep = FrameSweep(
      model.pattern, frames: frames, templates: model.W, blockLength: model.sweep.blockLength,
      chunkCount: 1)
    let sums = TemplateSums(sweep, like: model.W)
    collect(sweep, sums)
    for component in memories.indices where model.sounds(component) && keeps(component) {
      let memory = memories[component]
      let blocks = memory.support.blocks
      let entries = model.pattern.entries(ofComponent: component, inFrames: frames)
      memory.isLearnt = true
      for delay in 0..<memory.templateFrames {
        let w = model.W.frame(delay, ofComponent: component)
        BlockKernels.copy(w, to: memory.template(delay), over: blocks)
        memory.denominators[delay] *= scales[component]
        guard !entries.isEmpty else { continue }
        memory.denominators[delay] =
          decay * memory.denominators[delay]
          + model.activationSum(in: entries, reachingDelay: delay)
        BlockKernels.accumulate(
          memory.numerator(delay), decay: decay, w,
          sums.total(ofFrame: delay, component: component), over: blocks)
      }
      scales[component] = 1
    }
  }

  /// Q →τ(H)ᵀ of the entries of a sweep.
  private func collect(_ sweep: FrameSweep, _ sums: TemplateSums) {
    model.forEachVisit(sweep, clearing: [sums]) { [self] chunk, visit, factors in
      model.add(
        factors.numerator, gains: model.values(model.H, visit), visit, chunk: chunk, to: sums)
    }
  }
}
