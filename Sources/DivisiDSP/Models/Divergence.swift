internal import DivisiKernels
internal import Glibc

/// The β-divergence of V from V̂, the cost that a model reduces.
///
/// - SeeAlso: Févotte & Idier, "Algorithms for nonnegative matrix factorization with the
///   β-divergence", Neural Computation 2011, eq. 2.
public struct Divergence: Sendable, Equatable {
  /// β, from −1 to 3: 2 for half the squared distance, 1 for the generalised Kullback-Leibler
  /// divergence, 0 for Itakura-Saito.
  public let beta: Float

  /// - Precondition: β is from −1 to 3.
  public init(beta: Float) {
    precondition(beta >= -1 && beta <= 3, "β = \(beta)")
    self.beta = beta
  }

  /// The divergence summed over one frame.
  ///
  /// - Parameters:
  ///   - V: K magnitudes.
  ///   - approximation: V̂, K values.
  ///   - count: K.
  func sum(_ V: UnsafePointer<Float>, approximation: UnsafePointer<Float>, count: Int) -> Double {
    var total = 0.0
    let floor = BlockKernels.epsilon
    switch beta {
    case 2:
      for bin in 0..<count {
        let difference = V[bin] - approximation[bin]
        total += Double(0.5 * difference * difference)
      }
    case 1:
      for bin in 0..<count {
        let v = V[bin]
        let a = approximation[bin] + floor
        total += Double(v > 0 ? v * logf(v / a) - v + a : a)
      }
    case 0:
      for bin in 0..<count {
        let ratio = (V[bin] + floor) / (approximation[bin] + floor)
        total += Double(ratio - logf(ratio) - 1)
      }
    default:
      for bin in 0..<count {
        let v = Double(V[bin] + floor)
        let a = Double(approximation[bin] + floor)
        let b = Double(beta)
        total += (pow(v, b) + (b - 1) * pow(a, b) - b * v * pow(a, b - 1)) / (b * (b - 1))
      }
    }
    return total
  }

  /// Turns an approximation into the two factors that multiplicative updates correlate with the
  /// templates.
  ///
  /// - Parameters:
  ///   - approximation: V̂ on entry, V̂^(β−2) ⊙ V on return; left alone for β = 2, where that is V
  ///     itself and V̂ is the other factor.
  ///   - power: V̂^(β−1) on return; untouched for β = 1, where it is 1, and for β = 2.
  func factors(
    _ V: UnsafePointer<Float>, approximation: UnsafeMutablePointer<Float>,
    power: UnsafeMutablePointer<Float>?, over blocks: Blocks
  ) {
    let floor = Lane(repeating: BlockKernels.epsilon)
    switch (beta, power) {
    case (2, _): break
    case (1, _):
      BlockKernels.divide(V, by: approximation, over: blocks)
    case (0, let power?):
      for bin in blocks {
        let bin = Int(bin)
        let inverse = Lane(repeating: 1) / (approximation.lanes(bin) + floor)
        approximation.setLanes(bin, V.lanes(bin) * inverse * inverse)
        power.setLanes(bin, inverse)
      }
    case (_, let power?):
      for block in blocks {
        for bin in Int(block)..<Int(block) + BinBlocks.length {
          let a = approximation[bin] + BlockKernels.epsilon
          let raised = powf(a, beta - 1)
          approximation[bin] = V[bin] * raised / a
          power[bin] = raised
        }
      }
    default:
      preconditionFailure("β = \(beta) needs room for V̂^(β−1)")
    }
  }
}
