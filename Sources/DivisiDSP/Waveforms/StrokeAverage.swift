/// The mean waveform of a cluster, each stroke weighted by how reliably it is observed, bin by bin.
///
///     W = Σ_i A_i q_i Z_i / S,   S = Σ_i A_i² q_i + Σ_i g_i² / Σ_i P_i,   q = 1 / (ν_z + e P)
///
/// and without stroke i, whose own prediction must not know it, with its variance:
///
///     W₋ᵢ = (S W − A_i q_i Z_i) / (S − A_i² q_i),   σ² = 1 / (S − A_i² q_i)
///
/// Z, ν_z, P, A and e are those of ``StrokeMeasurement``; g is a stroke's level. The last term of S is a
/// prior of mean zero and of the strokes' own variance, so that a bin that nobody observes is zero.
public struct StrokeAverage: Sendable {
  private let grid: StrokeGrid
  /// Σ A Z q and Σ A² q + the prior's, in as many frames as the longest stroke has.
  private let numerators: [SpectraMatrix]
  private let denominators: MapMatrix

  /// Takes the mean.
  ///
  /// - Parameters:
  ///   - strokes: measured, with gains; at least one.
  ///   - levels: g of each; with the strokes' own variance they make the prior, a mean of zero.
  public init(_ grid: StrokeGrid, _ strokes: [StrokeMeasurement], _ levels: [Float]) {
    self.grid = grid
    let frameCount = strokes.reduce(0) { max($0, $1.frameCount) }
    numerators = strokes[0].averaged.map { _ in SpectraMatrix(grid, frames: frameCount) }
    denominators = MapMatrix(grid, frames: frameCount)
    let weight = max(levels.reduce(0) { $0 + $1 * $1 }, 1e-3)
    let bins = stride(from: 0, to: grid.binCount, by: Lane.scalarCount)
    let scratch = Matrix(rowCount: grid.binCount, columnCount: 1)
    let trust = scratch.column(0)
    for frame in 0..<frameCount {
      let sums = denominators.values.column(frame)
      for stroke in strokes where frame < stroke.frameCount {
        let variance = stroke.variance.column(frame)
        for bin in bins { sums.setLanes(bin, sums.lanes(bin) + variance.lanes(bin)) }
      }
      for bin in bins {
        let sum = sums.lanes(bin)
        sums.setLanes(bin, weight / sum.replacing(with: 1e-20, where: sum .< 1e-20))
      }
      for stroke in strokes where frame < stroke.ownFrameCount {
        stroke.writeTrust(frame, to: trust)
        let gains = stroke.gains.column(frame)
        for bin in bins {
          sums.setLanes(bin, sums.lanes(bin) + gains.lanes(bin) * trust.lanes(bin))
        }
        for channel in numerators.indices {
          let numerator = numerators[channel].values.column(frame)
          let averaged = stroke.averaged[channel].values.column(frame)
          for bin in bins {
            let (low, high) = trust.lanes(bin).pairs
            let pair = 2 * bin
            numerator.setLanes(pair, numerator.lanes(pair) + averaged.lanes(pair) * low)
            numerator.setLanes(
              pair + 8, numerator.lanes(pair + 8) + averaged.lanes(pair + 8) * high)
          }
        }
      }
    }
  }

  /// The mean over all strokes as sound in stroke time, the sum of all channels.
  public var waveform: [Float] {
    let scratch = Matrix(rowCount: grid.binCount, columnCount: 1)
    let inverse = scratch.column(0)
    var sum: [Float] = []
    for numerator in numerators {
      let waveform = grid.waveform(ofFrames: denominators.values.columnCount) { frame, spectrum in
        let sums = denominators.values.column(frame)
        for bin in 0..<grid.binCount { inverse[bin] = 1 / sums[bin] }
        SpectrumKernels.multiply(
          numerator.column(frame), by: inverse, to: spectrum, count: grid.binCount)
      }
      sum = sum.isEmpty ? waveform : zip(sum, waveform).map { $0 + $1 }
    }
    return sum
  }

  /// The mean over all strokes but one, and its variance.
  public func without(_ stroke: StrokeMeasurement) -> (means: [SpectraMatrix], variances: MapMatrix)
  {
    let means = numerators.map { _ in SpectraMatrix(grid, frames: stroke.frameCount) }
    let variances = MapMatrix(grid, frames: stroke.frameCount)
    let bins = stride(from: 0, to: grid.binCount, by: Lane.scalarCount)
    let scratch = Matrix(rowCount: grid.binCount, columnCount: 1)
    let trust = scratch.column(0)
    for frame in 0..<stroke.frameCount {
      // Nothing of it is in the mean of later frames.
      let isOwn = frame < stroke.ownFrameCount
      if isOwn {
        stroke.writeTrust(frame, to: trust)
      } else {
        trust.update(repeating: 0, count: grid.binCount)
      }
      let gains = stroke.gains.column(frame)
      let (sums, variance) = (
        denominators.values.column(frame), variances.values.column(frame)
      )
      for bin in bins {
        // Differences of sums: never less than rounding leaves of them.
        let sum = sums.lanes(bin)
        let (rest, least) = (sum - gains.lanes(bin) * trust.lanes(bin), 1e-6 * sum)
        variance.setLanes(bin, 1 / rest.replacing(with: least, where: rest .< least))
      }
      for channel in numerators.indices {
        let numerator = numerators[channel].values.column(frame)
        let averaged = stroke.averaged[channel].values.column(
          min(frame, stroke.ownFrameCount - 1))
        let mean = means[channel].values.column(frame)
        for bin in bins {
          let (trusts, inverses) = (trust.lanes(bin).pairs, variance.lanes(bin).pairs)
          let pair = 2 * bin
          mean.setLanes(
            pair, (numerator.lanes(pair) - averaged.lanes(pair) * trusts.0) * inverses.0)
          mean.setLanes(
            pair + 8,
            (numerator.lanes(pair + 8) - averaged.lanes(pair + 8) * trusts.1) * inverses.1)
        }
      }
    }
    return (means, variances)
  }
}
