internal import DivisiKernels

/// The output of an additive model, V̂ = g(Σ_τ (W_D)_τ →τ(H') + b_D), and what the loss has to say
/// about it.
///
/// - Thread: one at a time.
final class GradientOutput: Sendable {
  /// b_D, K values.
  let bias: GradientBias

  private let model: ConvolutiveNMF
  private let settings: GradientSettings
  private let parallel: Parallel
  /// ∂ loss / ∂ (V̂ before g) of the frames that each chunk of a sweep is at.
  private let errors: Matrix
  private let tileLength: Int
  /// The gradient by b_D, a column for each chunk.
  private let biasSums: Matrix
  private let allBins: BinBlocks

  init(of model: ConvolutiveNMF, settings: GradientSettings, parallel: @escaping Parallel) {
    self.model = model
    self.settings = settings
    self.parallel = parallel
    bias = GradientBias(count: model.binCount, settings: settings)
    tileLength = model.tileLength
    let chunkCount = model.sweep.chunks.count
    errors = Matrix(rowCount: model.binCount, columnCount: chunkCount * tileLength)
    biasSums = Matrix(
      rowCount: model.binCount, columnCount: settings.hasBiases ? chunkCount : 0)
    allBins = .full(binCount: model.binCount)
  }

  /// Visits what is open, with the errors (V̂^(β−1) − V̂^(β−2) ⊙ V) ⊙ g′ of the frames where it sounds.
  ///
  /// - Parameters:
  ///   - sums: set to zero where there are entries.
  ///   - body: called on the thread of its chunk.
  func forEachVisit(
    clearing sums: [TemplateSums] = [],
    _ body: @Sendable (_ chunk: Int, _ visit: FrameSweep.Visit, _ errors: ColumnView) -> Void
  ) {
    let isPositive = settings.isDecoderNonnegative && !settings.hasBiases
    let nonlinearity =
      isPositive && settings.nonlinearity.keepsPositives ? nil : settings.nonlinearity
    let needsAllBins = settings.hasBiases || model.templateFrames > 1
    parallel(model.sweep.chunks.count) { [self] chunk in
      for sum in sums { sum.clear(chunk: chunk) }
      if settings.hasBiases { BlockKernels.clear(biasSums.column(chunk), over: allBins.blocks) }
      var window = TileWindow(firstColumn: chunk * tileLength)
      for block in model.sweep.chunks[chunk] {
        let blocks = needsAllBins ? allBins.blocks : block.support.blocks
        let missing = window.move(to: model.framesReached(by: block)) {
          errors.move($0, to: $1, $2)
        }
        model.approximate(
          missing, of: block, in: model.sweep,
          to: errors.column(window.column(missing.lowerBound)))
        for frame in missing {
          let column = errors.column(window.column(frame))
          addBias(to: column)
          model.divergence.differentiate(
            model.V.values.column(frame), approximation: column, nonlinearity: nonlinearity,
            over: blocks)
        }
        if settings.hasBiases {
          for frame in block.frames {
            BlockKernels.add(
              errors.column(window.column(frame)), gain: 1, to: biasSums.column(chunk),
              over: blocks)
          }
        }
        let view = errors.view(from: window.firstColumn, as: block.frames.lowerBound)
        model.forEachVisit(in: block, of: model.sweep) { body(chunk, $0, view) }
      }
    }
  }

  /// The divergence of V from V̂ as it is now.
  func loss() -> Double {
    let approximation = Matrix(rowCount: model.binCount, columnCount: 1)
    let column = approximation.column(0)
    var sum = 0.0
    for frame in 0..<model.frameCount {
      column.update(repeating: 0, count: approximation.columnStride)
      model.addApproximation(ofFrame: frame, to: column)
      addBias(to: column)
      for bin in 0..<model.binCount { column[bin] = settings.nonlinearity(column[bin]) }
      sum += model.divergence.sum(
        model.V.values.column(frame), approximation: column, over: allBins.blocks)
    }
    return sum
  }

  /// The gradient by b_D, as the last ``forEachVisit(clearing:_:)`` found it; empty without biases.
  func biasGradient() -> [Float] {
    guard settings.hasBiases else { return [] }
    return (0..<model.binCount).map { bin in
      (0..<biasSums.columnCount).reduce(Float(0)) { $0 + biasSums[bin, $1] }
    }
  }

  private func addBias(to column: UnsafeMutablePointer<Float>) {
    guard settings.hasBiases else { return }
    for bin in 0..<model.binCount { column[bin] += bias.values[bin] }
  }
}

extension ConvolutiveNMF {
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
