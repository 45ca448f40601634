internal import CCPU

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
    let total = scratch.column(0)
    total.update(repeating: 0, count: scratch.columnStride)
    if hasResidual { model.addApproximation(ofFrame: frame, to: total) }
    for part in 0..<partCount {
      let mask = masks.column(part)
      mask.update(repeating: 0, count: masks.columnStride)
      model.addApproximation(ofFrame: frame, part: Int16(part), to: mask)
    }
    share(
      V: model.V.values.column(frame), fitted: model.binCount, masks: masks.column(0),
      stride: masks.columnStride, binCount: masks.rowCount, total: total,
      largest: scratch.column(1))
  }

  /// Turns what each part is thought to sound like into its share of the frame.
  ///
  /// - Parameters:
  ///   - V: the frame's magnitudes, as many values as were fitted.
  ///   - fitted: bins that were fitted.
  ///   - masks: column s, `stride` values after the one before, is the approximation of part s;
  ///     becomes its mask.
  ///   - binCount: K of the masks, at least `fitted`.
  ///   - total: V̂ of all parts together where there is a residual, else zero; overwritten.
  ///   - largest: scratch of as many values.
  /// - Thread: any; real-time safe.
  @_noLocks
  public func share(
    V: UnsafePointer<Float>, fitted: Int, masks: UnsafeMutablePointer<Float>, stride: Int,
    binCount: Int, total: UnsafeMutablePointer<Float>, largest: UnsafeMutablePointer<Float>
  ) {
    var bin = 0
    if hasResidual {
      while bin < fitted {
        total[bin] = max(V[bin] - Self.residualMargin * total[bin], 0)
        bin &+= 1
      }
    }
    bin = 0
    while bin < fitted {
      largest[bin] = total[bin]
      bin &+= 1
    }
    var part = 0
    while part < partCount {
      let mask = masks + part &* stride
      bin = 0
      while bin < fitted {
        largest[bin] = max(largest[bin], mask[bin])
        bin &+= 1
      }
      part &+= 1
    }
    bin = 0
    while bin < fitted {
      if largest[bin] > 0 { total[bin] = raise(total[bin] / largest[bin]) }
      bin &+= 1
    }
    part = 0
    while part < partCount {
      let mask = masks + part &* stride
      bin = 0
      while bin < fitted {
        if largest[bin] > 0 {
          mask[bin] = raise(mask[bin] / largest[bin])
          total[bin] += mask[bin]
        }
        bin &+= 1
      }
      part &+= 1
    }
    extrapolateAndDivide(
      fitted: fitted, masks: masks, stride: stride, binCount: binCount, total: total,
      weights: largest)
  }

  @_noLocks
  private func extrapolateAndDivide(
    fitted: Int, masks: UnsafeMutablePointer<Float>, stride: Int, binCount: Int,
    total: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>
  ) {
    var peak: Float = 0
    var bin = extrapolationBins.lowerBound
    while bin < extrapolationBins.upperBound {
      peak = max(peak, weights[bin])
      bin &+= 1
    }
    var allTotal: Float = 0
    bin = extrapolationBins.lowerBound
    while bin < extrapolationBins.upperBound {
      if peak > 0 { weights[bin] = raise(weights[bin] / peak) }
      allTotal += weights[bin] * total[bin]
      bin &+= 1
    }
    var part = 0
    while part < partCount {
      let mask = masks + part &* stride
      var sum: Float = 0
      bin = extrapolationBins.lowerBound
      while bin < extrapolationBins.upperBound {
        sum += weights[bin] * mask[bin]
        bin &+= 1
      }
      let share = allTotal > 0 ? sum / allTotal : 0
      bin = 0
      while bin < fitted {
        if total[bin] > 0 { mask[bin] /= total[bin] }
        bin &+= 1
      }
      while bin < binCount {
        mask[bin] = share
        bin &+= 1
      }
      part &+= 1
    }
  }

  @_noLocks @inline(__always)
  private func raise(_ value: Float) -> Float {
    switch exponent {
    case 1: value
    case 2: value * value
    default: divisi_powf(value, exponent)
    }
  }
}
