import DivisiDSP
import Glibc
import Testing

@testable import DivisiEngine

struct PitchCombTests {
  private let grid = TimeGrid(sampleRate: 44_100, windowLength: 8192, hopSize: 1024)

  @Test func fundamentalsAreInTune() {
    let comb = PitchComb(tuningCents: 0, shape: .lobes)
    #expect(abs(comb.frequency(ofPartial: 1, pitch: 69) - 440) < 0.5)
    let octave = comb.frequency(ofPartial: 1, pitch: 81) / comb.frequency(ofPartial: 1, pitch: 69)
    #expect(abs(1200 * log2(octave) - 1200) < 5)
    let sharp = PitchComb(tuningCents: 30, shape: .lobes)
    let ratio = sharp.frequency(ofPartial: 3, pitch: 60) / comb.frequency(ofPartial: 3, pitch: 60)
    #expect(abs(1200 * log2(ratio) - 30) < 1e-6)
  }

  @Test func partialsAreStretched() {
    let comb = PitchComb(tuningCents: 0, shape: .lobes)
    for pitch in [21, 60, 84] {
      let first = comb.frequency(ofPartial: 1, pitch: pitch)
      let tenth = comb.frequency(ofPartial: 10, pitch: pitch)
      #expect(tenth > 10 * first)
      #expect(tenth < 14 * first)
    }
  }

  @Test(arguments: CombShape.allCases)
  func templatesPeakAtPartialsAndSumToOne(shape: CombShape) {
    let comb = PitchComb(tuningCents: 0, shape: shape)
    let template = comb.template(pitch: 72, grid: grid, binCount: grid.binCount)
    #expect(abs(template.reduce(0, +) - 1) < 2e-5)
    #expect(template.allSatisfy { $0 >= 0 })
    for partial in 1...5 {
      let bin = Int(
        grid.bin(atHertz: comb.frequency(ofPartial: partial, pitch: 72)).rounded())
      #expect(template[bin] == template[(bin - 8)...(bin + 8)].max())
      let between = Int(
        grid.bin(atHertz: comb.frequency(ofPartial: 1, pitch: 72) * (Double(partial) + 0.5)))
      #expect(template[between] == 0)
    }
  }

  @Test func pitchAboveTheLastBinHasNoTemplate() {
    let low = TimeGrid(sampleRate: 8000, windowLength: 256, hopSize: 64)
    let comb = PitchComb(tuningCents: 0, shape: .lobes)
    #expect(
      comb.template(pitch: 127, grid: low, binCount: low.binCount).allSatisfy { $0 == 0 })
  }

  @Test(arguments: [0, 21, 60, 108, 127], [8000.0, 44_100, 192_000])
  func everyPitchHasAFiniteTemplate(pitch: Int, sampleRate: Double) {
    let grid = TimeGrid(sampleRate: sampleRate, resolution: 512, hopAtResolution: 128)
    for shape in CombShape.allCases {
      let template = PitchComb(tuningCents: -60, shape: shape)
        .template(pitch: pitch, grid: grid, binCount: grid.binCount)
      #expect(template.count == grid.binCount)
      #expect(template.allSatisfy { $0.isFinite && $0 >= 0 })
    }
  }
}
