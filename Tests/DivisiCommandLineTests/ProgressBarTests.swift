import Testing

@testable import Terminal

@Suite struct ProgressBarTests {
  private let bar = ProgressBar(title: "a recording\n.wav")

  @Test func aLineHasATitleABarAndAPercentage() {
    let text = bar.text(at: 0.25, columnCount: 80)
    #expect(
      text == "a recording?.wav " + String(repeating: "█", count: 8)
        + String(repeating: "░", count: 24) + " 25 %")
  }

  /// A line that wraps cannot be taken back.
  @Test(arguments: [0, 8, 9, 20, 40, 50, 80]) func noLineIsAsWideAsTheTerminal(columnCount: Int) {
    for fraction in [0, 0.5, 1] {
      let text = bar.text(at: fraction, columnCount: columnCount)
      #expect(text.count < max(columnCount, 8), "'\(text)'")
    }
  }

  @Test func programsReadALinePerPercent() {
    #expect(ProgressBar.line(at: 0.2549) == "{\"progress\":0.25}\n")
  }
}
