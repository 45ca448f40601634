import DivisiDSP
import Testing

struct ScaleInvariantSDRTests {
  /// Orthogonal to each other, of energy 4.
  private let signal: [Float] = [1, 1, -1, -1]
  private let error: [Float] = [1, -1, 1, -1]

  @Test(arguments: [1, 0.5, -3] as [Float])
  func followsTheRatioAndNotTheGain(gain: Float) throws {
    let estimate = zip(signal, error).map { gain * ($0 + 0.1 * $1) }
    let decibels = ScaleInvariantSDR.decibels(reference: signal, estimate: estimate)
    #expect(abs(try #require(decibels) - 20) < 1e-5)
  }

  @Test func aScaledReferenceIsPerfect() {
    let estimate = signal.map { $0 * 0.25 }
    #expect(ScaleInvariantSDR.decibels(reference: signal, estimate: estimate) == .infinity)
  }

  @Test func anEstimateWithNothingOfTheReferenceIsWorthless() {
    #expect(ScaleInvariantSDR.decibels(reference: signal, estimate: error) == -.infinity)
  }

  @Test func silenceHasNoScore() {
    let silence = [Float](repeating: 0, count: signal.count)
    #expect(ScaleInvariantSDR.decibels(reference: silence, estimate: signal) == nil)
    #expect(ScaleInvariantSDR.decibels(reference: signal, estimate: silence) == nil)
  }

  @Test func signalsOfDifferentLengthsAreAMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = ScaleInvariantSDR.decibels(reference: [1, 2], estimate: [1])
    }
  }
}
