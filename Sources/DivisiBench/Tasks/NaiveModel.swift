import DivisiDSP

/// One iteration of each model as the formulas of the literature give it, on dense matrices.
struct NaiveModel {
  private let V: Dense
  private var W: [Dense]
  private var H: Dense
  private var encoder: [Dense]

  init(templateFrames: Int) {
    let (K, N) = (StandardTask.binCount, StandardTask.frameCount)
    let R = StandardTask.componentCount
    V = .random(rowCount: K, columnCount: N, seed: 1)
    W = (0..<templateFrames).map { .random(rowCount: K, columnCount: R, seed: UInt64($0)) }
    H = .random(rowCount: R, columnCount: N, seed: 3)
    encoder = W
  }

  /// A step on H, then one on W, Euclidean, with Gram matrices.
  mutating func updateEuclidean() {
    let numeratorH = Dense.transposed(W[0], times: V)
    let denominatorH = Dense.transposed(W[0], times: W[0]) * H
    H = .stepped(H, numeratorH, denominatorH)
    let numeratorW = Dense.product(V, timesTransposed: H)
    let denominatorW = W[0] * Dense.product(H, timesTransposed: H)
    W[0] = .stepped(W[0], numeratorW, denominatorW)
  }

  /// A step on H, then one on W, Kullback-Leibler, convolutive.
  mutating func updateKullbackLeibler() {
    var Q = Dense.quotient(V, approximation)
    let ones = Dense(
      rowCount: 1, columnCount: V.rowCount, values: [Float](repeating: 1, count: V.rowCount))
    var numeratorH = Dense(rowCount: H.rowCount, columnCount: H.columnCount)
    var denominatorH = numeratorH
    for (delay, w) in W.enumerated() {
      let reached = Dense.transposed(w, times: Q.shifted(by: -delay))
      let sums = ones * w
      for index in numeratorH.values.indices {
        numeratorH.values[index] += reached.values[index]
        denominatorH.values[index] += sums.values[index % H.rowCount]
      }
    }
    H = .stepped(H, numeratorH, denominatorH)
    Q = Dense.quotient(V, approximation)
    for (delay, w) in W.enumerated() {
      let late = H.shifted(by: delay)
      let numerator = Dense.product(Q, timesTransposed: late)
      var totals = Dense(rowCount: w.rowCount, columnCount: w.columnCount)
      for index in late.values.indices {
        totals.values[index % H.rowCount * w.rowCount] += late.values[index]
      }
      for index in totals.values.indices {
        totals.values[index] = totals.values[index / w.rowCount * w.rowCount]
      }
      W[delay] = .stepped(w, numerator, totals)
    }
  }

  /// A multiplicative step on encoder and decoder from one approximation, then the code anew;
  /// convolutive encoders look ahead.
  mutating func updateAutoencoder(_ divergence: Divergence) {
    let fitted = approximation
    let isEuclidean = divergence == Divergence(beta: 2)
    let P = isEuclidean ? V : Dense.quotient(V, fitted)
    let D =
      isEuclidean
      ? fitted
      : Dense(
        rowCount: V.rowCount, columnCount: V.columnCount,
        values: [Float](repeating: 1, count: V.values.count))
    let (numerator, denominator) = (backprojection(of: P), backprojection(of: D))
    for delay in W.indices {
      let input = V.shifted(by: -delay)
      encoder[delay] = .stepped(
        encoder[delay], .product(input, timesTransposed: numerator),
        .product(input, timesTransposed: denominator))
      let late = H.shifted(by: delay)
      W[delay] = .stepped(
        W[delay], .product(P, timesTransposed: late), .product(D, timesTransposed: late))
    }
    encode()
  }

  /// A gradient step on encoder and decoder from one approximation, then the code anew.
  mutating func stepByGradient(_ divergence: Divergence) {
    var errors = approximation
    let isEuclidean = divergence == Divergence(beta: 2)
    for index in errors.values.indices {
      let (v, fitted) = (V.values[index], errors.values[index])
      errors.values[index] = isEuclidean ? fitted - v : 1 - v / fitted
    }
    let slopes = backprojection(of: errors)
    for delay in W.indices {
      encoder[delay].descend(.product(V.shifted(by: -delay), timesTransposed: slopes))
      W[delay].descend(.product(errors, timesTransposed: H.shifted(by: delay)))
    }
    encode()
  }

  /// Σ_τ W_τᵀ ←τ(A).
  private func backprojection(of A: Dense) -> Dense {
    Dense.sum(W.indices.map { .transposed(W[$0], times: A.shifted(by: -$0)) })
  }

  private mutating func encode() {
    H = .sum(encoder.indices.map { .transposed(encoder[$0], times: V.shifted(by: -$0)) })
  }

  private var approximation: Dense {
    .sum(W.indices.map { W[$0] * H.shifted(by: $0) })
  }
}
