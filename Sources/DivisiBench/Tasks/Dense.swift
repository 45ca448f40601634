import DivisiDSP

/// A plain column-major matrix, and products as anyone would write them first.
struct Dense {
  let rowCount: Int
  let columnCount: Int
  var values: [Float]

  init(rowCount: Int, columnCount: Int, values: [Float]? = nil) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values ?? [Float](repeating: 0, count: rowCount * columnCount)
  }

  /// Random numbers in (0, 1].
  static func random(rowCount: Int, columnCount: Int, seed: UInt64) -> Dense {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<rowCount * columnCount).map { _ in generator.nextUnit() }
    return Dense(rowCount: rowCount, columnCount: columnCount, values: values)
  }

  /// A · B.
  static func * (A: Dense, B: Dense) -> Dense {
    var C = Dense(rowCount: A.rowCount, columnCount: B.columnCount)
    C.fill(from: A, B) { a, b, c in
      for column in 0..<B.columnCount {
        for inner in 0..<A.columnCount {
          let gain = b[column * B.rowCount + inner]
          for row in 0..<A.rowCount {
            c[column * A.rowCount + row] += a[inner * A.rowCount + row] * gain
          }
        }
      }
    }
    return C
  }

  /// Aᵀ · B.
  static func transposed(_ A: Dense, times B: Dense) -> Dense {
    var C = Dense(rowCount: A.columnCount, columnCount: B.columnCount)
    C.fill(from: A, B) { a, b, c in
      for column in 0..<B.columnCount {
        for row in 0..<A.columnCount {
          var sum: Float = 0
          for inner in 0..<A.rowCount {
            sum += a[row * A.rowCount + inner] * b[column * A.rowCount + inner]
          }
          c[column * A.columnCount + row] = sum
        }
      }
    }
    return C
  }

  /// A · Bᵀ.
  static func product(_ A: Dense, timesTransposed B: Dense) -> Dense {
    var C = Dense(rowCount: A.rowCount, columnCount: B.rowCount)
    C.fill(from: A, B) { a, b, c in
      for inner in 0..<A.columnCount {
        for column in 0..<B.rowCount {
          let gain = b[inner * B.rowCount + column]
          for row in 0..<A.rowCount {
            c[column * A.rowCount + row] += a[inner * A.rowCount + row] * gain
          }
        }
      }
    }
    return C
  }

  /// A ⊙ B ⊘ (C + ε).
  static func stepped(_ A: Dense, _ B: Dense, _ C: Dense) -> Dense {
    var result = A
    for index in A.values.indices {
      result.values[index] *= B.values[index] / (C.values[index] + 1e-9)
    }
    return result
  }

  /// A ⊘ (B + ε).
  static func quotient(_ A: Dense, _ B: Dense) -> Dense {
    var result = A
    for index in A.values.indices { result.values[index] /= B.values[index] + 1e-9 }
    return result
  }

  /// A + B + …
  static func sum(_ terms: [Dense]) -> Dense {
    var result = terms[0]
    for term in terms.dropFirst() {
      for index in result.values.indices { result.values[index] += term.values[index] }
    }
    return result
  }

  /// max(A − η G, 0), with a step too small to change what is timed.
  mutating func descend(_ gradient: Dense) {
    for index in values.indices {
      values[index] = max(0, values[index] - 1e-9 * gradient.values[index])
    }
  }

  /// The columns moved to the right by some frames, or to the left by a negative number.
  func shifted(by frames: Int) -> Dense {
    var result = Dense(rowCount: rowCount, columnCount: columnCount)
    for column in 0..<columnCount where (0..<columnCount).contains(column - frames) {
      for row in 0..<rowCount {
        result.values[column * rowCount + row] = values[(column - frames) * rowCount + row]
      }
    }
    return result
  }

  private mutating func fill(
    from A: Dense, _ B: Dense,
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    A.values.withUnsafeBufferPointer { a in
      B.values.withUnsafeBufferPointer { b in
        values.withUnsafeMutableBufferPointer { c in
          body(a.baseAddress!, b.baseAddress!, c.baseAddress!)
        }
      }
    }
  }
}
