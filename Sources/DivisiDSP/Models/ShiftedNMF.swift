/// NMF2D: V̂ = Σ_τ Σ_φ ↓φ(W_τ) →τ(H_φ), where ↓φ shifts templates φ bins up a logarithmic frequency axis, to another pitch.
///
/// Multiplicative updates for the β-divergence, with P = V̂^(β−2) ⊙ V and D = V̂^(β−1):
///
///     W_τ ← W_τ ⊙ Σ_φ ↑φ(P) →τ(H_φ)ᵀ ⊘ Σ_φ ↑φ(D) →τ(H_φ)ᵀ
///     H_φ ← H_φ ⊙ Σ_τ ↓φ(W_τ)ᵀ ←τ(P) ⊘ Σ_τ ↓φ(W_τ)ᵀ ←τ(D)
///
/// What is shifted beyond the axis is lost. If each component has a template of its own and no shift, this is
/// ``ConvolutiveNMF``. A yardstick, written to be short.
///
/// - Thread: one at a time; work inside a call is spread by `parallel`, and the bits do not depend on how.
/// - SeeAlso: Schmidt & Mørup, "Nonnegative matrix factor 2-D deconvolution for blind single channel source
///   separation", ICA 2006.
public final class ShiftedNMF: @unchecked Sendable {
  /// What a component plays: a template, and how far up.
  public struct Source: Sendable, Equatable {
    /// The index of the template.
    public let template: Int
    /// φ, in bins; not negative.
    public let shift: Int

    /// A shift of a template.
    public init(template: Int, shift: Int) {
      self.template = template
      self.shift = shift
    }
  }

  /// K × N magnitudes.
  public let V: Spectrogram
  /// K × templates × T.
  public let W: Templates
  /// When each component may sound.
  public let pattern: ActivationPattern
  /// H, one value per entry of the pattern.
  public let H: UnsafeMutableBufferPointer<Float>
  /// What the updates reduce.
  public let divergence: Divergence

  private let sources: [Source]
  private let allBins: BinBlocks
  private let parallel: Parallel
  /// P and D of the last update.
  private let ratio: Matrix
  private let power: Matrix

  /// Takes over the templates.
  ///
  /// - Parameters:
  ///   - sources: of each component.
  ///   - activations: where H starts, one value per entry.
  public init(
    spectrogram V: Spectrogram, templates W: consuming Templates, sources: [Source],
    pattern: ActivationPattern, activations: some Collection<Float>, divergence: Divergence,
    parallel: @escaping Parallel = sequentially
  ) {
    precondition(V.binCount == W.binCount && V.frameCount == pattern.frameCount, "V, W and H")
    precondition(sources.count == pattern.componentCount, "\(sources.count) sources")
    precondition(activations.count == pattern.entryCount, "\(activations.count) activations")
    self.V = V
    self.W = W
    self.sources = sources
    self.pattern = pattern
    self.divergence = divergence
    self.parallel = parallel
    allBins = .full(binCount: V.binCount)
    ratio = Matrix(rowCount: V.binCount, columnCount: V.frameCount)
    power = Matrix(rowCount: V.binCount, columnCount: V.frameCount)
    H = .allocate(capacity: pattern.entryCount)
    _ = H.initialize(fromContentsOf: activations)
  }

  deinit { H.deallocate() }

