import DivisiDSP

extension Factorisation {
  /// How alike the encoder and the pseudo-inverse of the decoder are: the mean cosine between their rows, 1 if they are the same
  /// but for gains. Nil without an encoder, and for templates of several frames.
  ///
  /// - Complexity: O(R² (R + K)).
  public var encoderLikeness: Double? {
    guard let encoder, let inverse = pseudoInverse() else { return nil }
    let cosines = components.indices.compactMap { r -> Double? in
      let row = encoder.templates.frame(0, ofComponent: r)
      var (product, one, other) = (0.0, 0.0, 0.0)
      for (k, value) in inverse[r].enumerated() {
        product += Double(row[k]) * value
        one += Double(row[k]) * Double(row[k])
        other += value * value
      }
      return one > 0 && other > 0 ? product / (one * other).squareRoot() : nil
    }
    return cosines.isEmpty ? nil : cosines.reduce(0, +) / Double(cosines.count)
  }

  /// (WᵀW)⁻¹Wᵀ, R rows of K values, of templates of one frame; nil for longer ones.
  public func pseudoInverse() -> [[Double]]? {
    guard model.W.frameCount == 1, !components.isEmpty else { return nil }
    let (K, R) = (model.binCount, components.count)
    let W = (0..<R).map { r in
      (0..<K).map { Double(model.W.frame(0, ofComponent: r)[$0]) }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    // Cholesky: WᵀW = L Lᵀ; templates that are nearly alike, or zero, are kept apart by a little.
    var L = (0..<R).map { row in (0...row).map { dot(W[row], W[$0]) } }
    let floor = Self.relativeFloor * ((0..<R).map { L[$0][$0] }.max() ?? 0) + .leastNormalMagnitude
    for column in 0..<R {
      for row in column..<R {
        var sum = L[row][column] + (row == column ? floor : 0)
        for k in 0..<column { sum -= L[row][k] * L[column][k] }
        L[row][column] = row == column ? max(sum, floor).squareRoot() : sum / L[column][column]
      }
    }
    var result = W
    for row in 0..<R {
      for k in 0..<row { result[row].add(result[k], gain: -L[row][k]) }
      result[row] = result[row].map { $0 / L[row][row] }
    }
    for row in (0..<R).reversed() {
      for k in row + 1..<R { result[row].add(result[k], gain: -L[k][row]) }
      result[row] = result[row].map { $0 / L[row][row] }
    }
    return result
  }

  private static let relativeFloor = 1e-9

  /// What the encoder finds before biases, nonlinearity and dropout, Σ_τ (W_E)_τ ←τ(V): R × N values, N contiguous; of a
  /// deep one, its first layer.
  func codeValues(_ encoder: Encoder) -> [Float] {
    let (R, N, K) = (components.count, model.V.frameCount, model.binCount)
    var values = [Float](repeating: 0, count: R * N)
    for r in 0..<R {
      for t in 0..<encoder.templates.frameCount(ofComponent: r) {
        let row = encoder.templates.frame(t, ofComponent: r)
        for n in 0..<max(N - t, 0) {
          let frame = model.V.values.column(n + t)
          var sum: Float = 0
          for k in 0..<K { sum += row[k] * frame[k] }
          values[r * N + n] += sum
        }
      }
    }
    return values
  }
}

extension [Double] {
  fileprivate mutating func add(_ other: [Double], gain: Double) {
    for index in indices { self[index] += gain * other[index] }
  }
}
