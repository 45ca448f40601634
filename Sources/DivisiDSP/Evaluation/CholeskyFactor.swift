/// The lower triangular factor of a symmetric positive definite matrix, in double precision.
///
/// Left-looking by blocks of columns, row-major: all inner loops are dot products along rows.
///
/// - SeeAlso: Golub & Van Loan, "Matrix Computations", 4th ed., section 4.2.
struct CholeskyFactor: ~Copyable {
  /// A square matrix, row by row; only the lower triangle is used.
  struct Matrix: ~Copyable, Sendable {
    let order: Int
    private let values: SharedValues<Double>

    /// Makes a matrix of zeros.
    init(order: Int) {
      self.order = order
      values = SharedValues(repeating: 0, count: order * order)
    }

    /// The first value of a row; distinct rows may be written at once. Valid as long as the matrix.
    func row(_ index: Int) -> UnsafeMutablePointer<Double> { values.values(from: index &* order) }
  }

  /// Columns that are finished together: their rows stay in the cache.
  private static let blockLength = 64

  private let matrix: Matrix

  /// Factors a matrix in place.
  ///
  /// - Returns: nil if the matrix is not positive definite to within rounding.
  /// - Complexity: O(order³ / 3).
  init?(consuming matrix: consuming Matrix, parallel: Parallel) {
    guard Self.factor(matrix, parallel: parallel) else { return nil }
    self.matrix = matrix
  }

  /// Replaces the lower triangle by its factor; false if the matrix is not positive definite.
  private static func factor(_ matrix: borrowing Matrix, parallel: Parallel) -> Bool {
    let order = matrix.order
    let smallestShare = Double(order) * Double.ulpOfOne
    let blockLength = Self.blockLength
    for first in stride(from: 0, to: order, by: blockLength) {
      let end = min(first + blockLength, order)
      let smallest = (first..<end).map { smallestShare * matrix.row($0)[$0] }
      let blocksBelow = (order - first + blockLength - 1) / blockLength
      parallel(blocksBelow) { block in
        let start = first + block * blockLength
        Self.subtractProducts(
          matrix, rows: start..<min(start + blockLength, order), columns: first..<end)
      }
      for column in first..<end {
        let row = matrix.row(column)
        for other in first..<column {
          row[other] = Self.eliminated(row, matrix.row(other), column: other, from: first)
        }
        let pivot = row[column] - dot(row + first, row + first, count: column - first)
        guard pivot > smallest[column - first] else { return false }
        row[column] = pivot.squareRoot()
      }
      parallel(blocksBelow - 1) { block in
        let start = end + block * blockLength
        for index in start..<min(start + blockLength, order) {
          let row = matrix.row(index)
          for column in first..<end {
            row[column] = Self.eliminated(row, matrix.row(column), column: column, from: first)
          }
        }
      }
    }
    return true
  }

  /// The solution for one right-hand side.
  ///
  /// - Complexity: O(order²).
  func solve(_ rightHandSide: [Double]) -> [Double] {
    precondition(
      rightHandSide.count == matrix.order,
      "right-hand side of \(rightHandSide.count) for order \(matrix.order)")
    var x = rightHandSide
    x.withUnsafeMutableBufferPointer { buffer in
      guard let x = buffer.baseAddress else { return }
      for index in 0..<matrix.order {
        let row = matrix.row(index)
        x[index] = (x[index] - dot(row, x, count: index)) / row[index]
      }
      for index in (0..<matrix.order).reversed() {
        let row = matrix.row(index)
        x[index] /= row[index]
        let value = x[index]
        for other in 0..<index { x[other] -= value * row[other] }
      }
    }
    return x
  }

  /// One value of the factor below the diagonal, given those on its left from the block's start.
  private static func eliminated(
    _ row: UnsafeMutablePointer<Double>, _ pivotRow: UnsafeMutablePointer<Double>, column: Int,
    from first: Int
  ) -> Double {
    let sum = dot(row + first, pivotRow + first, count: column - first)
    return (row[column] - sum) / pivotRow[column]
  }

  /// Subtracts from a block what the columns before it explain, two rows by four columns at a time.
  private static func subtractProducts(
    _ matrix: borrowing Matrix, rows: Range<Int>, columns: Range<Int>
  ) {
    let count = columns.lowerBound
    guard count > 0 else { return }
    for row in stride(from: rows.lowerBound, to: rows.upperBound, by: 2) {
      let upper = matrix.row(row)
      let lower = matrix.row(min(row + 1, rows.upperBound - 1))
      for column in stride(from: columns.lowerBound, to: columns.upperBound, by: 4) {
        let last = columns.upperBound - 1
        let others = (
          matrix.row(column), matrix.row(min(column + 1, last)),
          matrix.row(min(column + 2, last)), matrix.row(min(column + 3, last))
        )
        let (above, below) = tile(upper, lower, others, count: count)
        for offset in 0..<min(4, columns.upperBound - column) {
          upper[column + offset] -= above[offset]
          if lower != upper { lower[column + offset] -= below[offset] }
        }
      }
    }
  }

  /// The dot products of two rows with four.
  ///
  /// Even and odd terms are summed apart, another order than a scalar loop: saves 60 ms at order
  /// 1536.
  private static func tile(
    _ p: UnsafeMutablePointer<Double>, _ q: UnsafeMutablePointer<Double>,
    _ rows: (
      UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>,
      UnsafeMutablePointer<Double>
    ), count: Int
  ) -> (SIMD4<Double>, SIMD4<Double>) {
    var (p0, p1, p2, p3) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
    var (q0, q1, q2, q3) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
    var index = 0
    while index &+ 1 < count {
      let (x, y) = (pair(p, index), pair(q, index))
      let (a, b) = (pair(rows.0, index), pair(rows.1, index))
      p0 += x * a
      q0 += y * a
      p1 += x * b
      q1 += y * b
      let (c, d) = (pair(rows.2, index), pair(rows.3, index))
      p2 += x * c
      q2 += y * c
      p3 += x * d
      q3 += y * d
      index &+= 2
    }
    return (
      SIMD4(p0.sum(), p1.sum(), p2.sum(), p3.sum()),
      SIMD4(q0.sum(), q1.sum(), q2.sum(), q3.sum())
    )
  }
}

private typealias Pair = SIMD2<Double>

@inline(__always)
private func pair(_ row: UnsafeMutablePointer<Double>, _ index: Int) -> Pair {
  UnsafeRawPointer(row + index).loadUnaligned(as: Pair.self)
}

/// The dot product of two runs of values, summed in four parts for the same reason.
private func dot(
  _ a: UnsafeMutablePointer<Double>, _ b: UnsafeMutablePointer<Double>, count: Int
) -> Double {
  var (even, odd) = (Pair.zero, Pair.zero)
  var index = 0
  while index &+ 3 < count {
    even += pair(a, index) * pair(b, index)
    odd += pair(a, index &+ 2) * pair(b, index &+ 2)
    index &+= 4
  }
  var sum = (even + odd).sum()
  while index < count {
    sum += a[index] * b[index]
    index &+= 1
  }
  return sum
}
