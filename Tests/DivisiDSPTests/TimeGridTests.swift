import DivisiDSP
import Testing

struct TimeGridTests {
  static let rates = [
    8000.0, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000,
  ]

  @Test func framesCoverEverySample() {
    for (window, hop) in [(4, 1), (8, 3), (10, 5), (64, 17)] {
      let grid = TimeGrid(sampleRate: 8000, windowLength: window, hopSize: hop)
      for count in 0..<100 {
        let frames = grid.frameCount(sampleCount: count)
        #expect(frames >= 1)
        let lastCentre = (frames - 1) * hop
        #expect(lastCentre >= count)
        #expect(lastCentre - hop < max(count, 1))
      }
    }
  }

  @Test(arguments: rates)
  func windowIsFastAndLastsAsLong(sampleRate: Double) {
    for (resolution, hop) in [(64, 2), (512, 128), (2048, 512), (8192, 1024), (65_536, 32_768)] {
      let grid = TimeGrid(sampleRate: sampleRate, resolution: resolution, hopAtResolution: hop)
      var rest = grid.windowLength
      for prime in [2, 3, 5] { while rest % prime == 0 { rest /= prime } }
      #expect(rest == 1, "\(grid.windowLength)")
      let wanted = Double(resolution) * sampleRate / 44_100
      #expect(Double(grid.windowLength) >= wanted - 1)
      #expect(Double(grid.windowLength) <= wanted * 1.25 + 2)
      let wantedHop = Double(grid.windowLength * hop) / Double(resolution)
      #expect(abs(max(wantedHop, 1) - Double(grid.hopSize)) <= 0.5)
    }
  }

  @Test func usualRatesKeepTheirWindow() {
    let base = TimeGrid(sampleRate: 44_100, resolution: 8192, hopAtResolution: 1024)
    #expect(base.windowLength == 8192)
    #expect(base.hopSize == 1024)
    #expect(base.binCount == 4097)
    let double = TimeGrid(sampleRate: 88_200, resolution: 8192, hopAtResolution: 1024)
    #expect(double.windowLength == 16_384)
    #expect(double.hopSize == 2048)
  }

  @Test func unitsConvertBothWays() {
    let grid = TimeGrid(sampleRate: 48_000, windowLength: 960, hopSize: 240)
    #expect(grid.frequency(ofBin: 10) == 500)
    #expect(grid.bin(atHertz: 500) == 10)
    #expect(grid.frameRate == 200)
    #expect(grid.frame(atSeconds: 0.5) == 100)
    #expect(grid.frame(atSeconds: 0.5024) == 100)
    #expect(grid.frame(atSeconds: 0.5026) == 101)
    #expect(grid.frame(atSeconds: -0.01) == -2)
  }

  @Test func absurdTimesDoNotOverflow() {
    let grid = TimeGrid(sampleRate: 192_000, windowLength: 4, hopSize: 1)
    #expect(grid.frame(atSeconds: .infinity) == 1_920_000_000_000)
    #expect(grid.frame(atSeconds: -1e300) == -1_920_000_000_000)
  }
}
