internal import Glibc

/// What the other strokes of a cluster say about one: its mean, and what variance remains.
///
/// Each stroke is a Gaussian in every bin of its STFT: mean A W with W the mean waveform of the
/// neighbours, variance e P. In each block of ``StrokeGrid`` the gain A is found by maximum a posteriori
/// for each of eight values e_j, and all are weighed by their likelihood, against one more hypothesis:
/// that nothing is known, with A = 0 and e = 1, which is the mask alone. With Y, ν and P of
/// ``StrokeMeasurement``, σ² the variance of W, A₀ the gain of before, and sums over the block's bins,
/// frames and channels, divided by how often frames overlap:
///
///     v_j = ν + A₀² σ² + e_j P                                                     add
///     p_j = Σ Re(conj(W) Y) / v_j    ε_j = Σ |W|² / v_j
///     m_j = Σ |Y|² / v_j             l_j = Σ ln v_j
///     Â_j = max(Σ_blocks p_j, 0) / Σ_blocks ε_j      the whole stroke's gain       run
///     π_j = 1 / (2 (0.3 Â_j)²)                       a block's gain is N(Â_j, 0.3 Â_j)
///     A_j = max(p_j + π_j Â_j, 0) / (ε_j + π_j)                                    weigh
///     L_j = 2 A_j p_j − A_j² ε_j − l_j − m_j − π_j (A_j − Â_j)²
///     L₀ = −Σ ln(ν + P) − Σ |Y|² / (ν + P)           nothing is known
///     A = Σ A_j exp L_j / (exp L₀ + Σ exp L_j)       and e so of e_j, with e₀ = 1
///     φ = e + A² σ² / P, within 0.05 … 1             what is left for the mask     run
///
/// A and e are smoothed over five bins and three frames before φ is taken of them.
public struct StrokePrediction: Sendable {
  /// e_j, from nearly the same sound to no resemblance at all.
  private static let shares: [Float] = [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1]
  /// φ is never less: what is learnt from masks is not trusted wholly.
  static let leastShare: Float = 0.05

  private let grid: StrokeGrid
  /// Sums over one block; lanes are hypotheses.
  private struct Sums {
    let products: Lane
    let energies: Lane
    let misfits: Lane
    let logs: Lane
    /// Of the hypothesis that nothing is known.
    let blindMisfit: Float
    let blindLog: Float

    /// Values of a block.
    static let count = 34

    /// - Parameters:
    ///   - values: as `Kernels.addFits` has left them.
    ///   - scale: what each observation counts.
    init(_ values: UnsafePointer<Float>, channels: Float, scale: Float) {
      let all = UnsafeRawPointer(values)
      products = all.loadUnaligned(as: Lane.self) * scale
      energies = all.loadUnaligned(fromByteOffset: 32, as: Lane.self) * scale
      misfits = all.loadUnaligned(fromByteOffset: 64, as: Lane.self) * scale
      logs = all.loadUnaligned(fromByteOffset: 96, as: Lane.self) * (channels * scale)
      blindMisfit = values[32] * scale
      blindLog = values[33] * (channels * scale)
    }
  }

  /// Makes one for strokes of a grid.
  public init(_ grid: StrokeGrid) { self.grid = grid }

  /// Finds A, e and φ of one stroke: ``StrokeMeasurement/gains``, ``StrokeMeasurement/unexplained`` and
  /// ``StrokeMeasurement/share``.
  ///
  /// - Parameters:
  ///   - stroke: measured; A₀ in its gains.
  ///   - means: W by channel.
  ///   - variances: of W.
  public func run(_ stroke: StrokeMeasurement, means: [SpectraMatrix], variances: MapMatrix) {
    let (bandCount, stretchCount) = (grid.bands.count - 1, grid.stretches.count - 1)
    var values = [Float](repeating: 0, count: bandCount * stretchCount * Sums.count)
    let statistics = Matrix(rowCount: grid.binCount, columnCount: 6)
    values.withUnsafeMutableBufferPointer { values in
      for stretch in 0..<stretchCount {
        for frame in grid.stretches[stretch]..<grid.stretches[stretch + 1]
        where frame < stroke.ownFrameCount {
          fill(statistics, frame, stroke, means, variances)
          for band in 0..<bandCount {
            BlockKernels.addFits(
              statistics.column(0) + grid.bands[band], stride: statistics.columnStride,
              count: grid.bands[band + 1] - grid.bands[band], shares: Self.shares,
              to: values.baseAddress! + (stretch * bandCount + band) * Sums.count)
          }
        }
      }
    }
    let blocks = values.withUnsafeBufferPointer { values in
      (0..<bandCount * stretchCount).map {
        Sums(
          values.baseAddress! + $0 * Sums.count, channels: Float(means.count),
          scale: 1 / grid.overlap)
      }
    }
    let products = blocks.reduce(Lane.zero) { $0 + $1.products }
    let energies = blocks.reduce(Lane.zero) { $0 + $1.energies }
    let level = Self.atLeastZero(products) / (energies + 1e-9)
    let spread = 0.3 * level + 1e-3
    let prior = 1 / (2 * spread * spread)
    let found = blocks.map { weigh($0, level: level, prior: prior) }
    stroke.gains.set(found.map(\.gain))
    stroke.unexplained.set(found.map(\.share))
    for frame in 0..<stroke.frameCount {
      let (a, e) = (stroke.gains.column(frame), stroke.unexplained.column(frame))
      let (w, v) = (variances.values.column(frame), stroke.variance.column(frame))
      let share = stroke.share.values.column(frame)
      for bin in stride(from: 0, to: grid.binCount, by: Lane.scalarCount) {
        let gain = a.lanes(bin)
        let rest = e.lanes(bin) + gain * gain * w.lanes(bin) / (v.lanes(bin) + 1e-12)
        share.setLanes(
          bin,
          rest.clamped(
            lowerBound: Lane(repeating: Self.leastShare), upperBound: Lane(repeating: 1)))
      }
    }
  }

