/// Non-negative matrix factor deconvolution, and with templates of one frame plain NMF: V̂ = Σ_τ
/// W_τ →τ(H).
///
/// Multiplicative updates for the β-divergence. Entries of W outside the template mask and of H
/// outside the activation pattern are zero and stay zero, and are never multiplied: the cost is
/// that of the free entries only.
///
/// Updating H alone or W alone lowers the divergence for 1 ≤ β ≤ 2; updating both from one
/// approximation costs half and lowers it in practice.
///
/// - Thread: one at a time; work inside a call is spread by `parallel`, and the bits do not depend
///   on how.
/// - SeeAlso: Smaragdis, "Non-negative matrix factor deconvolution", ICA 2004; Févotte & Idier
///   2011, eq. 53 (the updates); Lee & Seung, "Algorithms for non-negative matrix factorization",
///   NIPS 2000 (T = 1).
public final class ConvolutiveNMF: @unchecked Sendable {
  /// K × N magnitudes, scaled to a maximum of 1.
  public let V: Spectrogram
  /// K × R × T, or less for some components.
  public let W: Templates
  /// Where H may be non-zero.
  public let pattern: ActivationPattern
  /// H, one value per entry of the pattern.
  public let H: UnsafeMutableBufferPointer<Float>
  /// What the updates reduce.
  public let divergence: Divergence
  /// What the updates keep to besides; nil for nothing. To be set before the first.
  public var restraints: Restraints? {
    didSet {
      precondition(restraints?.factors.count ?? pattern.entryCount == pattern.entryCount, "shapes")
    }
  }

  /// Whether templates may be negative, so that what is read of V̂ is cut off at zero: a yardstick.
  var hasSigns = false

  /// The order of updates.
  let sweep: FrameSweep
  /// All bins, K.
  let allBins: BinBlocks
  let parallel: Parallel
  /// V̂ and what updates make of it; nil until the first.
  var tiles: FactorTiles?
  private var sums: Sums?
  /// W H Hᵀ, K × R; empty where it is not used.
  var gramDenominators: Matrix

  /// Numerators and denominators of an update of templates; no denominators where D is 1, which
  /// makes them sums of activations, or where they are ``gramDenominators``.
  struct Sums: Sendable {
    let numerators: TemplateSums
    let denominators: TemplateSums?
  }
  /// Numerator and denominator of each entry's update.
  let numerators: UnsafeMutableBufferPointer<Float>
  let denominators: UnsafeMutableBufferPointer<Float>
  let silence: Matrix

  /// Takes over the templates; H starts at the weights of the pattern.
  ///
  /// - Precondition: the shapes agree.
  public convenience init(
    spectrogram V: Spectrogram, templates W: consuming Templates, pattern: ActivationPattern,
    divergence: Divergence, parallel: @escaping Parallel = sequentially
  ) {
    self.init(
      spectrogram: V, templates: W, pattern: pattern, divergence: divergence, parallel: parallel,
      blockLength: nil, chunkCount: nil)
  }

  /// The same with blocks and chunks of a sweep that are not those which suit the shape.
  init(
    spectrogram V: Spectrogram, templates W: consuming Templates, pattern: ActivationPattern,
    divergence: Divergence, parallel: @escaping Parallel, blockLength: Int?, chunkCount: Int?
  ) {
    precondition(
      V.binCount == W.binCount && V.frameCount == pattern.frameCount
        && W.componentCount == pattern.componentCount,
      "V \(V.binCount) × \(V.frameCount), W \(W.binCount) × \(W.componentCount), "
        + "H \(pattern.componentCount) × \(pattern.frameCount)")
    sweep = FrameSweep(
      pattern, frames: 0..<V.frameCount, templates: W, blockLength: blockLength,
      chunkCount: chunkCount)
    silence = Matrix(rowCount: V.binCount, columnCount: 1)
    allBins = .full(binCount: V.binCount)
    gramDenominators = Matrix(rowCount: V.binCount, columnCount: 0)
    self.V = V
    self.W = W
    self.pattern = pattern
    self.divergence = divergence
    self.parallel = parallel
    H = .allocate(capacity: pattern.entryCount)
    numerators = .allocate(capacity: pattern.entryCount)
    denominators = .allocate(capacity: pattern.entryCount)
    _ = H.initialize(fromContentsOf: pattern.weights)
    numerators.initialize(repeating: 0)
    denominators.initialize(repeating: 0)
  }

