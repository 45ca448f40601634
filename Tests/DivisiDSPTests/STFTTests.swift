import DivisiDSP
import DivisiTestSupport
import Glibc
import Testing

struct STFTTests {
  struct Case: CustomTestStringConvertible {
    let window: Int
    let hop: Int
    var testDescription: String { "window \(window), hop \(hop)" }
  }

  static let cases = [
    Case(window: 4, hop: 1), Case(window: 4, hop: 2), Case(window: 64, hop: 16),
    Case(window: 64, hop: 32), Case(window: 128, hop: 33), Case(window: 90, hop: 13),
    Case(window: 90, hop: 45), Case(window: 250, hop: 7),
  ]

  /// Single precision leaves about 1e-7 of the largest sample at each of a few stages.
  private static let tolerance: Float = 3e-6

  @Test(arguments: cases)
  func inverseReturnsTheSignal(item: Case) {
    let grid = TimeGrid(sampleRate: 8000, windowLength: item.window, hopSize: item.hop)
    let counts = [0, 1, 2, 3, item.hop, item.window / 2, item.window - 1, item.window + 1, 777]
    for count in counts {
      let signal = noise(count: count, seed: UInt64(count))
      #expect(largestDifference(roundTrip(signal, grid), signal) < Self.tolerance, "\(count)")
    }
  }

  @Test(arguments: [8000.0, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
  func inverseReturnsTheSignalAtEveryRate(sampleRate: Double) {
    let grid = TimeGrid(sampleRate: sampleRate, resolution: 512, hopAtResolution: 128)
    let signal = noise(count: 3 * grid.windowLength + 5, seed: 9)
    #expect(largestDifference(roundTrip(signal, grid), signal) < Self.tolerance)
  }

  @Test func impulseAtAFramesCentreIsFlat() {
    let grid = TimeGrid(sampleRate: 8000, windowLength: 32, hopSize: 8)
    var signal = [Float](repeating: 0, count: 80)
    signal[40] = 0.5
    for magnitude in magnitudes(signal, grid, frame: 5) { #expect(abs(magnitude - 0.5) < 1e-6) }
    for magnitude in magnitudes(signal, grid, frame: 7) { #expect(magnitude == 0) }
  }

  /// The transform of a Hann window: half the length at 0, a quarter beside it, nothing beyond.
  @Test func constantGivesTheWindowsLobe() {
    let grid = TimeGrid(sampleRate: 8000, windowLength: 32, hopSize: 8)
    let found = magnitudes([Float](repeating: 1, count: 200), grid, frame: 10)
    let expected: [Float] = [16, 8] + [Float](repeating: 0, count: 15)
    #expect(largestDifference(found, expected) < 1e-5)
  }

  @Test func sineGivesALobeAroundItsBin() {
    let grid = TimeGrid(sampleRate: 8000, windowLength: 32, hopSize: 8)
    let hertz = grid.frequency(ofBin: 6)
    let signal = (0..<200).map { Float(sin(2 * .pi * hertz * Double($0) / grid.sampleRate)) }
    let found = magnitudes(signal, grid, frame: 10)
    for bin in found.indices {
      let expected: Float = bin == 6 ? 8 : abs(bin - 6) == 1 ? 4 : 0
      #expect(abs(found[bin] - expected) < 1e-5, "bin \(bin)")
    }
  }

  private func magnitudes(_ signal: [Float], _ grid: TimeGrid, frame: Int) -> [Float] {
    let stft = STFT(grid: grid)
    let buffer = stft.makeBuffer()
    signal.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
    return (0..<grid.binCount).map { bin in
      let value = buffer.spectrum[bin]
      return (value * value).sum().squareRoot()
    }
  }

  private func roundTrip(_ signal: [Float], _ grid: TimeGrid) -> [Float] {
    let stft = STFT(grid: grid)
    let buffer = stft.makeBuffer()
    var result = [Float](repeating: 0, count: signal.count)
    result.withUnsafeMutableBufferPointer { output in
      for frame in 0..<grid.frameCount(sampleCount: signal.count) {
        signal.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
        stft.overlapAdd(buffer, frame: frame, to: output)
      }
      stft.normalise(output)
    }
    return result
  }
}
