import Testing

@testable import DivisiDSP

struct DivergenceTests {
  static let betas: [Float] = [-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3]

  @Test(arguments: betas)
  func lossIsThatOfTheReference(beta: Float) {
    let problem = FactorisationProblem(templateFrames: 1, isSparse: false, seed: 41)
    let found = problem.makeModel(beta: beta).loss()
    let expected = DenseReference(problem, beta: Double(beta)).loss
    #expect(abs(found - expected) < 1e-5 * expected)
  }

  @Test(arguments: betas)
  func onlyEqualSpectraHaveNoDivergence(beta: Float) {
    let V = Matrix(rowCount: 16, columnCount: 2)
    for bin in 0..<16 {
      V[bin, 0] = Float(bin + 1) / 16
      V[bin, 1] = V[bin, 0] * (bin % 2 == 0 ? 1.1 : 0.9)
    }
    let divergence = Divergence(beta: beta)
    let bins = BinBlocks.full(binCount: 16)
    defer { withExtendedLifetime(bins) {} }
    let none = divergence.sum(V.column(0), approximation: V.column(0), over: bins.blocks)
    let some = divergence.sum(V.column(0), approximation: V.column(1), over: bins.blocks)
    #expect(abs(none) < 1e-5)
    #expect(some > 0.01)
  }
}
