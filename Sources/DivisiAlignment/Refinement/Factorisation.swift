import DivisiDSP

/// Multiplicative steps of the Kullback-Leibler divergence, a frame at a time.
///
/// - SeeAlso: Lee & Seung, "Algorithms for non-negative matrix factorization", NIPS 2000.
enum Factorisation {
  /// Keeps quotients finite; magnitudes are about 1 where a recording is loud.
  static let floor: Float = 1e-6

  private static func lanes(_ pointer: UnsafeMutablePointer<Float>)
    -> UnsafeMutablePointer<SIMD16<Float>>
  {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: SIMD16<Float>.self)
  }

  /// - Parameter stride: how many values there are, with padding.
  static func sum(_ V: UnsafeMutablePointer<Float>, stride: Int) -> Float {
    let values = lanes(V)
    var total = SIMD16<Float>.zero
    for index in 0..<stride / 16 { total += values[index] }
    return total.sum()
  }

  /// The activations with which fixed templates come near a frame.
  ///
  /// - Parameters:
  ///   - V: the frame, padded as the columns of the templates.
  ///   - templates: each with a sum of 1.
  ///   - active: which of them may sound.
  ///   - quotient: as long as `V`; overwritten.
  ///   - H: of each template its activation, from which the steps begin.
  static func activate(
    _ V: UnsafeMutablePointer<Float>, templates: borrowing Matrix, active: [Int], steps: Int,
    quotient: UnsafeMutablePointer<Float>, into H: UnsafeMutablePointer<Float>
  ) {
    let count = templates.columnStride / 16
    let ratios = lanes(quotient)
    for _ in 0..<steps {
      divide(V, templates: templates, active: active, H, into: quotient)
      for row in active {
        let template = lanes(templates.column(row))
        var sum = SIMD16<Float>.zero
        for index in 0..<count { sum += template[index] * ratios[index] }
        H[row] *= sum.sum()
      }
    }
  }

  /// A frame over what templates make of it.
  static func divide(
    _ V: UnsafeMutablePointer<Float>, templates: borrowing Matrix, active: [Int],
    _ H: UnsafeMutablePointer<Float>, into quotient: UnsafeMutablePointer<Float>
  ) {
    let count = templates.columnStride / 16
    let (values, ratios) = (lanes(V), lanes(quotient))
    for index in 0..<count { ratios[index] = SIMD16(repeating: floor) }
    for row in active {
      let template = lanes(templates.column(row))
      let strength = H[row]
      for index in 0..<count { ratios[index] += template[index] * strength }
    }
    for index in 0..<count { ratios[index] = values[index] / ratios[index] }
  }

  /// Adds what a frame is, as its templates see it, to what they were learnt from.
  ///
  /// - Parameters:
  ///   - quotient: as ``divide(_:templates:active:_:into:)`` leaves it.
  ///   - sums: bands × templates; Σ quotient · activation.
  ///   - first: the column of the first template there.
  static func add(
    _ quotient: UnsafeMutablePointer<Float>, active: [Int], _ H: UnsafeMutablePointer<Float>,
    to sums: borrowing Matrix, from first: Int
  ) {
    let count = sums.columnStride / 16
    let ratios = lanes(quotient)
    for row in active {
      let sum = lanes(sums.column(first + row))
      let strength = H[row]
      for index in 0..<count { sum[index] += ratios[index] * strength }
    }
  }
}
