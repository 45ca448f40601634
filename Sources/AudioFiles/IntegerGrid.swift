/// The levels of integer samples with a number of bits.
///
/// All arithmetic is exact: the scale is a power of two, and 24 bits fit a Float.
struct IntegerGrid {
  /// Bits of a sample, 2 to 24.
  let bits: Int
  /// The level of full scale, 2^(bits − 1).
  let scale: Float

  init(bits: Int) {
    self.bits = bits
    scale = Float(1 << (bits - 1))
  }

  /// The nearest level, ties to even, limited to −scale … scale − 1; NaN stays NaN.
  func level(of sample: Float) -> Float {
    let level = nearest(to: sample * scale)
    return level < -scale ? -scale : level > scale - 1 ? scale - 1 : level
  }

  /// Whether the nearest level lies outside the grid.
  func clips(_ sample: Float) -> Bool {
    let level = nearest(to: sample * scale)
    return level < -scale || level > scale - 1
  }

  /// Levels as libsndfile takes integers: left-aligned in 32 bits.
  ///
  /// - Parameter clippedCount: grows by the samples that were beyond full scale.
  /// - Precondition: the samples are finite.
  func leftAligned(_ samples: SIMD8<Float>, clippedCount: inout Int) -> SIMD8<Int32> {
    var values = samples * SIMD8(repeating: scale)
    // One beyond the ends, which still says that it is.
    let (below, above) = (SIMD8(repeating: -scale - 1), SIMD8(repeating: scale))
    values.replace(with: below, where: values .< below)
    values.replace(with: above, where: values .> above)
    let sums = SIMD8<Double>(values) + SIMD8(repeating: Self.magic)
    // The number is in the last bits of the sum.
    var levels = SIMD8<Int32>(truncatingIfNeeded: unsafeBitCast(sums, to: SIMD8<Int64>.self))
    let (lowest, highest) = (SIMD8(repeating: -Int32(scale)), SIMD8(repeating: Int32(scale) - 1))
    let clips = (levels .< lowest) .| (levels .> highest)
    clippedCount &-= Int(unsafeBitCast(clips, to: SIMD8<Int32>.self).wrappedSum())
    levels.replace(with: lowest, where: levels .< lowest)
    levels.replace(with: highest, where: levels .> highest)
    return levels &<< SIMD8(repeating: Int32(32 - bits))
  }

  /// Added to anything below 2^51, it leaves a Double no room for fractions: the nearest whole number,
  /// ties to even. Old processors have no instruction for this, and a call for every sample costs as
  /// much as writing it does.
  private static let magic = 0x1.8p52

  @inline(__always)
  private func nearest(to value: Float) -> Float {
    Float((Double(value) + Self.magic) - Self.magic)
  }
}
