import DivisiTestSupport
import Foundation
import Testing

@testable import DivisiDSP

/// A transform that is learnt with a factorisation.
struct LearntTransformTests {
  private static let (binCount, frameCount) = (21, 30)
  private static let bins = 1..<binCount - 1

  /// Spectra of two channels, by channel and frame.
  private func spectra(seed: UInt64) -> [[[SIMD2<Float>]]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<2).map { _ in
      (0..<Self.frameCount).map { _ in
        (0..<Self.binCount).map { _ in SIMD2(generator.nextUnit() - 0.5, generator.nextUnit() - 0.5)
        }
      }
    }
  }

  private func transposed(_ spectra: [[[SIMD2<Float>]]]) -> TransposedSpectra {
    let result = TransposedSpectra(
      binCount: Self.binCount, frameCount: Self.frameCount, channelCount: spectra.count)
    for (channel, frames) in spectra.enumerated() {
      for (frame, spectrum) in frames.enumerated() {
        result.set(spectrum, scale: 1, frame: frame, channel: channel)
      }
    }
    return result
  }

  /// V̂ with a column per bin, of rank one.
  private func approximation(seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    let frames = (0..<Self.frameCount).map { _ in generator.nextUnit() }
    let result = Matrix(rowCount: Self.frameCount, columnCount: Self.binCount)
    for bin in 0..<Self.binCount {
      let level = generator.nextUnit()
      for frame in 0..<Self.frameCount { result[frame, bin] = level * frames[frame] }
    }
    return result
  }

  private func loss(
    _ spectra: TransposedSpectra, _ approximation: borrowing Matrix, _ divergence: Divergence
  ) -> Double {
    let V = Matrix(rowCount: Self.binCount, columnCount: Self.frameCount)
    spectra.formMagnitudes(into: V)
    let frames = Matrix(rowCount: Self.frameCount, columnCount: 1)
    let all = BinBlocks.full(binCount: Self.frameCount)
    return withExtendedLifetime(all) {
      (0..<Self.binCount).reduce(0) { sum, bin in
        for frame in 0..<Self.frameCount { frames[frame, 0] = V[bin, frame] }
        return sum
          + divergence.sum(
            frames.column(0), approximation: approximation.column(bin), over: all.blocks)
      }
    }
  }

  @Test(arguments: [Float(0), 1, 2])
  func sweepsNeverRaiseTheDivergence(beta: Float) {
    let spectra = transposed(spectra(seed: 1))
    let approximation = approximation(seed: 2)
    let divergence = Divergence(beta: beta)
    var transform = LearntTransform()
    let start = loss(spectra, approximation, divergence)
    var last = start
    for _ in 0..<10 {
      transform.sweep(
        spectra, bins: Self.bins, towards: approximation, divergence: divergence, angle: 0.2,
        parallel: sequentially)
      let loss = loss(spectra, approximation, divergence)
      #expect(loss <= last * (1 + 1e-6))
      last = loss
    }
    #expect(last < 0.95 * start)
  }

  /// What the sweeps have made of the frames is what the transform makes of each, and the inverse gives the frames back.
  @Test func synthesisOfTheAnalysisIsTheInput() {
    let input = spectra(seed: 3)
    let spectra = transposed(input)
    let approximation = approximation(seed: 4)
    var transform = LearntTransform()
    for _ in 0..<12 {
      transform.sweep(
        spectra, bins: Self.bins, towards: approximation, divergence: Divergence(beta: 1),
        angle: 0.3, parallel: threaded)
    }
    let learnt = Matrix(rowCount: Self.binCount, columnCount: Self.frameCount)
    spectra.formMagnitudes(into: learnt)
    for frame in 0..<Self.frameCount {
      var powers = [Float](repeating: 0, count: Self.binCount)
      for channel in input.indices {
        let before = input[channel][frame]
        var spectrum = before
        transform.apply(to: &spectrum)
        #expect(spectrum != before)
        #expect(spectrum[0] == before[0] && spectrum[Self.binCount - 1] == before.last!)
        for bin in powers.indices { powers[bin] += (spectrum[bin] * spectrum[bin]).sum() }
        transform.invert(&spectrum)
        for (found, expected) in zip(spectrum, before) {
          let difference = found - expected
          #expect((difference * difference).sum() < 1e-10)
        }
      }
      for bin in powers.indices {
        #expect(abs(powers[bin].squareRoot() - learnt[bin, frame]) < 1e-5)
      }
    }
  }

  /// Rows that were mixed by a rotation come apart again, where a model knows their magnitudes.
  @Test func aRotationIsFound() {
    let K = Self.binCount
    var mixed = spectra(seed: 5)
    let approximation = Matrix(rowCount: Self.frameCount, columnCount: K)
    let (c, s) = (Float(cos(0.7)), Float(sin(0.7)))
    for frame in 0..<Self.frameCount {
      // Each frame has one of the two bins.
      let bin = 8 + frame % 2
      var power: Float = 0
      for channel in mixed.indices {
        var spectrum = [SIMD2<Float>](repeating: .zero, count: K)
        spectrum[bin] = mixed[channel][frame][bin]
        power += (spectrum[bin] * spectrum[bin]).sum()
        (spectrum[8], spectrum[9]) = (
          c * spectrum[8] - s * spectrum[9], c * spectrum[9] + s * spectrum[8]
        )
        mixed[channel][frame] = spectrum
      }
      approximation[frame, bin] = power.squareRoot()
    }
    let spectra = transposed(mixed)
    let divergence = Divergence(beta: 2)
    let start = loss(spectra, approximation, divergence)
    var transform = LearntTransform()
    for sweep in 0..<16 {
      transform.sweep(
        spectra, bins: Self.bins, towards: approximation, divergence: divergence,
        angle: sweep < 8 ? 0.2 : 0.02, parallel: sequentially)
    }
    #expect(loss(spectra, approximation, divergence) < 0.01 * start)
  }
}
