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
  /// K × R × T.
  public let W: Templates
  /// Where H may be non-zero.
  public let pattern: ActivationPattern
  /// H, one value per entry of the pattern.
  public let H: UnsafeMutableBufferPointer<Float>
  /// What the updates reduce.
  public let divergence: Divergence

  /// The order of updates.
  let sweep: FrameSweep
  let parallel: Parallel
  /// V̂ and what updates make of it; nil until the first.
  var tiles: FactorTiles?
  private var sums: Sums?

  /// Numerators and denominators of an update of templates; no denominators where D is 1, which
  /// makes them sums of activations.
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

  // MARK: The approximation

  /// Adds to one frame of V̂ what the entries sound like there.
  ///
  /// - Parameters:
  ///   - frame: n.
  ///   - result: K values, added to.
  ///   - part: only the entries of this part; nil for all.
  func addApproximation(
    ofFrame frame: Int, part: Int16? = nil, to result: UnsafeMutablePointer<Float>
  ) {
    var batch = TemplateBatch(result: result)
    for delay in 0..<min(templateFrames, frame + 1) {
      for entry in pattern.entries(inFrame: frame - delay) {
        let gain = H[Int(entry)]
        if gain == 0 || (part != nil && pattern.parts[Int(entry)] != part) { continue }
        let component = Int(pattern.components[Int(entry)])
        batch.add(W.frame(delay, ofComponent: component), gain: gain, runs: W.runs[component].runs)
      }
    }
    batch.flush()
  }

  /// The divergence of V from W and H as they are now.
  public func loss() -> Double {
    let chunk = 64
    let chunks = (frameCount + chunk - 1) / chunk
    let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: chunks)
    defer { sums.deallocate() }
    nonisolated(unsafe) let results = sums
    parallel(chunks) { [self] index in
      let approximation = Matrix(rowCount: binCount, columnCount: 1)
      let column = approximation.column(0)
      var sum = 0.0
      for frame in index * chunk..<min((index + 1) * chunk, frameCount) {
        column.update(repeating: 0, count: approximation.columnStride)
        addApproximation(ofFrame: frame, to: column)
        sum += divergence.sum(V.values.column(frame), approximation: column, count: binCount)
      }
      results[index] = sum
    }
    return sums.reduce(0, +)
  }

  /// The factor by which W H would approximate V best in the least-squares sense: ⟨V, V̂⟩ / ⟨V̂,
  /// V̂⟩; 1 where V̂ is zero.
  public func leastSquaresGain() -> Float {
    let approximation = Matrix(rowCount: binCount, columnCount: 1)
    let column = approximation.column(0)
    var product = 0.0
    var energy = 0.0
    for frame in 0..<frameCount {
      column.update(repeating: 0, count: approximation.columnStride)
      addApproximation(ofFrame: frame, to: column)
      let v = V.values.column(frame)
      for bin in 0..<binCount {
        product += Double(v[bin] * column[bin])
        energy += Double(column[bin] * column[bin])
      }
    }
    return energy > 0 ? Float(product / energy) : 1
  }

  // MARK: Updates

  /// One multiplicative step on H, on W, or on both, from the approximation as it is now.
  ///
  /// - Complexity: O(free entries of H · T · free bins + K · N) for V̂, and once more per factor.
  public func update(templates: Bool, activations: Bool) {
    let sums = templates ? makeSums() : nil
    forEachVisit(sweep, clearing: [sums?.numerators, sums?.denominators]) {
      [self] chunk, visit, factors in
      if activations { correlate(visit, factors) }
      if let sums { add(factors, visit, chunk: chunk, to: sums) }
    }
    parallel(componentCount) { [self] component in
      let entries = pattern.entries(ofComponent: component)
      guard !entries.isEmpty else { return }
      if activations { addFloors(component) }
      if let sums { updateTemplates(component, sums) }
      if activations {
        for entry in entries {
          H[entry] *= numerators[entry] / (denominators[entry] + RunKernels.epsilon)
        }
      }
    }
  }

  /// Frees what only updates need; W and H can still be read, and updates allocate it anew.
  public func finish() {
    tiles = nil
    sums = nil
  }

  /// Scales each template to a sum of 1 and its activations inversely; V̂ does not change.
  ///
  /// A template that has all but vanished is left alone: the inverse of a subnormal sum may be
  /// infinite.
  public func normalise() {
    for component in 0..<componentCount {
      let sum = W.sum(ofComponent: component)
      guard sum.isNormal else { continue }
      W.scale(component: component, by: 1 / sum)
      for entry in pattern.entries(ofComponent: component) { H[entry] *= sum }
    }
  }

  /// Where updates of W are summed; made when they are first wanted.
  func makeSums() -> Sums {
    if let sums { return sums }
    let made = Sums(
      numerators: TemplateSums(sweep, like: W),
      denominators: divergence.beta == 1 ? nil : TemplateSums(sweep, like: W))
    sums = made
    return made
  }

  /// The step on one component of W, from sums over all of its entries.
  func updateTemplates(_ component: Int, _ sums: Sums) {
    let runs = W.runs[component].runs
    for delay in 0..<templateFrames {
      let w = W.frame(delay, ofComponent: component)
      let numerator = sums.numerators.total(ofFrame: delay, component: component)
      if let denominators = sums.denominators {
        RunKernels.multiply(
          w, by: numerator, over: denominators.total(ofFrame: delay, component: component),
          runs: runs)
      } else {
        let total = activationSum(
          in: pattern.entries(ofComponent: component), reachingDelay: delay)
        RunKernels.multiply(w, by: numerator, gain: 1 / (total + RunKernels.epsilon), over: runs)
      }
    }
  }
}
