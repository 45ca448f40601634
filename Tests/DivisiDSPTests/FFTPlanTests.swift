import DivisiTestSupport
import Glibc
import Testing

@testable import DivisiDSP

/// The transform against its definition in double precision.
struct FFTPlanTests {
  /// Halves that are odd, even, smooth, prime, and one.
  private static let lengths = [2, 4, 6, 8, 10, 12, 22, 30, 64, 90, 250, 96 * 3]
  private static let tolerance = 2e-6

  private func spectrum(of signal: [Float]) -> [SIMD2<Double>] {
    (0...signal.count / 2).map { bin in
      signal.enumerated().reduce(into: SIMD2<Double>.zero) { sum, item in
        let angle = 2 * Double.pi * Double(bin * item.offset % signal.count) / Double(signal.count)
        sum += SIMD2(cos(angle), -sin(angle)) * Double(item.element)
      }
    }
  }

  @Test(arguments: lengths) func forwardFollowsTheDefinition(length: Int) {
    let signal = noise(count: length, seed: UInt64(length))
    let (plan, buffer) = (FFTPlan(length: length), FFTBuffer(length: length))
    for index in 0..<length { buffer.time[index] = signal[index] }
    plan.forward(buffer)
    let expected = spectrum(of: signal)
    let largest = expected.map { ($0 * $0).sum().squareRoot() }.max() ?? 0
    for bin in expected.indices {
      let found = buffer.spectrum[bin]
      let error = SIMD2(Double(found.x), Double(found.y)) - expected[bin]
      #expect((error * error).sum().squareRoot() < Self.tolerance * largest, "bin \(bin)")
    }
    #expect(buffer.spectrum[0].y == 0 && buffer.spectrum[length / 2].y == 0)
  }

  @Test(arguments: lengths) func inverseIsUnscaled(length: Int) {
    let signal = noise(count: length, seed: UInt64(length) + 1)
    let (plan, buffer) = (FFTPlan(length: length), FFTBuffer(length: length))
    for index in 0..<length { buffer.time[index] = signal[index] }
    plan.forward(buffer)
    // What no real signal has is not there.
    buffer.spectrum[0].y = 5
    buffer.spectrum[length / 2].y = -5
    plan.inverse(buffer)
    let found = (0..<length).map { buffer.time[$0] / Float(length) }
    #expect(largestDifference(found, signal) < 1e-6)
  }
}
