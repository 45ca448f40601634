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
  /// The mean over all strokes, by channel.
  public let means: [SpectraMatrix]

  private let grid: StrokeGrid
  /// Σ A Z q and Σ A² q + the prior's.
  private let numerators: [SpectraMatrix]
  private let denominators: MapMatrix

  /// Takes the mean.
  ///
  /// - Parameters:
  ///   - strokes: measured, with gains.
  ///   - levels: g of each; with the strokes' own variance they make the prior, a mean of zero.
  public init(_ grid: StrokeGrid, _ strokes: [StrokeMeasurement], _ levels: [Float]) {
    self.grid = grid
    let channels = strokes[0].averaged.count
    numerators = (0..<channels).map { _ in SpectraMatrix(grid) }
    denominators = MapMatrix(grid)
    means = (0..<channels).map { _ in SpectraMatrix(grid) }
    let weight = max(levels.reduce(0) { $0 + $1 * $1 }, 1e-3)
    for frame in 0..<grid.frameCount {
      let sums = denominators.values.column(frame)
      let strokes = strokes.filter { frame < $0.frameCount }
      for bin in 0..<grid.binCount {
        let variance = strokes.reduce(Float(0)) { $0 + $1.variance.values.column(frame)[bin] }
        sums[bin] = weight / max(variance, 1e-20)
      }
      for stroke in strokes {
        let gains = stroke.gains.values.column(frame)
        for bin in 0..<grid.binCount {
          let trust = gains[bin] * Self.precision(of: stroke, frame, bin)
          sums[bin] += gains[bin] * trust
          for channel in 0..<channels {
            numerators[channel].column(frame)[bin] +=
              stroke.averaged[channel].column(frame)[bin] * trust
          }
        }
      }
      for channel in 0..<channels {
        for bin in 0..<grid.binCount {
          means[channel].column(frame)[bin] = numerators[channel].column(frame)[bin] / sums[bin]
        }
      }
    }
  }

  /// q = 1 / (ν_z + e P).
  private static func precision(of stroke: StrokeMeasurement, _ frame: Int, _ bin: Int)
    -> Float
  {
    1
      / (stroke.averagedNoise.values.column(frame)[bin]
        + stroke.unexplained.values.column(frame)[bin] * stroke.variance.values.column(frame)[bin]
        + 1e-12)
  }

  /// The mean over all strokes but one, and its variance.
  public func without(_ stroke: StrokeMeasurement) -> (means: [SpectraMatrix], variances: MapMatrix)
  {
    let means = numerators.map { _ in SpectraMatrix(grid, frames: stroke.frameCount) }
    let variances = MapMatrix(grid, frames: stroke.frameCount)
    for frame in 0..<stroke.frameCount {
      let gains = stroke.gains.values.column(frame)
      let variance = variances.values.column(frame)
      for bin in 0..<grid.binCount {
        let trust = gains[bin] * Self.precision(of: stroke, frame, bin)
        // Differences of sums: never less than rounding leaves of them.
        let sum = denominators.values.column(frame)[bin]
        variance[bin] = 1 / max(sum - gains[bin] * trust, 1e-6 * sum)
        for channel in numerators.indices {
          means[channel].column(frame)[bin] =
            (numerators[channel].column(frame)[bin]
              - stroke.averaged[channel].column(frame)[bin] * trust) * variance[bin]
        }
      }
    }
    return (means, variances)
  }
}