  /// One multiplicative step on W, after which templates have a sum of 1.
  ///
  /// - Complexity: O(entries · T · K).
  public func updateTemplates() {
    findFactors()
    parallel(W.componentCount) { [self] template in
      let sums = Matrix(rowCount: V.binCount, columnCount: 2)
      let (numerator, denominator) = (sums.column(0), sums.column(1))
      for delay in 0..<W.frameCount {
        sums.scale(by: 0)
        for (component, source) in sources.enumerated() where source.template == template {
          for entry in pattern.entries(ofComponent: component) {
            let frame = Int(pattern.frames[entry]) + delay
            guard frame < V.frameCount else { continue }
            let count = V.binCount - source.shift
            add(ratio.column(frame) + source.shift, H[entry], to: numerator, count: count)
            add(power.column(frame) + source.shift, H[entry], to: denominator, count: count)
          }
        }
        let w = W.frame(delay, ofComponent: template)
        for bin in 0..<V.binCount {
          w[bin] *= numerator[bin] / (denominator[bin] + BlockKernels.epsilon)
        }
      }
    }
    for template in 0..<W.componentCount {
      let sum = W.sum(ofComponent: template)
      guard sum.isNormal else { continue }
      W.scale(component: template, by: 1 / sum)
      for (component, source) in sources.enumerated() where source.template == template {
        for entry in pattern.entries(ofComponent: component) { H[entry] *= sum }
      }
    }
  }

  /// One multiplicative step on H.
  ///
  /// - Complexity: O(entries · T · K).
  public func updateActivations() {
    findFactors()
    parallel(sources.count) { [self] component in
      let source = sources[component]
      let count = V.binCount - source.shift
      for entry in pattern.entries(ofComponent: component) {
        var (numerator, denominator): (Float, Float) = (0, 0)
        let frame = Int(pattern.frames[entry])
        for delay in 0..<min(W.frameCount, V.frameCount - frame) {
          let w = W.frame(delay, ofComponent: source.template)
          numerator += SpectrumKernels.dot(
            w, ratio.column(frame + delay) + source.shift, count: count)
          denominator += SpectrumKernels.dot(
            w, power.column(frame + delay) + source.shift, count: count)
        }
        H[entry] *= numerator / (denominator + BlockKernels.epsilon)
      }
    }
  }

  /// The divergence of V from W and H as they are now.
  public func loss() -> Double {
    let approximation = Matrix(rowCount: V.binCount, columnCount: 1)
    return (0..<V.frameCount).reduce(0) { sum, frame in
      approximation.scale(by: 0)
      addApproximation(ofFrame: frame, to: approximation.column(0))
      return sum
        + divergence.sum(
          V.values.column(frame), approximation: approximation.column(0), over: allBins.blocks)
    }
  }

  /// Adds to one frame of V̂ what the components sound like there.
  ///
  /// - Parameters:
  ///   - frame: n.
  ///   - part: only what belongs to this part; nil for all.
  ///   - result: K values, added to.
  public func addApproximation(
    ofFrame frame: Int, part: Int16? = nil, to result: UnsafeMutablePointer<Float>
  ) {
    for delay in 0..<min(W.frameCount, frame + 1) {
      for entry in pattern.entries(inFrame: frame - delay) {
        let amount = pattern.amount(ofEntry: Int(entry), part: part)
        guard amount > 0 else { continue }
        let source = sources[Int(pattern.components[Int(entry)])]
        add(
          W.frame(delay, ofComponent: source.template), amount * H[Int(entry)],
          to: result + source.shift,
          count: V.binCount - source.shift)
      }
    }
  }

  /// P and D of all frames.
  private func findFactors() {
    parallel(V.frameCount) { [self] frame in
      let (p, d) = (ratio.column(frame), power.column(frame))
      p.update(repeating: 0, count: ratio.columnStride)
      addApproximation(ofFrame: frame, to: p)
      switch divergence.beta {
      case 1: d.update(repeating: 1, count: V.binCount)
      case 2:
        d.update(from: p, count: power.columnStride)
        p.update(from: V.values.column(frame), count: ratio.columnStride)
        return
      default: break
      }
      divergence.factors(
        V.values.column(frame), approximation: p, power: divergence.beta == 1 ? nil : d,
        over: allBins.blocks)
    }
  }

  /// result ← result + gain · values.
  @inline(__always)
  private func add(
    _ values: UnsafePointer<Float>, _ gain: Float, to result: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    guard gain != 0 else { return }
    for bin in 0..<max(count, 0) { result[bin] += gain * values[bin] }
  }
}
