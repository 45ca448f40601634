import DivisiTestSupport
import Testing

@testable import DivisiDSP

/// The loops over a frame against the obvious ones, at every remainder of a vector.
struct SpectrumKernelTests {
  private static let counts = Array(0...17) + [1025]

  private func spectrum(count: Int, seed: UInt64) -> [SIMD2<Float>] {
    let values = noise(count: 2 * count, seed: seed)
    return (0..<count).map { SIMD2(values[2 * $0], values[2 * $0 + 1]) }
  }

  @Test(arguments: counts) func gainsMultiplyBothParts(count: Int) {
    let (values, gains) = (spectrum(count: count, seed: 1), noise(count: count, seed: 2))
    var result = [SIMD2<Float>](repeating: SIMD2(7, 7), count: count + 1)
    SpectrumKernels.multiply(values, by: gains, to: &result, count: count)
    for bin in 0..<count { #expect(result[bin] == values[bin] * gains[bin]) }
    #expect(result[count] == SIMD2(7, 7))
  }

  @Test(arguments: counts) func powersAddUp(count: Int) {
    let (values, before) = (spectrum(count: count, seed: 3), noise(count: count + 1, seed: 4))
    var power = before
    SpectrumKernels.addPower(of: values, to: &power, count: count)
    for bin in 0..<count {
      let sum = values[bin].x * values[bin].x + values[bin].y * values[bin].y
      #expect(power[bin] == before[bin] + sum)
    }
    #expect(power[count] == before[count])
  }

  @Test(arguments: counts) func magnitudesAreScaledRoots(count: Int) {
    let powers = noise(count: count + 1, seed: 5).map(abs)
    var values = powers
    SpectrumKernels.formMagnitude(&values, scale: 0.25, count: count)
    for bin in 0..<count { #expect(values[bin] == powers[bin].squareRoot() * 0.25) }
    #expect(values[count] == powers[count])
  }

  @Test(arguments: counts) func productsOfSamples(count: Int) {
    let (x, y) = (noise(count: count, seed: 6), noise(count: count, seed: 7))
    var product = [Float](repeating: 9, count: count + 1)
    SpectrumKernels.multiply(x, by: y, to: &product, count: count)
    var sum = product
    SpectrumKernels.addProduct(x, y, to: &sum, count: count)
    for index in 0..<count {
      #expect(product[index] == x[index] * y[index])
      #expect(sum[index] == product[index] + x[index] * y[index])
    }
    #expect(product[count] == 9 && sum[count] == 9)
  }

  /// Four sums are added in another order than one.
  @Test(arguments: counts) func sumsAndDotProducts(count: Int) {
    let (x, y) = (noise(count: count, seed: 8), noise(count: count, seed: 9))
    let sum = x.reduce(0.0) { $0 + Double($1) }
    let dot = zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(Double(SpectrumKernels.sum(x, count: count)) - sum) < 1e-4)
    #expect(abs(Double(SpectrumKernels.dot(x, y, count: count)) - dot) < 1e-4)
  }
}
