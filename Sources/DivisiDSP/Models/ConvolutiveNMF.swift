/// Non-negative matrix factor deconvolution, and with templates of one frame plain NMF: V̂ = Σ_τ
/// W_τ →τ(H).
///
/// Multiplicative updates for the β-divergence. Entries of W outside the template mask and of H
/// outside the activation pattern are zero and stay zero, and are never multiplied: the cost is
/// that of the free entries only.
///
/// A step is `approximate()` followed by updates that all use that approximation. Updating H alone
/// or W alone lowers the divergence for 1 ≤ β ≤ 2; updating both from one approximation costs half
/// and lowers it in practice.
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

  /// V̂ while a frame is approximated, then V̂^(β−2) ⊙ V; K × N, or empty for β = 2, where that is V.
  private var ratio: Matrix
  /// V̂^(β−1); K × N, or empty for β = 1, where that is 1.
  private var power: Matrix
  private let parallel: Parallel
  /// Numerator and denominator of each entry's update.
  private let numerators: UnsafeMutableBufferPointer<Float>
  private let denominators: UnsafeMutableBufferPointer<Float>
  private let silence: Matrix

  /// Takes over the templates; H starts at the weights of the pattern.
  ///
  /// - Precondition: the shapes agree.
  public init(
    spectrogram V: Spectrogram, templates W: consuming Templates, pattern: ActivationPattern,
    divergence: Divergence, parallel: @escaping Parallel = sequentially
  ) {
    precondition(
      V.binCount == W.binCount && V.frameCount == pattern.frameCount
        && W.componentCount == pattern.componentCount,
      "V \(V.binCount) × \(V.frameCount), W \(W.binCount) × \(W.componentCount), "
        + "H \(pattern.componentCount) × \(pattern.frameCount)")
    ratio = Matrix(rowCount: V.binCount, columnCount: divergence.beta == 2 ? 0 : V.frameCount)
    power = Matrix(rowCount: V.binCount, columnCount: divergence.beta == 1 ? 0 : V.frameCount)
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

  /// V̂^(β−2) ⊙ V.
  var weighted: ColumnView { divergence.beta == 2 ? V.values.view : ratio.view }

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

  /// Computes V̂ from W and H, and from it the factors of the next updates.
  ///
  /// - Precondition: ``finish()`` has not been called.
  /// - Complexity: O(free entries of H · T · free bins + K · N).
  public func approximate() { approximate(frames: 0..<frameCount) }

  /// Computes V̂ in some frames, and from it the factors of updates that read no others.
  func approximate(frames: Range<Int>) {
    precondition(ratio.columnCount + power.columnCount >= frameCount, "the model is finished")
    let chunk = 16
    parallel((frames.count + chunk - 1) / chunk) { [self] index in
      let first = frames.lowerBound + index * chunk
      for frame in first..<min(first + chunk, frames.upperBound) {
        let result = divergence.beta == 2 ? power.column(frame) : ratio.column(frame)
        result.update(repeating: 0, count: ratio.columnStride)
        addApproximation(ofFrame: frame, to: result)
        divergence.factors(
          V.values.column(frame), approximation: result,
          power: power.columnCount > 0 ? power.column(frame) : nil, count: ratio.columnStride)
      }
    }
  }

  /// The divergence of V from W and H as they are now; leaves the factors of the next update alone.
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

  /// One multiplicative step on H, on W, or on both, from the last approximation.
  ///
  /// - Complexity: as ``approximate()``, once per factor.
  public func update(templates: Bool, activations: Bool) {
    parallel(componentCount) { [self] component in
      guard !pattern.entries(ofComponent: component).isEmpty else { return }
      if activations { correlate(component) }
      if templates { updateTemplates(component) }
      if activations {
        for entry in pattern.entries(ofComponent: component) {
          H[entry] *= numerators[entry] / (denominators[entry] + RunKernels.epsilon)
        }
      }
    }
  }

  /// Frees what only updates need, as much as V or twice that; W and H can still be read.
  public func finish() {
    ratio = Matrix(rowCount: binCount, columnCount: 0)
    power = Matrix(rowCount: binCount, columnCount: 0)
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

  /// Σ_τ W_τᵀ ←τ(V̂^(β−2) ⊙ V) and Σ_τ W_τᵀ ←τ(V̂^(β−1)) for entries of one component, all unless
  /// told otherwise.
  ///
  /// - Returns: the two sums, indexed by entry; valid until the next call for the same component.
  @discardableResult
  func correlate(_ component: Int, entries some: Range<Int>? = nil) -> (
    numerators: UnsafeMutableBufferPointer<Float>, denominators: UnsafeMutableBufferPointer<Float>
  ) {
    let entries = some ?? pattern.entries(ofComponent: component)
    for entry in entries {
      numerators[entry] = 0
      denominators[entry] = 0
    }
    for delay in 0..<templateFrames {
      let w = W.frame(delay, ofComponent: component)
      let runs = W.runs[component].runs
      if power.columnCount == 0 {
        let sum = RunKernels.sum(w, over: runs)
        for entry in entries where Int(pattern.frames[entry]) + delay < frameCount {
          denominators[entry] += sum
        }
      } else {
        addProducts(
          of: w, with: power.view, entries: entries, delay: delay, runs: runs, to: denominators)
      }
      addProducts(
        of: w, with: weighted, entries: entries, delay: delay, runs: runs, to: numerators)
    }
    return (numerators, denominators)
  }

  private func updateTemplates(_ component: Int) {
    let entries = pattern.entries(ofComponent: component)
    let runs = W.runs[component].runs
    let sums = Matrix(rowCount: binCount, columnCount: power.columnCount == 0 ? 1 : 2)
    for delay in 0..<templateFrames {
      let w = W.frame(delay, ofComponent: component)
      let numerator = sums.column(0)
      RunKernels.clear(numerator, over: runs)
      addSum(of: weighted, gains: H, entries: entries, delay: delay, runs: runs, to: numerator)
      if power.columnCount == 0 {
        var total: Float = 0
        for entry in entries where Int(pattern.frames[entry]) + delay < frameCount {
          total += H[entry]
        }
        RunKernels.multiply(w, by: numerator, gain: 1 / (total + RunKernels.epsilon), over: runs)
      } else {
        let denominator = sums.column(1)
        RunKernels.clear(denominator, over: runs)
        addSum(
          of: power.view, gains: H, entries: entries, delay: delay, runs: runs, to: denominator)
        RunKernels.multiply(w, by: numerator, over: denominator, runs: runs)
      }
    }
  }

  // MARK: Products over the entries of one component

  /// result[e] ← result[e] + ⟨w, X at the entry's frame + delay⟩.
  func addProducts(
    of w: UnsafePointer<Float>, with X: ColumnView, entries: Range<Int>, delay: Int,
    runs: [BinRuns.Run],
    to result: UnsafeMutableBufferPointer<Float>
  ) {
    var entry = entries.lowerBound
    while entry < entries.upperBound {
      let dots = RunKernels.dot(
        w, columns(of: X, from: entry, in: entries, delay: delay), over: runs)
      for lane in 0..<min(4, entries.upperBound - entry) { result[entry + lane] += dots[lane] }
      entry += 4
    }
  }

  /// y ← y + Σ_e gains[e] · X at the entry's frame + delay.
  func addSum(
    of X: ColumnView, gains: UnsafeMutableBufferPointer<Float>, entries: Range<Int>, delay: Int,
    runs: [BinRuns.Run], to y: UnsafeMutablePointer<Float>
  ) {
    var entry = entries.lowerBound
    while entry < entries.upperBound {
      var four = SIMD4<Float>.zero
      for lane in 0..<min(4, entries.upperBound - entry) { four[lane] = gains[entry + lane] }
      RunKernels.add(
        columns(of: X, from: entry, in: entries, delay: delay), gains: four, to: y, over: runs)
      entry += 4
    }
  }

  /// The columns of four successive entries; silence past the end of the entries or of the
  /// recording.
  @inline(__always)
  private func columns(of X: ColumnView, from entry: Int, in entries: Range<Int>, delay: Int) -> (
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
  ) {
    func column(_ index: Int) -> UnsafePointer<Float> {
      guard index < entries.upperBound else { return UnsafePointer(silence.column(0)) }
      let frame = Int(pattern.frames[index]) + delay
      return frame < frameCount ? X.column(frame) : UnsafePointer(silence.column(0))
    }
    return (column(entry), column(entry + 1), column(entry + 2), column(entry + 3))
  }
}
