import DivisiDSP
import DivisiTestSupport
import Testing

struct HarmonicPartTests {
  private func parted(_ value: (_ bin: Int, _ frame: Int) -> Float) -> (Spectrogram, Spectrogram) {
    let V = Matrix(rowCount: 80, columnCount: 90)
    for frame in 0..<90 {
      for bin in 0..<80 { V[bin, frame] = value(bin, frame) }
    }
    let spectrogram = Spectrogram(V)
    return (spectrogram, HarmonicPart.of(spectrogram, parallel: threaded))
  }

  @Test func whatIsHeldStaysAndWhatIsStruckGoes() {
    let (V, found) = parted { bin, frame in bin == 20 ? 1 : frame == 40 ? 0.7 : 0 }
    for frame in 0..<90 where frame != 40 {
      #expect(found.values[20, frame] == V.values[20, frame])
    }
    for bin in 0..<80 where bin != 20 { #expect(found.values[bin, 40] == 0) }
  }

  @Test func itIsAShare() {
    let (V, found) = parted { bin, frame in Float((bin * 37 + frame * frame * 11) % 101) / 101 }
    for frame in 0..<90 {
      for bin in 0..<80 {
        #expect((0...V.values[bin, frame]).contains(found.values[bin, frame]))
      }
    }
    #expect(found.sum() > 0.2 * V.sum() && found.sum() < 0.8 * V.sum())
  }

  @Test func mediansAreThoseOfTheirWindows() {
    let (V, found) = parted { bin, frame in Float((bin * bin * 7 + frame * 29) % 97) / 97 + 0.01 }
    func median(_ values: [Float]) -> Float {
      let sorted = values.sorted()
      let middle = sorted.count / 2
      return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
    for (bin, frame) in [(0, 0), (40, 45), (79, 89), (3, 60)] {
      let H = median((max(0, frame - 15)...min(89, frame + 15)).map { V.values[bin, $0] })
      let P = median((max(0, bin - 15)...min(79, bin + 15)).map { V.values[$0, frame] })
      let expected = V.values[bin, frame] * H * H / (H * H + P * P)
      #expect(abs(found.values[bin, frame] - expected) < 1e-6)
    }
  }
}
