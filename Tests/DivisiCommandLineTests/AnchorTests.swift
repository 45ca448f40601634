import DivisiAlignment
import DivisiScore
import DivisiSeparation
import Testing

@Suite struct AnchorTests {
  /// Bars of two seconds from second 1 on, the first two of which are repeated.
  private static let bars = [1, 2, 1, 2, 3].enumerated().map { index, number in
    let start = 1 + 2 * Double(index)
    return Bar(number: number, beats: [start, start + 1], endSeconds: start + 2, beatUnit: 4)
  }

  private func anchors(_ texts: [String], bars: [Bar] = Self.bars) throws -> [Anchor] {
    try SearchOptions.parse(texts.flatMap { ["--anchor", $0] }).settings(bars: bars).anchors
  }

  /// A bar that is written several times is meant wherever it is.
  @Test func barsAreWhereTheyBegin() throws {
    #expect(
      try anchors(["bar3=20", "Bar 2=7.5", "4.5=9"]) == [
        Anchor(scores: [9], audio: 20), Anchor(scores: [3, 7], audio: 7.5),
        Anchor(scores: [4.5], audio: 9),
      ])
  }

  @Test(arguments: [
    (["bar4=20"], "expected one of the bars 1 to 3 of the score, found bar4"),
    (
      ["bar3=7", "12=5"], "expected times that ascend in score and recording, found bar3=7 and 12=5"
    ),
    (["bar3=7", "9=8"], "found bar3=7 and 9=8"),
  ])
  func whatCannotBeIsRefused(texts: [String], message: String) {
    let error = #expect(throws: (any Error).self) { try anchors(texts) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(message))
  }

  @Test func aScoreWithoutBarsHasNone() {
    let error = #expect(throws: (any Error).self) { try anchors(["bar2=7"], bars: []) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("which has no bars, found bar2"))
  }

  @Test(arguments: ["bar=3", "bars2=3", "bar2", "bar2.5=3", "bar2=-1", "bar 2 =3", "=3"])
  func otherTextIsWrongUsage(text: String) {
    #expect(throws: (any Error).self) { try SearchOptions.parse(["--anchor", text]) }
  }
}
