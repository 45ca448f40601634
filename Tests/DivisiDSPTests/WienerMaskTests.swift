import Glibc
import Testing

@testable import DivisiDSP

/// V̂ of one part or of all, frame after frame.
func approximation(of model: ConvolutiveNMF, part: Int16?) -> [Float] {
  let column = Matrix(rowCount: model.binCount, columnCount: 1)
  return (0..<model.V.frameCount).flatMap { frame in
    column.column(0).update(repeating: 0, count: column.columnStride)
    model.addApproximation(ofFrame: frame, part: part, to: column.column(0))
    return (0..<model.binCount).map { column[$0, 0] }
  }
}

struct WienerMaskTests {
  private static let binCount = FactorisationProblem.binCount
  private static let frameCount = FactorisationProblem.frameCount

  private func model(seed: UInt64 = 31, gain: Float = 1) -> ConvolutiveNMF {
    let problem = FactorisationProblem(templateFrames: 5, isSparse: true, seed: seed)
    let model = problem.makeModel(beta: 1)
    for _ in 0..<3 {
      model.update(templates: false, activations: true)
    }
    for entry in model.H.indices { model.H[entry] *= gain }
    return model
  }

  /// masks[frame][part][bin].
  private func masks(_ mask: WienerMask, _ model: ConvolutiveNMF, binCount: Int) -> [[[Float]]] {
    let output = Matrix(rowCount: binCount, columnCount: mask.partCount)
    let scratch = Matrix(rowCount: binCount, columnCount: 2)
    return (0..<Self.frameCount).map { frame in
      mask.compute(from: model, frame: frame, into: output, scratch: scratch)
      return (0..<mask.partCount).map { part in (0..<binCount).map { output[$0, part] } }
    }
  }

  /// At the last of these gains, powers of V̂ itself would vanish in single precision.
  @Test(arguments: [Float(0.5), 1, 1.3, 2, 4, 10], [Float(1), 1e-6])
  func masksSumToOneWhereAnythingIsExplained(exponent: Float, gain: Float) {
    let model = model(gain: gain)
    let mask = WienerMask(
      partCount: 2, exponent: exponent, hasResidual: false, extrapolationBins: 0..<0)
    let all = approximation(of: model, part: nil)
    var explained = 0
    for (frame, parts) in masks(mask, model, binCount: Self.binCount).enumerated() {
      for bin in 0..<Self.binCount {
        #expect(parts.allSatisfy { (0...1).contains($0[bin]) })
        let sum = parts.reduce(0) { $0 + $1[bin] }
        if all[frame * Self.binCount + bin] > 0 {
          explained += 1
          #expect(abs(sum - 1) < 1e-6)
        } else {
          #expect(sum == 0)
        }
      }
    }
    #expect(explained > 100)
  }

  /// The formula in double precision, with and without a residual, for models that explain much or
  /// little of the mixture.
  @Test(arguments: [Float(1), 2, 1.3], [Float(1), 0.1])
  func masksFollowTheFormula(exponent: Float, gain: Float) {
    let model = model(gain: gain)
    let parts = (0..<2).map { approximation(of: model, part: Int16($0)) }
    for hasResidual in [false, true] {
      let mask = WienerMask(
        partCount: 2, exponent: exponent, hasResidual: hasResidual, extrapolationBins: 0..<0)
      var smallest: Float = 1
      for (frame, found) in masks(mask, model, binCount: Self.binCount).enumerated() {
        for bin in 0..<Self.binCount {
          let index = frame * Self.binCount + bin
          let powers = parts.map { pow(Double($0[index]), Double(exponent)) }
          let all = parts.reduce(0.0) { $0 + Double($1[index]) }
          let excess = max(Double(model.V.values[bin, frame]) - 4 * all, 0)
          let total =
            powers.reduce(0, +) + (hasResidual ? pow(excess, Double(exponent)) : 0)
          for part in 0..<2 {
            let expected = total > 0 ? powers[part] / total : 0
            #expect(abs(Double(found[part][bin]) - expected) < 1e-4)
          }
          if all > 0 { smallest = min(smallest, found[0][bin] + found[1][bin]) }
        }
      }
      if gain < 1 { #expect((smallest < 0.5) == hasResidual) }
    }
  }

  @Test func binsAboveFollowTheHighestFittedOnes() {
    let model = model()
    let band = 25..<Self.binCount
    let mask = WienerMask(
      partCount: 2, exponent: 2, hasResidual: false, extrapolationBins: band)
    let parts = (0..<2).map { approximation(of: model, part: Int16($0)) }
    for (frame, found) in masks(mask, model, binCount: 60).enumerated() {
      let powers = parts.map { part in
        band.reduce(0.0) { $0 + pow(Double(part[frame * Self.binCount + $1]), 2) }
      }
      for part in 0..<2 {
        let expected = powers.reduce(0, +) > 0 ? powers[part] / powers.reduce(0, +) : 0
        for bin in Self.binCount..<60 {
          #expect(abs(Double(found[part][bin]) - expected) < 1e-5)
        }
      }
    }
  }
}
