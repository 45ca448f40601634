/// V̂ of the frames that a block of a sweep needs, and what updates make of it.
final class FactorTiles: Sendable {
  /// V̂ while a frame is approximated, then V̂^(β−2) ⊙ V; empty for β = 2, where that is V.
  let ratio: Matrix
  /// V̂^(β−1); empty for β = 1, where that is 1.
  let power: Matrix
  /// Columns of each chunk.
  let length: Int

  init(_ model: ConvolutiveNMF) {
    length = model.tileLength
    let count = model.sweep.chunks.count * length
    ratio = Matrix(rowCount: model.binCount, columnCount: model.divergence.beta == 2 ? 0 : count)
    power = Matrix(rowCount: model.binCount, columnCount: model.divergence.beta == 1 ? 0 : count)
  }
}

/// What multiplicative updates correlate with templates and activations, in the frames of a block
/// and the T − 1 that follow.
struct Factors {
  /// P = V̂^(β−2) ⊙ V.
  let numerator: ColumnView
  /// D = V̂^(β−1); nil for β = 1, where it is 1.
  let denominator: ColumnView?
}
