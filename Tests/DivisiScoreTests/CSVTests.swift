import DivisiScore
import Testing

@Suite struct CSVTests {
  @Test func readsTheFMPLayout() throws {
    let text = "start;duration;pitch;velocity;label\n1.5;0.25;60;100;left\n0;1;36;64;KD\n"
    let score = try Score.parse(bytes: Array(text.utf8), name: "notes.csv")
    #expect(score.notes.map(line) == ["0-1000 36 v64", "1500-1750 60 v100"])
    #expect(score.notes.map(\.label) == ["KD", "left"])
    #expect(score.trackNames == [""])
    #expect(!score.hasPedal)
  }

  /// Other columns and order, commas, quotes, CRLF, byte order mark, velocities up to 1, a note
  /// name, a drum without pitch, a short row.
  @Test func readsVariants() throws {
    let score = try Score.read(path: TestFiles.fixture("good/variants.csv"))
    #expect(
      score.notes.map(line)
        == ["0-500 60 v64", "500-1500 61 v127", "2000-2000 38 v1", "3000-4000 61 v80"])
    #expect(score.notes.map(\.label) == ["a \"b\", c", "", "SD", ""])
  }

  @Test func readsTabs() throws {
    let text = "start\tduration\tpitch\n0\t1\t60\n"
    let score = try Score.parse(bytes: Array(text.utf8), name: "notes.tsv")
    #expect(score.notes.map(line) == ["0-1000 60 v80"])
  }

  @Test(arguments: [
    (
      "no-header",
      "line 1: expected a header such as start;duration;pitch;velocity;label, "
        + "found '0;1;60;100;left'"
    ),
    (
      "no-length",
      "line 1: expected a header such as start;duration;pitch;velocity;label, found 'start;pitch'"
    ),
    ("nan", "line 3: expected a number from 0.0 to 360000.0 as start, found 'nan'"),
    ("infinite", "line 2: expected a number from 0.0 to 360000.0 as duration, found 'inf'"),
    ("negative", "line 2: expected a number from 0.0 to 360000.0 as start, found '-0.5'"),
    ("not-a-number", "line 2: expected a number from 0.0 to 360000.0 as start, found '0,5'"),
    ("end-before-start", "line 2: expected a number from 2.0 to 360000.0 as end, found '1'"),
    ("bad-pitch", "line 2: expected a pitch from 0 to 127, found '128'"),
    ("half-pitch", "line 2: expected a pitch from 0 to 127, found '60.5'"),
    ("no-pitch", "line 2: expected a pitch, or a drum's name as label, found 'left'"),
    ("loud", "line 2: expected a number from 0.0 to 127.0 as velocity, found '128'"),
    ("open-quote", "line 3: expected a closing quote, found the end"),
    ("not-utf8", "line 2: expected text in UTF-8, found other bytes"),
    ("short-row", "line 2: expected a number from 0.0 to 360000.0 as duration, found ''"),
    ("no-notes", "expected at least one note, found none"),
    ("blank", "expected a header line, found only empty lines"),
  ])
  func refusesDamagedTables(file: String, problem: String) {
    let bytes = TestFiles.bytes(TestFiles.fixture("bad/\(file).csv"))
    #expect(refusal(bytes, "notes.csv") == "notes.csv: \(problem)")
  }
}
