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
  private typealias Lane = SIMD8<Float>

  /// e_j, from nearly the same sound to no resemblance at all.
  private static let shares = Lane(0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1)
  /// φ is never less: what is learnt from masks is not trusted wholly.
  static let leastShare: Float = 0.05

  private let grid: StrokeGrid
  /// Sums over one block; lanes are hypotheses.
  private struct Sums {
    var products = Lane.zero
    var energies = Lane.zero
    var misfits = Lane.zero
    var logs = Lane.zero
    /// Of the hypothesis that nothing is known.
    var blindMisfit: Float = 0
    var blindLog: Float = 0
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
  ///   - frames: how many are the stroke's own; later ones say nothing.
  public func run(
    _ stroke: StrokeMeasurement, frames: Int, means: [SpectraMatrix], variances: MapMatrix
  ) {
    let (bandCount, stretchCount) = (grid.bands.count - 1, grid.stretches.count - 1)
    var blocks = [Sums](repeating: Sums(), count: bandCount * stretchCount)
    for stretch in 0..<stretchCount {
      for frame in grid.stretches[stretch]..<grid.stretches[stretch + 1] where frame < frames {
        for band in 0..<bandCount {
          add(
            grid.bands[band]..<grid.bands[band + 1], frame, stroke, means, variances,
            to: &blocks[stretch * bandCount + band])
        }
      }
    }
    let scale = 1 / grid.overlap
    for index in blocks.indices {
      blocks[index].products *= scale
      blocks[index].energies *= scale
      blocks[index].misfits *= scale
      blocks[index].logs *= scale
      blocks[index].blindMisfit *= scale
      blocks[index].blindLog *= scale
    }
    let products = blocks.reduce(Lane.zero) { $0 + $1.products }
    let energies = blocks.reduce(Lane.zero) { $0 + $1.energies }
    let level = Self.atLeastZero(products) / (energies + 1e-9)
    let spread = 0.3 * level + 1e-3
    let prior = 1 / (2 * spread * spread)
    for stretch in 0..<stretchCount {
      for band in 0..<bandCount {
        let (gain, share) = weigh(
          blocks[stretch * bandCount + band], level: level, prior: prior)
        for frame in grid.stretches[stretch]..<grid.stretches[stretch + 1]
        where frame < stroke.frameCount {
          for bin in grid.bands[band]..<grid.bands[band + 1] {
            stroke.gains.values[bin, frame] = gain
            stroke.unexplained.values[bin, frame] = share
          }
        }
      }
    }
    let scratch = Matrix(rowCount: grid.binCount, columnCount: stroke.frameCount)
    stroke.gains.smooth(scratch)
    stroke.unexplained.smooth(scratch)
    for frame in 0..<stroke.frameCount {
      let (a, e) = (
        stroke.gains.values.column(frame), stroke.unexplained.values.column(frame)
      )
      let (w, v) = (variances.values.column(frame), stroke.variance.values.column(frame))
      let share = stroke.share.values.column(frame)
      for bin in 0..<grid.binCount {
        let rest = e[bin] + a[bin] * a[bin] * w[bin] / (v[bin] + 1e-12)
        share[bin] = min(max(rest, Self.leastShare), 1)
      }
    }
  }

  private static func atLeastZero(_ x: Lane) -> Lane { x.replacing(with: 0, where: x .< 0) }

  private func add(
    _ bins: Range<Int>, _ frame: Int, _ stroke: StrokeMeasurement, _ means: [SpectraMatrix],
    _ variances: MapMatrix, to sums: inout Sums
  ) {
    let noise = stroke.noise.values.column(frame)
    let variance = stroke.variance.values.column(frame)
    let gains = stroke.gains.values.column(frame)
    let meanVariance = variances.values.column(frame)
    let channels = Float(means.count)
    // Logarithms of products: exponents are added, mantissas multiplied, and one logarithm taken per 16
    // bins. A product of 16 variances of at least 1e-16 is within what a Double holds.
    var exponents = SIMD8<Int32>.zero
    var mantissas = Lane(repeating: 1)
    var blindProduct: Double = 1
    var pending = 0
    func flush() {
      for lane in 0..<8 {
        sums.logs[lane] +=
          channels * (Float(exponents[lane]) * 0.693_147_18 + logf(mantissas[lane]))
      }
      sums.blindLog += channels * Float(log(blindProduct))
      exponents = .zero
      mantissas = Lane(repeating: 1)
      blindProduct = 1
      pending = 0
    }
    for bin in bins {
      var (product, energy, power) = (Float(0), Float(0), Float(0))
      for channel in means.indices {
        let w = means[channel].column(frame)[bin]
        let y = stroke.observed[channel].column(frame)[bin]
        product += (w * y).sum()
        energy += (w * w).sum()
        power += (y * y).sum()
      }
      let own = variance[bin]
      let base = noise[bin] + gains[bin] * gains[bin] * meanVariance[bin] + 1e-16
      let v = base + Self.shares * own
      let q = 1 / v
      sums.products += product * q
      sums.energies += energy * q
      sums.misfits += power * q
      let bits = unsafeBitCast(v, to: SIMD8<Int32>.self)
      exponents &+= (bits &>> 23) &- 127
      mantissas *= unsafeBitCast((bits & 0x7f_ffff) | 0x3f80_0000, to: Lane.self)
      let blind = noise[bin] + own + 1e-16
      sums.blindMisfit += power / blind
      blindProduct *= Double(blind)
      pending += 1
      if pending == 16 { flush() }
    }
    flush()
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
