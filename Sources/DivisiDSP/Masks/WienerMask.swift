internal import Glibc

/// Soft masks that share a mixture's spectrum among parts: M_s = V̂_s^α ⊘ (Σ V̂_s^α + E^α).
///
/// Masks are from 0 to 1 and sum to one wherever a model explains something. With a residual, what
/// goes beyond a generous margin of the model, max(V − 4 V̂, 0), competes as one more source, so
/// the parts' masks then sum to less where something sounds that no part explains. Above the bins
/// that were fitted, each frame's mask is what the highest fitted bins give on average, weighted by
/// energy.
///
/// Values are divided by the largest of their bin before they are raised, which leaves the ratios and
/// keeps powers of small values from vanishing: at α = 10, whatever is 76 dB below the maximum of V.
///
/// - SeeAlso: Liutkus & Badeau, "Generalized Wiener filtering with fractional power spectrograms",
///   ICASSP 2015.
public struct WienerMask: Sendable {
  /// How far a mixture must exceed its model before the excess counts as foreign. Measured: 1 costs
  /// the parts 0.2 (piano) to 0.8 dB SDR (drums), because V fluctuates around V̂; 4 costs nothing.
  private static let residualMargin: Float = 4

  /// S, without the residual.
  public let partCount: Int
  /// α, above 0: 1 for a ratio of magnitudes, 2 for Wiener's ratio of powers.
  public let exponent: Float
  /// Whether what the model leaves is a source of its own.
  public let hasResidual: Bool
  /// The fitted bins whose average serves the bins above them; empty where all bins were fitted.
  public let extrapolationBins: Range<Int>

  /// - Precondition: the exponent is positive.
  public init(partCount: Int, exponent: Float, hasResidual: Bool, extrapolationBins: Range<Int>) {
    precondition(exponent > 0, "exponent \(exponent)")
    self.partCount = partCount
    self.exponent = exponent
    self.hasResidual = hasResidual
    self.extrapolationBins = extrapolationBins
  }

  /// Computes the masks of one frame.
  ///
  /// - Parameters:
  ///   - model: fitted.
  ///   - frame: n.
  ///   - masks: at least K values × S columns; K may exceed the model's. Column s becomes part s.
  ///   - scratch: two columns of at least K values, contents arbitrary.
  /// - Complexity: O(free entries · bins + K · S).
  public func compute(
    from model: ConvolutiveNMF, frame: Int, into masks: borrowing Matrix,
    scratch: borrowing Matrix
  ) {
    let fitted = model.binCount
    let (total, largest) = (scratch.column(0), scratch.column(1))
    total.update(repeating: 0, count: scratch.columnStride)
    if hasResidual {
      let V = model.V.values.column(frame)
      model.addApproximation(ofFrame: frame, to: total)
      for bin in 0..<fitted { total[bin] = max(V[bin] - Self.residualMargin * total[bin], 0) }
    }
    largest.update(from: total, count: fitted)
    for part in 0..<partCount {
      let mask = masks.column(part)
      mask.update(repeating: 0, count: masks.columnStride)
      model.addApproximation(ofFrame: frame, part: Int16(part), to: mask)
      for bin in 0..<fitted { largest[bin] = max(largest[bin], mask[bin]) }
    }
    for bin in 0..<fitted where largest[bin] > 0 { total[bin] = raise(total[bin] / largest[bin]) }
    for part in 0..<partCount {
      let mask = masks.column(part)
      for bin in 0..<fitted where largest[bin] > 0 {
        mask[bin] = raise(mask[bin] / largest[bin])
        total[bin] += mask[bin]
      }
    }
    let peak = extrapolationBins.reduce(Float(0)) { max($0, largest[$1]) }
    let weights = largest
    for bin in extrapolationBins where peak > 0 { weights[bin] = raise(largest[bin] / peak) }
    let allTotal = extrapolationBins.reduce(Float(0)) { $0 + weights[$1] * total[$1] }
    for part in 0..<partCount {
      let mask = masks.column(part)
      let sum = extrapolationBins.reduce(Float(0)) { $0 + weights[$1] * mask[$1] }
      let share = allTotal > 0 ? sum / allTotal : 0
      for bin in 0..<fitted where total[bin] > 0 { mask[bin] /= total[bin] }
      for bin in fitted..<max(fitted, masks.rowCount) { mask[bin] = share }
    }
  }

  @inline(__always)
  private func raise(_ value: Float) -> Float {
    switch exponent {
    case 1: value
    case 2: value * value
    default: powf(value, exponent)
    }
  }
}
