import Foundation

/// ALGORITHMS.md section 1 as it is written there: dense arrays, double precision, a loop per sum.
///
/// Indices are W[τ][k][r], H[r][n], V[k][n]. The ones that the denominators of NMFD correlate with
/// are shifted as everything else is, which makes the gradient exact at the end of a recording. ε is
/// added to V̂ wherever V̂ is raised to a power, and to denominators. A component that never sounds
/// keeps its templates, which the formulas alone would set to zero.
struct DenseReference {
  typealias Grid = [[Double]]

  let V: Grid
  var W: [Grid]
  var H: Grid
  /// M_H.
  let mask: Grid
  /// W_E[τ][k][r].
  var encoder: [Grid]
  let beta: Double

  private let epsilon = 1e-9
  private var K: Int { V.count }
  private var N: Int { V[0].count }
  private var R: Int { H.count }
  private var T: Int { W.count }

  init(_ problem: FactorisationProblem, beta: Double) {
    let (bins, frames) = (0..<FactorisationProblem.binCount, 0..<FactorisationProblem.frameCount)
    V = bins.map { k in frames.map { n in Double(problem.V[n][k]) } }
    W = problem.W[0].indices.map { t in
      bins.map { k in problem.W.map { Double($0[t][k]) } }
    }
    mask = problem.rows.map { $0.weights.map(Double.init) }
    H = mask
    encoder = []
    self.beta = beta
  }

  /// V̂ = Σ_τ W_τ →τ(H).
  var approximation: Grid {
    var result = Grid(repeating: [Double](repeating: 0, count: N), count: K)
    for k in 0..<K {
      for n in 0..<N {
        for t in 0...min(n, T - 1) {
          for r in 0..<R { result[k][n] += W[t][k][r] * H[r][n - t] }
        }
      }
    }
    return result
  }

  /// V̂^(β−2) ⊙ V.
  private func weighted(_ approximation: Grid) -> Grid {
    if beta == 2 { return V }
    return map(approximation) { k, n, value in V[k][n] * pow(value + epsilon, beta - 2) }
  }

  /// V̂^(β−1).
  private func raised(_ approximation: Grid) -> Grid {
    if beta == 2 { return approximation }
    return map(approximation) { _, _, value in pow(value + epsilon, beta - 1) }
  }

  private func map(_ grid: Grid, _ body: (Int, Int, Double) -> Double) -> Grid {
    grid.indices.map { k in grid[k].indices.map { n in body(k, n, grid[k][n]) } }
  }

  /// Σ_τ A_τᵀ ←τ(X), R × N.
  private func analysed(_ X: Grid, by A: [Grid]) -> Grid {
    var result = Grid(repeating: [Double](repeating: 0, count: N), count: R)
    for r in 0..<R {
      for n in 0..<N {
        for t in 0..<T where n + t < N {
          for k in 0..<K { result[r][n] += A[t][k][r] * X[k][n + t] }
        }
      }
    }
    return result
  }

  /// X →τ(C)ᵀ for each τ: T × K × R.
  private func collected(_ X: Grid, with C: Grid) -> [Grid] {
    (0..<T).map { t in
      (0..<K).map { k in
        (0..<R).map { r in (t..<N).reduce(0) { $0 + X[k][$1] * C[r][$1 - t] } }
      }
    }
  }

  /// One multiplicative step from one approximation.
  mutating func update(templates: Bool, activations: Bool) {
    let approximation = approximation
    let (P, D) = (weighted(approximation), raised(approximation))
    let oldW = W
    if templates { W = stepped(W, collected(P, with: H), collected(D, with: H)) }
    if activations {
      let (numerators, denominators) = (analysed(P, by: oldW), analysed(D, by: oldW))
      H = map(H) { r, n, h in h * numerators[r][n] / (denominators[r][n] + epsilon) }
    }
  }

  private func stepped(_ factor: [Grid], _ numerators: [Grid], _ denominators: [Grid]) -> [Grid] {
    factor.indices.map { t in
      map(factor[t]) { k, r, w in
        mask[r].allSatisfy { $0 == 0 }
          ? w : w * numerators[t][k][r] / (denominators[t][k][r] + epsilon)
      }
    }
  }

  /// The encoder as the decoder's transpose, its rows scaled so that ΣH stays.
  mutating func startEncoder() {
    let sums = H.map { $0.reduce(0, +) }
    encoder = W
    encode()
    for r in 0..<R {
      let code = H[r].reduce(0, +)
      if code > 0 && sums[r] > 0 { scaleEncoder(r, by: sums[r] / code) }
    }
    encode()
  }

  /// H = M_H ⊙ Σ_τ (W_E)_τ ←τ(V).
  mutating func encode() {
    let code = analysed(V, by: encoder)
    H = map(code) { r, n, h in h * mask[r][n] }
  }

  /// W_E ← W_E ⊙ (((W_Dᵀ P) ⊙ M_H) Vᵀ) ⊘ (((W_Dᵀ D) ⊙ M_H) Vᵀ + ε), W_D's step and the code: both
  /// steps from one approximation, or for β = 2 the second from the code after the first.
  mutating func updateAutoencoder() {
    let (P, D) = (weighted(approximation), raised(approximation))
    let numerators = map(analysed(P, by: W)) { r, n, x in x * mask[r][n] }
    let denominators = map(analysed(D, by: W)) { r, n, x in x * mask[r][n] }
    encoder = stepped(
      encoder, collected(V, with: numerators), collected(V, with: denominators))
    if beta == 2 {
      encode()
      W = stepped(W, collected(V, with: H), collected(approximation, with: H))
    } else {
      W = stepped(W, collected(P, with: H), collected(D, with: H))
    }
  }

  /// Templates to a sum of 1, H and the encoder inversely.
  mutating func normalise() {
    for r in 0..<R {
      let sum = (0..<T).reduce(0.0) { sum, t in (0..<K).reduce(sum) { $0 + W[t][$1][r] } }
      guard sum > 0 else { continue }
      for t in 0..<T {
        for k in 0..<K { W[t][k][r] /= sum }
      }
      for n in 0..<N { H[r][n] *= sum }
      if !encoder.isEmpty { scaleEncoder(r, by: sum) }
    }
  }

  private mutating func scaleEncoder(_ r: Int, by gain: Double) {
    for t in 0..<T {
      for k in 0..<K { encoder[t][k][r] *= gain }
    }
  }

  /// Févotte & Idier 2011, eq. 2, of V + ε from V̂ + ε.
  var loss: Double {
    let approximation = approximation
    var sum = 0.0
    for k in 0..<K {
      for n in 0..<N {
        let (x, y) = (V[k][n] + epsilon, approximation[k][n] + epsilon)
        switch beta {
        case 0: sum += x / y - log(x / y) - 1
        case 1: sum += x * log(x / y) - x + y
        default:
          let mixed = beta * x * pow(y, beta - 1)
          sum += (pow(x, beta) + (beta - 1) * pow(y, beta) - mixed) / (beta * (beta - 1))
        }
      }
    }
    return sum
  }
}
