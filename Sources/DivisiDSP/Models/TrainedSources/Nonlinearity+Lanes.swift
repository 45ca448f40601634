extension Nonlinearity {
  /// g and g′ of a column, eight values at a time; what pads it stays as it is, with slopes of zero.
  ///
  /// - Parameters:
  ///   - values: replaced by g of them.
  ///   - slopes: set to g′.
  ///   - count: values; columns are those of a ``Matrix``.
  func apply(
    to values: UnsafeMutablePointer<Float>, slopes: UnsafeMutablePointer<Float>, count: Int
  ) {
    var row = 0
    while row < count {
      let x = values.lanes(row)
      let (value, slope): (Lane, Lane)
      switch self {
      case .relu:
        value = x.replacing(with: 0, where: x .<= 0)
        slope = Lane(repeating: 1).replacing(with: 0, where: x .<= 0)
      case .absolute:
        value = x.replacing(with: -x, where: x .< 0)
        slope = Lane(repeating: 1).replacing(with: -1, where: x .< 0)
      case .softplus: (value, slope) = Self.softplus(x)
      }
      values.setLanes(row, value)
      slopes.setLanes(row, slope)
      row += Lane.scalarCount
    }
    for padding in count..<max(row, count) {
      values[padding] = 0
      slopes[padding] = 0
    }
  }

  /// ln(1 + eˣ) and its slope, both to a few units in the last place.
  private static func softplus(_ x: Lane) -> (Lane, Lane) {
    let positive = x.replacing(with: 0, where: x .<= 0)
    let decay = exponential(x - positive - positive)
    let inverse = 1 / (1 + decay)
    // ln(1 + e) = 2 artanh(e / (2 + e)), whose argument is a third at most.
    let ratio = decay / (2 + decay)
    let square = ratio * ratio
    var series = Lane(repeating: 1 / 13)
    for odd in stride(from: 11, through: 1, by: -2) { series = series * square + 1 / Float(odd) }
    let slope = (decay * inverse).replacing(with: inverse, where: x .> 0)
    return (positive + 2 * ratio * series, slope)
  }

  /// eˣ for x ≤ 0.
  private static func exponential(_ x: Lane) -> Lane {
    // Adding this number and taking it away rounds to a whole one, whose bits are then at the end.
    let rounding: Float = 12_582_912
    let bounded = x.replacing(with: -87, where: x .< -87)
    let shifted = bounded * 1.442_695 + rounding
    let whole = shifted - rounding
    let rest = bounded - whole * 0.693_359_375 + whole * 2.121_944_4e-4
    var series = Lane(repeating: 1 / 720)
    for factor: Float in [120, 24, 6, 2, 1, 1] { series = series * rest + 1 / factor }
    let exponents = unsafeBitCast(shifted, to: SIMD8<Int32>.self)
    let power = (exponents &- Int32(bitPattern: rounding.bitPattern) &+ 127) &<< 23
    return series * unsafeBitCast(power, to: Lane.self)
  }
}
