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

  /// A level as libsndfile takes integers: left-aligned in 32 bits.
  ///
  /// - Precondition: the sample is finite.
  func leftAligned(_ sample: Float) -> Int32 {
    Int32(level(of: sample)) << Int32(32 - bits)
  }

  /// The nearest whole number, ties to even, of anything below 2^51.
  ///
  /// Beside such a number a Double has no room for fractions; old processors have no instruction for
  /// this, and a call for every sample costs as much as writing it does.
  @inline(__always)
  private func nearest(to value: Float) -> Float {
    let magic = 0x1.8p52
    return Float((Double(value) + magic) - magic)
  }
}
