@testable import Plotting
import Testing

@Suite struct AxisTests {
  @Test(arguments: [Axis.Scale.linear, .logarithmic])
  func positionsAndValuesAreInverse(scale: Axis.Scale) {
    let axis = Axis("", range: 20...20_000, scale: scale, ticks: [])
    #expect(abs(axis.position(20)) < 1e-12)
    #expect(abs(axis.position(20_000) - 1) < 1e-12)
    for value in [21.0, 440, 6000, 19_999] {
      #expect(abs(axis.value(at: axis.position(value)) - value) < 1e-6 * value)
    }
  }

  @Test func numbersAreRoundAndWithinTheRange() {
    #expect(
      Axis.numbers("", range: 0...22.9, count: 5).ticks.map(\.label) == [
        "0", "5", "10", "15", "20",
      ])
    #expect(
      Axis.numbers("", range: -80...0, count: 4).ticks.map(\.label) == [
        "−80", "−60", "−40", "−20", "0",
      ])
    #expect(Axis.numbers("", range: 0...1, count: 4).ticks.map(\.label) == ["0.0", "0.5", "1.0"])
    #expect(
      Axis.numbers("", range: 0...0.06, count: 3).ticks.map(\.label) == [
        "0.00", "0.02", "0.04", "0.06",
      ])
  }

  @Test func frequenciesAreLabelledAsPeopleWriteThem() {
    let labels = Axis.frequency(from: 40, to: 11_000).ticks.map(\.label)
    #expect(labels == ["50", "100", "200", "500", "1k", "2k", "5k", "10k"])
    #expect(
      Axis.ratios("", range: 1e-5...10).ticks.map(\.label) == [
        "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1", "10",
      ])
  }

  @Test func anEmptyRangeIsWidened() {
    let axis = Axis.numbers("", range: 3...3)
    #expect(axis.position(3).isFinite)
    #expect(axis.range.upperBound > 3)
  }
}
