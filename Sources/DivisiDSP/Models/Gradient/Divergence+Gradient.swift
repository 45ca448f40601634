internal import DivisiKernels
internal import Glibc

extension Divergence {
  /// Turns the output of a decoder into the derivative of the divergence by that output.
  ///
  /// - Parameters:
  ///   - V: K magnitudes.
  ///   - approximation: the output before g on entry; (V̂^(β−1) − V̂^(β−2) ⊙ V) ⊙ g′ on return.
  ///   - blocks: where.
  ///   - nonlinearity: g; nil where V̂ is the output itself.
  func differentiate(
    _ V: UnsafePointer<Float>, approximation: UnsafeMutablePointer<Float>,
    nonlinearity: Nonlinearity?, over blocks: Blocks
  ) {
    let floor = BlockKernels.epsilon
    if let nonlinearity {
      forEachBin(of: blocks) { bin in
        let before = approximation[bin]
        approximation[bin] =
          slope(V[bin], nonlinearity(before) + (beta == 2 ? 0 : floor)) * nonlinearity.slope(before)
      }
      return
    }
    switch beta {
    case 2: BlockKernels.subtract(V, from: approximation, over: blocks)
    case 1: forEachBin(of: blocks) { approximation[$0] = 1 - V[$0] / (approximation[$0] + floor) }
    default:
      forEachBin(of: blocks) { approximation[$0] = slope(V[$0], approximation[$0] + floor) }
    }
  }

  @inline(__always)
  private func forEachBin(of blocks: Blocks, _ body: (Int) -> Void) {
    for block in blocks {
      for bin in Int(block)..<Int(block) + BinBlocks.length { body(bin) }
    }
  }

  @inline(__always)
  private func slope(_ v: Float, _ a: Float) -> Float {
    switch beta {
    case 2: a - v
    case 1: 1 - v / a
    default: powf(a, beta - 1) - v * powf(a, beta - 2)
    }
  }
}