  private static func atLeastZero(_ x: Lane) -> Lane { x.replacing(with: 0, where: x .< 0) }

  /// Writes what hypotheses about one frame are weighed by: Σ Re(conj(W) Y), Σ |W|² and Σ |Y|² over channels, and of
  /// their variances ν + A₀² σ², P and ν + P.
  private func fill(
    _ statistics: borrowing Matrix, _ frame: Int, _ stroke: StrokeMeasurement,
    _ means: [SpectraMatrix], _ variances: MapMatrix
  ) {
    let bins = stride(from: 0, to: grid.binCount, by: Lane.scalarCount)
    let (products, energies, powers) = (
      statistics.column(0), statistics.column(1), statistics.column(2)
    )
    for channel in means.indices {
      let w = means[channel].values.column(frame)
      let y = stroke.observed[channel].values.column(frame)
      for bin in bins {
        let (w0, w1) = (w.lanes(2 * bin), w.lanes(2 * bin + 8))
        let (y0, y1) = (y.lanes(2 * bin), y.lanes(2 * bin + 8))
        var sums = (
          Self.sum(w0 * y0, w1 * y1), Self.sum(w0 * w0, w1 * w1), Self.sum(y0 * y0, y1 * y1)
        )
        if channel > 0 {
          sums.0 += products.lanes(bin)
          sums.1 += energies.lanes(bin)
          sums.2 += powers.lanes(bin)
        }
        products.setLanes(bin, sums.0)
        energies.setLanes(bin, sums.1)
        powers.setLanes(bin, sums.2)
      }
    }
    let (base, own, blind) = (statistics.column(3), statistics.column(4), statistics.column(5))
    let (noise, variance) = (
      stroke.noise.values.column(frame), stroke.variance.column(frame)
    )
    let (gains, meanVariance) = (stroke.gains.column(frame), variances.values.column(frame))
    for bin in bins {
      let (gain, noise) = (gains.lanes(bin), noise.lanes(bin))
      base.setLanes(bin, noise + gain * gain * meanVariance.lanes(bin) + 1e-16)
      own.setLanes(bin, variance.lanes(bin))
      blind.setLanes(bin, noise + variance.lanes(bin) + 1e-16)
    }
  }

  /// Pairs added up.
  @inline(__always)
  private static func sum(_ low: Lane, _ high: Lane) -> Lane {
    Lane(lowHalf: low.evenHalf + low.oddHalf, highHalf: high.evenHalf + high.oddHalf)
  }

  /// A and e of a block: means over all hypotheses.
  private func weigh(_ sums: Sums, level: Lane, prior: Lane) -> (gain: Float, share: Float) {
    let gains = Self.atLeastZero(
      (sums.products + prior * level) / (sums.energies + prior))
    let off = gains - level
    let likelihoods =
      2 * gains * sums.products - gains * gains * sums.energies - sums.logs - sums.misfits
      - prior * off * off
    let blind = -sums.blindLog - sums.blindMisfit
    let most = max(likelihoods.max(), blind)
    var (total, gain) = (expf(blind - most), Float(0))
    var share = total
    for lane in 0..<8 {
      let weight = expf(likelihoods[lane] - most)
      total += weight
      gain += weight * gains[lane]
      share += weight * Self.shares[lane]
    }
    return (gain / total, share / total)
  }
}
