/// The output of an additive model, V̂ = g(Σ_τ (W_D)_τ →τ(H') + b_D), and what the loss has to say
/// about it.
///
/// - Thread: one at a time.
final class GradientOutput: @unchecked Sendable {
  /// ∂ loss / ∂ (V̂ before g), K × N, as ``differentiate()`` left it.
  let errors: Matrix
  /// b_D, K values.
  let bias: GradientBias

  private let model: ConvolutiveNMF
  private let settings: GradientSettings
  private let parallel: Parallel

  init(of model: ConvolutiveNMF, settings: GradientSettings, parallel: @escaping Parallel) {
    self.model = model
    self.settings = settings
    self.parallel = parallel
    bias = GradientBias(count: model.binCount, settings: settings)
    errors = Matrix(rowCount: model.binCount, columnCount: model.frameCount)
  }

  /// Fills ``errors``: (V̂^(β−1) − V̂^(β−2) ⊙ V) ⊙ g′.
  func differentiate() {
    let chunk = 16
    parallel((model.frameCount + chunk - 1) / chunk) { [self] index in
      for frame in index * chunk..<min((index + 1) * chunk, model.frameCount) {
        let column = errors.column(frame)
        computeOutput(ofFrame: frame, into: column)
        model.divergence.differentiate(
          model.V.values.column(frame), approximation: column, count: model.binCount,
          nonlinearity: settings.hasBiases || !settings.nonlinearity.keepsPositives
            ? settings.nonlinearity : nil)
      }
    }
  }

  /// The divergence of V from V̂ as it is now.
  func loss() -> Double {
    let approximation = Matrix(rowCount: model.binCount, columnCount: 1)
    let column = approximation.column(0)
    var sum = 0.0
    for frame in 0..<model.frameCount {
      computeOutput(ofFrame: frame, into: column)
      for bin in 0..<model.binCount { column[bin] = settings.nonlinearity(column[bin]) }
      sum += model.divergence.sum(
        model.V.values.column(frame), approximation: column, count: model.binCount)
    }
    return sum
  }

  /// The gradient by b_D, from ``errors``; empty without biases.
  func biasGradient() -> [Float] {
    guard settings.hasBiases else { return [] }
    var sums = [Float](repeating: 0, count: model.binCount)
    for frame in 0..<model.frameCount {
      let column = errors.column(frame)
      for bin in sums.indices { sums[bin] += column[bin] }
    }
    return sums
  }

  /// V̂ of one frame before g.
  private func computeOutput(ofFrame frame: Int, into column: UnsafeMutablePointer<Float>) {
    column.update(repeating: 0, count: errors.columnStride)
    model.addApproximation(ofFrame: frame, to: column)
    if settings.hasBiases {
      for bin in 0..<model.binCount { column[bin] += bias.values[bin] }
    }
  }
}

extension ConvolutiveNMF {
  /// The gradient of the divergence by one component's entries of H' and, where columns are given, by
  /// its templates.
  ///
  /// - Parameters:
  ///   - errors: by the output before g, K × N.
  ///   - slopes: one value per entry; those of the component are set.
  ///   - columns: columns `firstColumn` … `firstColumn` + T − 1 are added to.
  func differentiate(
    _ component: Int, errors: borrowing Matrix, slopes: UnsafeMutableBufferPointer<Float>,
    columns: borrowing Matrix, firstColumn: Int
  ) {
    let entries = pattern.entries(ofComponent: component)
    for entry in entries { slopes[entry] = 0 }
    let blocks = W.supports[component].blocks
    for delay in 0..<templateFrames {
      addProducts(
        of: W.frame(delay, ofComponent: component), with: errors.view, entries: entries,
        delay: delay, blocks: blocks, to: slopes)
      guard columns.columnCount > 0 else { continue }
      addSum(
        of: errors.view, gains: H, entries: entries, delay: delay, blocks: blocks,
        to: columns.column(firstColumn + delay))
    }
  }

  /// Whether a component that may sound, where there is sound, never does.
  func isDead(_ component: Int) -> Bool {
    let entries = pattern.entries(ofComponent: component)
    guard !(entries.contains { H[$0] > 0 } && W.sum(ofComponent: component) > 0) else {
      return false
    }
    return entries.contains { entry in
      BlockKernels.sum(
        V.values.column(Int(pattern.frames[entry])), over: W.supports[component].blocks) > 0
    }
  }
}
