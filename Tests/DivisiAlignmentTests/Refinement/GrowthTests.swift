import Foundation
import Testing

@testable import DivisiAlignment

/// How much a sound grows as a share of what sounds already.
@Suite struct GrowthTests {
  /// Frames of two bands, of which a template has a quarter and three quarters.
  private func growth(_ frames: [[Float]]) -> Growth {
    Growth(
      logarithms: frames.flatMap { $0.map { log($0 + Growth.floor) } }, weights: [0.25, 0.75],
      bandCount: 2, lag: 1)
  }

  @Test func whatGoesOnOrFadesDoesNotGrow() {
    let steady = growth([[0.5, 0.2], [0.5, 0.2], [0.5, 0.2]])
    #expect(steady.value(row: 0, at: 1) == 0)
    #expect(growth([[0.5, 0.2], [0.4, 0.1], [0.1, 0.1]]).value(row: 0, at: 1) == 0)
  }

  /// A band that becomes twice as loud counts by its weight, however loud it is, and another that fades takes nothing away.
  @Test(arguments: [Float(0.01), 0.4])
  func growthIsAShareOfWhatSounds(level: Float) {
    let doubled = growth([[1, level], [1, level], [0.5, 2 * level]])
    #expect(abs(doubled.value(row: 0, at: 1) - 0.75 * log(2)) < 0.01)
  }

  @Test func silenceIsTheMostThatAStrokeCanGrowFrom() {
    #expect(growth([[0, 0], [0, 0], [1, 1]]).value(row: 0, at: 1) == 2)
  }

  /// At either end there is nothing to compare with.
  @Test func theEndsAreLeftAsTheyAre() {
    let sound = growth([[0, 0], [1, 1], [0, 0]])
    #expect([sound.value(row: 0, at: 0), sound.value(row: 0, at: 2)] == [1, 1])
  }
}
