internal import Glibc

/// How loud a bin sounds: weights of its power.
///
/// - SeeAlso: ITU-R BS.1770-4, annex 1: the K-weighting, whose filters are given for 48 kHz.
public enum Loudness {
  private typealias Filter = (b: [Double], a: [Double])
  private static let filters: [Filter] = [
    (
      [1.53512485958697, -2.69169618940638, 1.19839281085285],
      [1, -1.69065929318241, 0.73248077421585]
    ),
    ([1, -2, 1], [1, -1.99004745483398, 0.99007225036621]),
  ]
  private static let filterRate = 48_000.0

  /// K weights, 1 or a little more where hearing is good, 0 at 0 Hz.
  public static func weights(_ grid: TimeGrid) -> [Float] {
    (0..<grid.binCount).map { bin in
      let hertz = min(grid.frequency(ofBin: bin), filterRate / 2)
      return Float(filters.reduce(1) { $0 * power(of: $1, atHertz: hertz) })
    }
  }

  /// |b(z)|² / |a(z)|² on the unit circle.
  private static func power(of filter: Filter, atHertz hertz: Double) -> Double {
    let angle = 2 * Double.pi * hertz / filterRate
    func square(_ values: [Double]) -> Double {
      let real = values.indices.reduce(0) { $0 + values[$1] * cos(Double($1) * angle) }
      let imaginary = values.indices.reduce(0) { $0 + values[$1] * sin(Double($1) * angle) }
      return real * real + imaginary * imaginary
    }
    return square(filter.b) / square(filter.a)
  }
}
