import Testing

@testable import Figures

/// Which numbers of a page stand for which figures.
@Suite struct MarkedPageTests {
  private let book = {
    var book = FigureBook()
    let measurement = Measurement(id: "piano.hands", steps: [], reductions: [])
    book.record(["sdr": 14.81, "sir": 22.96, "order": 8], of: measurement)
    return book
  }()

  private func problems(_ text: String) -> [String] {
    MarkedPage(text).quotations.compactMap { $0.problem(against: book) }
  }

  @Test(
    arguments: [
      "SDR of 14.8 dB <!-- = piano.hands.sdr -->.",
      "SDR of 14.86 dB <!-- = piano.hands.sdr -->.",
      "| 10 pieces | 46 ms | 14.8 | 23.0 <!-- = piano.hands.sdr .sir --> |",
      "8 <!-- = piano.hands.order --> of 10",
      "−8.15 dB <!-- = piano.hands.sdr:piano.hands.sir -->",
      "within 8.2 dB <!-- < piano.hands.sdr:piano.hands.sir -->",
      "a step of 0.5 dB <!-- = given --> and `-6 dB`",
      "```\n14.0 dB\n```\n\n    14.0 dB",
      "| 18.5 ms | 0.5 s | 3.5 % | 20.5 µs |",
    ])
  func whatIsRightIsPassed(text: String) { #expect(problems(text) == []) }

  @Test(
    arguments: [
      ("14.87 dB <!-- = piano.hands.sdr -->", "14.87 is 14.81 by piano.hands.sdr"),
      ("7 <!-- = piano.hands.order -->", "7 is 8 by piano.hands.order"),
      (
        "8.15 dB <!-- = piano.hands.sdr:piano.hands.sir -->",
        "8.15 is −8.15 by piano.hands.sdr:piano.hands.sir"
      ),
      ("14.8 dB <!-- = piano.hans.sdr -->", "14.8: there is no figure piano.hans.sdr"),
      ("14.8 dB", "14.8 names no figure"),
      ("| 14.8 |", "14.8 names no figure"),
      ("14.8 <!-- = piano.hands.sdr .sir -->", "14.8 names no figure"),
      (
        "8.1 dB <!-- < piano.hands.sdr:piano.hands.sir -->",
        "8.1 is −8.2 by piano.hands.sdr:piano.hands.sir"
      ),
    ])
  func whatIsWrongIsNamed(text: String, problem: String) { #expect(problems(text) == [problem]) }

  @Test func numbersAreReplaced() {
    var page = MarkedPage(
      "`14.0` 14.0 and 1 <!-- = piano.hands.sdr .order -->, −8.0 <!-- = piano.hands.sdr:piano.hands.sir -->"
    )
    page.update(from: book)
    #expect(
      page.text
        == "`14.0` 14.8 and 8 <!-- = piano.hands.sdr .order -->, −8.2 <!-- = piano.hands.sdr:piano.hands.sir -->"
    )
  }
}
