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

  /// Nothing is divided by less, which is −740 dB: the inverse would overflow.
  private static var leastPeak: Float { @_noLocks @inline(__always) get { 1e-37 } }

  /// A vector of bins; columns are padded to whole ones.
  private static var block: Int { @_noLocks @inline(__always) get { 8 } }

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
    for part in 0..<partCount {
      let mask = masks.column(part)
      mask.update(repeating: 0, count: masks.columnStride)
      model.addApproximation(ofFrame: frame, part: Int16(part), to: mask)
      if model.hasSigns {
        for bin in 0..<model.binCount { mask[bin] = max(mask[bin], 0) }
      }
    }
    share(
      V: model.V.values.column(frame), fitted: model.binCount, masks: masks.column(0),
      stride: masks.columnStride, binCount: masks.rowCount, total: scratch.column(0),
      largest: scratch.column(1))
  }

  /// Turns what each part is thought to sound like into its share of the frame.
  ///
  /// Columns are aligned as those of a ``Matrix`` are, and zero in what pads them.
  ///
  /// - Parameters:
  ///   - V: the frame's magnitudes, as many values as were fitted.
  ///   - fitted: bins that were fitted.
  ///   - masks: column s, `stride` values after the one before, is the approximation of part s;
  ///     becomes its mask.
  ///   - binCount: K of the masks, at least `fitted`.
  ///   - total, largest: scratch of as many values.
  /// - Thread: any; real-time safe.
  @_noLocks
  public func share(
    V: UnsafePointer<Float>, fitted: Int, masks: UnsafeMutablePointer<Float>, stride: Int,
    binCount: Int, total: UnsafeMutablePointer<Float>, largest: UnsafeMutablePointer<Float>
  ) {
    // What pads a column is zero and stays zero.
    let end = (fitted &+ Self.block &- 1) / Self.block &* Self.block
    var bin = 0
    while bin < end {
      var peak = Lane.zero
      var explained = Lane.zero
      var part = 0
      while part < partCount {
        let approximation = load(masks, part &* stride &+ bin)
        peak = larger(peak, approximation)
        explained += approximation
        part &+= 1
      }
      var excess = Lane.zero
      if hasResidual {
        excess = larger(excess, load(V, bin) - explained * Self.residualMargin)
        peak = larger(peak, excess)
      }
      store(to: largest, bin, peak)
      let inverse = 1 / larger(peak, Lane(repeating: Self.leastPeak))
      var sum = raise(excess * inverse)
      part = 0
      while part < partCount {
        let mask = masks + part &* stride
        let power = raise(load(mask, bin) * inverse)
        store(to: mask, bin, power)
        sum += power
        part &+= 1
      }
      store(to: total, bin, sum)
      let share = 1 / larger(sum, Lane(repeating: Self.leastPeak))
      part = 0
      while part < partCount {
        let mask = masks + part &* stride
        store(to: mask, bin, load(mask, bin) * share)
        part &+= 1
      }
      bin &+= Self.block
    }
    if fitted < binCount {
      extrapolate(
        masks, stride: stride, fitted: fitted, binCount: binCount, total: total, weights: largest)
    }
  }

  /// Gives the bins above the fitted ones the average of the highest fitted ones.
  @_noLocks
  private func extrapolate(
    _ masks: UnsafeMutablePointer<Float>, stride: Int, fitted: Int, binCount: Int,
    total: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>
  ) {
    let bins = extrapolationBins
    var peak: Float = 0
    var bin = bins.lowerBound
    while bin < bins.upperBound {
      peak = max(peak, weights[bin])
      bin &+= 1
    }
    // Each bin weighs what its powers add up to, all against the same peak.
    let inverse = 1 / max(peak, Self.leastPeak)
    bin = bins.lowerBound
    while bin < bins.upperBound {
      weights[bin] = raise(weights[bin] * inverse) * total[bin]
      bin &+= 1
    }
    let all = SpectrumKernels.sum(weights + bins.lowerBound, count: bins.count)
    var part = 0
    while part < partCount {
      let mask = masks + part &* stride
      let sum = SpectrumKernels.dot(
        weights + bins.lowerBound, mask + bins.lowerBound, count: bins.count)
      let share = all > 0 ? sum / all : 0
      bin = fitted
      while bin < binCount {
        mask[bin] = share
        bin &+= 1
      }
      part &+= 1
    }
  }

  @_noLocks @inline(__always)
  private func load(_ column: UnsafePointer<Float>, _ bin: Int) -> Lane {
    UnsafeRawPointer(column + bin).assumingMemoryBound(to: Lane.self).pointee
  }

  @_noLocks @inline(__always)
  private func store(to column: UnsafeMutablePointer<Float>, _ bin: Int, _ values: Lane) {
    UnsafeMutableRawPointer(column + bin).assumingMemoryBound(to: Lane.self).pointee = values
  }

  @_noLocks @inline(__always)
  private func larger(_ a: Lane, _ b: Lane) -> Lane { a.replacing(with: b, where: b .> a) }

  @_noLocks @inline(__always)
  private func raise(_ values: Lane) -> Lane {
    if exponent == 1 { return values }
    if exponent == 2 { return values * values }
    var result = Lane.zero
    var index = 0
    while index < Self.block {
      if values[index] > 0 { result[index] = divisi_powf(values[index], exponent) }
      index &+= 1
    }
    return result
  }

  @_noLocks @inline(__always)
  private func raise(_ value: Float) -> Float {
    exponent == 1 ? value : exponent == 2 ? value * value : divisi_powf(value, exponent)
  }
}
