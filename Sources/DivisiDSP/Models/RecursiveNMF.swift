/// Templates that windows along a stream refine one after another: convolutive NMF with a memory.
///
/// Kullback-Leibler divergence. Frames that have left the window still count through their numerators and denominators, which
/// fade: W_τ ← (W_τ ⊙ (Q →τ(H)ᵀ) + G_τ) ⊘ (Σ H + g_τ + ε).
public final class RecursiveNMF {
  /// What a component has learnt.
  public struct Memory: Sendable {
    /// K × T values, frame after frame.
    public var template: [Float]
    /// Whether a window has refined the template.
    public var isLearnt = false
    var numerator: [Float] = []
    var denominator: [Float] = []

    public init(template: [Float]) { self.template = template }
  }

  public let model: ConvolutiveNMF
  public private(set) var memories: [Memory]

  public init(model: ConvolutiveNMF, memories: [Memory]) {
    self.model = model
    self.memories = memories
  }

  /// One step on W.
  public func updateTemplates() {
    model.approximate()
    let column = Matrix(rowCount: model.binCount, columnCount: 1)
    for component in memories.indices {
      let entries = model.pattern.entries(ofComponent: component)
      guard !entries.isEmpty else { continue }
      let memory = memories[component]
      for delay in 0..<model.W.frameCount {
        let sum = numerator(component, entries: entries, delay: delay, column)
        let w = model.W.frame(delay, ofComponent: component)
        if memory.numerator.isEmpty {
          for bin in 0..<model.binCount { w[bin] *= column[bin, 0] / (sum + RunKernels.epsilon) }
        } else {
          let floor = sum + memory.denominator[delay] + RunKernels.epsilon
          let base = delay * model.binCount
          for bin in 0..<model.binCount { w[bin] = (w[bin] * column[bin, 0] + memory.numerator[base + bin]) / floor }
        }
      }
    }
  }

  /// One step on H.
  public func updateActivations() {
    model.approximate()
    model.update(templates: false, activations: true)
  }

  private func numerator(_ component: Int, entries: Range<Int>, delay: Int, _ column: borrowing Matrix) -> Float {
    let runs = model.W.runs[component].runs
    RunKernels.clear(column.column(0), over: runs)
    model.addQuotients(entries: entries, delay: delay, runs: runs, to: column.column(0))
    var sum: Float = 0
    for entry in entries where Int(model.pattern.frames[entry]) + delay < model.pattern.frameCount { sum += model.H[entry] }
    return sum
  }

  public func finish(leaving: Int, decay: Float) {
    model.approximate()
    let column = Matrix(rowCount: model.binCount, columnCount: 1)
    let K = model.binCount, T = model.W.frameCount
    for component in memories.indices {
      let all = model.pattern.entries(ofComponent: component)
      guard !all.isEmpty else { continue }
      memories[component].isLearnt = true
      memories[component].template = (0..<T).flatMap { t in let w = model.W.frame(t, ofComponent: component); return (0..<K).map { w[$0] } }
      let count = all.prefix { Int(model.pattern.frames[$0]) < leaving }.count
      let entries = all.lowerBound..<all.lowerBound + count
      guard count > 0 else { continue }
      if memories[component].numerator.isEmpty {
        memories[component].numerator = Array(repeating: 0, count: K * T)
        memories[component].denominator = Array(repeating: 0, count: T)
      }
      for delay in 0..<T {
        let sum = numerator(component, entries: entries, delay: delay, column)
        memories[component].denominator[delay] = decay * memories[component].denominator[delay] + sum
        for bin in 0..<K {
          let i = delay * K + bin
          memories[component].numerator[i] = decay * memories[component].numerator[i] + memories[component].template[i] * column[bin, 0]
        }
      }
    }
  }
}
