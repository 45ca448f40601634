import DivisiScore
import Synchronization
import Testing

/// Scores that are made to cost far more than their size.
@Suite struct HostileScoreTests {
  private static let longToken =
    "expected tags, comments and declarations of at most 256 KiB, found a longer one"

  /// Twenty megabytes without an end, in all the places that XML has for them.
  @Test(arguments: [
    ("<score-partwise><!-- ", " -->"), ("<score-partwise><?", "?>"),
    ("<score-partwise a=\"", "\">"), ("<score-partwise><", "/>"), ("<!DOCTYPE a \"", "\">"),
    ("<?", "?><score-partwise>"),
  ])
  func tokensHaveALength(start: String, end: String) {
    for length in [20 << 20, 200 << 10] {
      let bytes =
        Array(start.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: length)
        + Array((end + "</score-partwise>").utf8)
      let found = refusal(bytes, "song.xml")
      #expect(found?.hasSuffix(Self.longToken) == (length > 1 << 20), "\(found ?? "taken")")
    }
  }

  /// Text and blanks are read in pieces, whatever their length.
  @Test func whatIsNoTokenMayBeLong() {
    let bytes =
      Array("<score-partwise>".utf8) + [UInt8](repeating: 0x20, count: 5 << 20)
      + Array("</score-partwise>".utf8)
    #expect(refusal(bytes, "song.xml") == "song.xml: expected at least one note, found none")
  }

  @Test func tagsHaveFewAttributes() {
    for count in [100, 101] {
      let attributes = (0..<count).map { "a\($0)=\"\"" }.joined(separator: " ")
      let bytes = Array("<score-partwise \(attributes)></score-partwise>".utf8)
      let expected =
        count == 100
        ? "song.xml: expected at least one note, found none"
        : "song.xml: line 1: expected at most 100 attributes in a tag, found more"
      #expect(refusal(bytes, "song.xml") == expected)
    }
  }

  /// They would be added to each of a million elements.
  @Test func defaultAttributesAreRefused() {
    let bytes = Array(
      "<!DOCTYPE a [<!ATTLIST note b CDATA 'c'>]><score-partwise></score-partwise>".utf8)
    #expect(
      refusal(bytes, "song.xml")
        == "song.xml: line 1: expected no attribute declarations, found 'b'")
  }

  @Test func archivesHaveFewEntries() {
    let bytes =
      Array("PK\u{3}\u{4}".utf8)
      + [[UInt8]](repeating: Array("PK\u{1}\u{2}".utf8), count: 10_001).flatMap { $0 }
    #expect(
      refusal(bytes, "song.mxl")
        == "song.mxl: expected an archive of at most 10000 entries, found more")
  }

  @Test(
    .enabled(
      if: TestFiles.exists(TestFiles.data + "/hostile"), "no ../shared/data beside the package"),
    arguments: ["b_comment.mxl", "b_attr.mxl"])
  func archivesOfOneTokenAreRefused(file: String) {
    let found = refusal(TestFiles.bytes("\(TestFiles.data)/hostile/\(file)"), "song.mxl")
    #expect(found?.hasPrefix("song.mxl: expected an entry ") == true, "\(found ?? "taken")")
    #expect(found?.hasSuffix(" bytes, found more") == true, "\(found ?? "taken")")
  }

  /// Readers ask again and again whether somebody still wants the score.
  @Test func parsingIsAbandoned() {
    let note =
      "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>"
    let document =
      "<score-partwise><part-list><score-part id=\"P\"/></part-list><part id=\"P\"><measure>"
      + String(repeating: note, count: 10_000) + "</measure></part></score-partwise>"
    let row = "0;1;60\n"
    let track = [UInt8](repeating: 0, count: 60_000).flatMap { _ in [0, 0xB0, 1, 1] as [UInt8] }
    let size = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: track.count >> $0) }
    let midi =
      Array("MThd".utf8) + [0, 0, 0, 6, 0, 0, 0, 1, 0, 96] + Array("MTrk".utf8) + size + track
    for bytes in [
      Array(document.utf8),
      Array(("start;duration;pitch\n" + String(repeating: row, count: 99)).utf8),
      midi,
    ] {
      let asked = Atomic<Int>(0)
      #expect {
        try Score.parse(bytes: bytes, name: "song") {
          asked.add(1, ordering: .relaxed).newValue == 9
        }
      } throws: {
        "\($0)" == "song: expected a score; reading it was abandoned"
      }
    }
  }
}
