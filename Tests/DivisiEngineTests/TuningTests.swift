import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

struct TuningTests {
  private func detected(cents: Double, pitches: [Int]) -> Double {
    let sampleRate = 11_025.0
    let grid = TimeGrid(sampleRate: sampleRate, resolution: 8192, hopAtResolution: 4096)
    let tones = pitches.enumerated().map { index, pitch in
      harmonicTone(
        pitch: pitch, cents: cents, from: 0.3 * Double(index), to: 0.3 * Double(index + 1))
    }
    let samples = signal(
      of: tones, sampleCount: Int(0.3 * sampleRate) * pitches.count, sampleRate: sampleRate)
    let V = Analysis.magnitude(
      of: [samples], stft: STFT(grid: grid), binCount: grid.binCount, parallel: sequentially)
    let notes = pitches.enumerated().map { index, pitch in
      note(pitch, 0.3 * Double(index), 0.3 * Double(index + 1))
    }
    let constraints = PitchConstraints(
      parts: [Part(name: "all", notes: notes)], releaseSeconds: 0.1)
    return Tuning.cents(of: V, constraints: constraints, grid: grid)
  }

  /// Within four cents, as the prototype did on recordings.
  @Test(arguments: [-40.0, -25, -10, 0, 7, 20, 40])
  func detunedTonesAreFound(cents: Double) {
    let found = detected(cents: cents, pitches: [60, 64, 67, 72])
    #expect(abs(found - cents) < 4, "found \(found)")
  }

  @Test func silenceIsInTune() {
    let grid = TimeGrid(sampleRate: 8000, windowLength: 256, hopSize: 64)
    let V = Spectrogram(Matrix(rowCount: grid.binCount, columnCount: 10))
    let constraints = PitchConstraints(
      parts: [Part(name: "all", notes: [note(60, 0, 1)])], releaseSeconds: 0.1)
    #expect(Tuning.cents(of: V, constraints: constraints, grid: grid) == 0)
  }
}