  deinit {
    H.deallocate()
    numerators.deallocate()
    denominators.deallocate()
  }

  /// K.
  public var binCount: Int { V.binCount }
  var frameCount: Int { V.frameCount }
  var componentCount: Int { W.componentCount }
  var templateFrames: Int { W.frameCount }

  // MARK: Updates

  /// One multiplicative step on H, on W, or on both, from the approximation as it is now.
  ///
  /// - Complexity: O(free entries of H · T · free bins + K · N) for V̂, and once more per factor; for
  ///   the Euclidean distance with T = 1 there is no V̂, but O(R² · free bins + Σ (entries of a
  ///   frame)²).
  public func update(templates: Bool, activations: Bool) {
    let sums = templates ? makeSums() : nil
    if usesGram {
      if activations { fillGramDenominatorsOfActivations() }
      if templates { fillGramDenominatorsOfTemplates() }
      let V = V.values.view
      forEachVisit(clearing: [sums?.numerators]) { [self] chunk, visit in
        if activations { set(numerators, visit, to: products(of: W, with: V, visit)) }
        if let sums {
          add(V, gains: values(H, visit), visit, chunk: chunk, to: sums.numerators)
        }
      }
    } else {
      forEachVisit(
        sweep, clearing: [sums?.numerators, sums?.denominators], onlySounding: true
      ) { [self] chunk, visit, factors in
        if activations { correlate(visit, factors) }
        if let sums { add(factors, visit, chunk: chunk, to: sums) }
      }
    }
    parallel(componentCount) { [self] component in
      let entries = pattern.entries(ofComponent: component)
      guard !entries.isEmpty else { return }
      if activations { addFloors(component) }
      if let sums { updateTemplates(component, sums) }
      if activations { updateActivations(component) }
    }
  }

  /// Frees what only updates need; W and H can still be read, and updates allocate it anew.
  public func finish() {
    tiles = nil
    sums = nil
    gramDenominators = Matrix(rowCount: binCount, columnCount: 0)
  }

  /// Scales each template to a sum of 1 and its activations inversely; V̂ does not change.
  ///
  /// A template that has all but vanished is left alone: the inverse of a subnormal sum may be
  /// infinite.
  public func normalise() {
    parallel(componentCount) { [self] component in
      let sum = W.sum(ofComponent: component)
      guard sum.isNormal else { return }
      W.scale(component: component, by: 1 / sum)
      for entry in pattern.entries(ofComponent: component) { H[entry] *= sum }
    }
  }

  /// Where updates of W are summed; made when they are first wanted.
  func makeSums() -> Sums {
    if let sums { return sums }
    let made = Sums(
      numerators: TemplateSums(sweep, like: W),
      denominators: divergence.beta == 1 || usesGram ? nil : TemplateSums(sweep, like: W))
    sums = made
    return made
  }

  /// The step on one component of W, from sums over all of its entries.
  func updateTemplates(_ component: Int, _ sums: Sums) {
    let blocks = W.supports[component].blocks
    for delay in 0..<W.frameCount(ofComponent: component) {
      let w = W.frame(delay, ofComponent: component)
      let numerator = sums.numerators.total(ofFrame: delay, component: component)
      if let denominators = sums.denominators {
        BlockKernels.multiply(
          w, by: numerator, over: denominators.total(ofFrame: delay, component: component),
          blocks: blocks)
      } else if usesGram {
        BlockKernels.multiply(
          w, by: numerator, over: gramDenominators.column(component), blocks: blocks)
      } else {
        let total = activationSum(
          in: pattern.entries(ofComponent: component), reachingDelay: delay)
        BlockKernels.multiply(
          w, by: numerator, gain: 1 / (total + BlockKernels.epsilon), over: blocks)
      }
    }
    fade(component)
  }
}
