import DivisiScore
import Testing

@Suite struct MusicXMLTests {
  private func score(_ measures: String, parts: String = "") throws -> Score {
    try Score.parse(bytes: Array(Self.document(measures, parts: parts).utf8), name: "song.xml")
  }

  /// A document of one part, or with the given content of its part list entry.
  private static func document(_ measures: String, parts: String) -> String {
    """
    <score-partwise><part-list><score-part id="P1"><part-name>One</part-name>\(parts)</score-part>
    </part-list><part id="P1">\(measures)</part></score-partwise>
    """
  }

  private func measure(_ body: String) -> String { "<measure>\(body)</measure>" }

  /// A note of the given length in quarter notes.
  private func note(_ step: String, _ duration: Int = 1, _ extra: String = "") -> String {
    "<note><pitch><step>\(step)</step><octave>4</octave></pitch><duration>\(duration)</duration>"
      + "\(extra)</note>"
  }

  private func steps(_ measures: String) throws -> String {
    let names = [60: "C", 62: "D", 64: "E", 65: "F", 67: "G", 69: "A", 71: "B"]
    return try score(measures).notes.map { names[$0.pitch] ?? "?" }.joined()
  }

  @Test(arguments: ["hands.musicxml", "hands.mxl", "hands-utf16.musicxml", "hands-latin1.musicxml"])
  func readsTwoHandsOfOnePart(file: String) throws {
    let score = try Score.read(path: TestFiles.fixture("good/\(file)"))
    let expected = try Score.read(path: TestFiles.fixture("good/hands.csv"))
    #expect(score.notes.map(line) == expected.notes.map(line))
    #expect(score.trackNames == [file.contains("-") ? "Flügel" : "Piano"])
    let parts = try PartSelection.hands.parts(of: score, name: file)
    let expectedParts = try PartSelection.hands.parts(of: expected, name: "hands.csv")
    #expect(parts.map { $0.notes.map(line) } == expectedParts.map { $0.notes.map(line) })
    #expect(score.notes.first?.voice == 5)
  }

  @Test func readsTimewiseScores() throws {
    let text = """
      <score-timewise><part-list><score-part id="A"/><score-part id="B"/></part-list>
      <measure><part id="A">\(note("C", 2))</part><part id="B">\(note("E"))</part></measure>
      <measure><part id="B">\(note("G"))</part></measure></score-timewise>
      """
    let score = try Score.parse(bytes: Array(text.utf8), name: "song.xml")
    #expect(score.notes.map(line) == ["0-1000 60 v80", "0-500 64 v80", "1000-1500 67 v80"])
    #expect(score.notes.map(\.track) == [1, 2, 2])
  }

  @Test func playsRepeatsAndEndings() throws {
    let forward = "<barline><repeat direction=\"forward\"/></barline>"
    let backward = "<barline><repeat direction=\"backward\"/></barline>"
    let thrice = "<barline><repeat direction=\"backward\" times=\"3\"/></barline>"
    func ending(_ numbers: String, _ body: String, isRepeated: Bool) -> String {
      measure(
        "<barline><ending number=\"\(numbers)\" type=\"start\"/></barline>\(body)"
          + "<barline><ending number=\"\(numbers)\" type=\"stop\"/>"
          + (isRepeated ? "<repeat direction=\"backward\"/>" : "") + "</barline>")
    }
    let (c, d, e, f) = (note("C"), note("D"), note("E"), note("F"))
    #expect(try steps(measure(c) + measure(d + backward) + measure(e)) == "CDCDE")
    #expect(try steps(measure(c) + measure(forward + d + thrice) + measure(e)) == "CDDDE")
    #expect(
      try steps(
        measure(c) + ending("1", d, isRepeated: true) + ending("2", e, isRepeated: false)
          + measure(f + backward)) == "CDCEFF")
    #expect(
      try steps(
        measure(c) + ending("1, 2", d, isRepeated: true) + ending("3", e, isRepeated: false))
        == "CDCDCE")
    #expect(
      try steps(measure(c) + ending("1", d, isRepeated: true) + measure(e)) == "CDCE")
  }

  @Test func playsJumps() throws {
    let (c, d, e, f) = (note("C"), note("D"), note("E"), note("F"))
    let backward = "<barline><repeat direction=\"backward\"/></barline>"
    #expect(
      try steps(
        measure(c + backward) + measure(d + "<sound fine=\"yes\"/>")
          + measure(e + "<sound dacapo=\"yes\"/>")) == "CCDECD")
    #expect(
      try steps(
        measure(c) + measure("<sound segno=\"s\"/>" + d + "<sound tocoda=\"c\"/>")
          + measure(e + "<sound dalsegno=\"s\"/>") + measure("<sound coda=\"c\"/>" + f)) == "CDEDF")
  }

  @Test func keepsTheTempoOfThePlaceAfterAJump() throws {
    let text =
      measure("<sound tempo=\"60\"/>" + note("C"))
      + measure(note("D") + "<sound tempo=\"240\"/>" + note("E"))
      + measure("<sound tempo=\"120\"/>" + note("F") + "<sound dacapo=\"yes\"/>")
    #expect(
      try score(text).notes.map { Int(($0.onsetSeconds * 1000).rounded()) }
        == [0, 1000, 2000, 2250, 2750, 3750, 4750, 5000])
  }

  @Test func joinsTiesAcrossVoicesAndMeasures() throws {
    let start = "<tie type=\"start\"/>"
    let stop = "<tie type=\"stop\"/>"
    let text =
      measure(note("C", 2, start + "<voice>1</voice>"))
      + measure(note("C", 1, stop + start + "<voice>2</voice>") + note("C", 1, stop) + note("C"))
    #expect(try score(text).notes.map(line) == ["0-2000 60 v80", "2000-2500 60 v80"])
    let loose = measure(note("C", 1, start) + note("D") + note("C", 1, stop))
    #expect(try steps(loose) == "CDC")
  }

  @Test func givesGraceNotesTimeOfTheirNeighbours() throws {
    func grace(_ step: String) -> String {
      "<note><grace slash=\"yes\"/><pitch><step>\(step)</step><octave>4</octave></pitch></note>"
    }
    let before = try score(measure(note("C") + grace("D") + grace("E") + note("F")))
    #expect(
      before.notes.map(line)
        == ["0-500 60 v80", "500-563 62 v80", "563-625 64 v80", "625-1000 65 v80"])
    // In print they stand with the note that they delay.
    #expect(before.notes.map(\.isGrace) == [false, true, true, false])
    let main = before.notes[3].printedOnsetSeconds
    #expect(main == before.notes[1].onsetSeconds)
    #expect(before.notes[0].printedOnsetSeconds == nil)
    #expect(before.notes[1...2].allSatisfy { $0.printedOnsetSeconds == main })
    let moved = before.adjusted(offsetSeconds: 2, rate: 2)
    #expect(moved.notes[3].printedOnsetSeconds == main.map { $0 / 2 + 2 })
    let after = try score(measure(note("C") + grace("D")) + measure(note("E")))
    #expect(after.notes.map(line) == ["0-438 60 v80", "438-500 62 v80", "500-1000 64 v80"])
  }

  @Test func holdsWithThePedal() throws {
    func pedal(_ type: String) -> String {
      "<direction><direction-type><pedal type=\"\(type)\"/></direction-type></direction>"
    }
    let text = measure(
      pedal("start") + note("C") + note("D") + pedal("change") + note("E") + note("F")
        + pedal("stop"))
    let score = try score(text)
    #expect(score.hasPedal)
    #expect(
      score.notes.map(line)
        == ["0-500(1000) 60 v80", "500-1000 62 v80", "1000-1500(2000) 64 v80", "1500-2000 65 v80"])
  }

  @Test func sharesThePedalOfTwoPianoParts() throws {
    let pedal = "<direction><sound damper-pedal=\"yes\"/></direction>"
    let text = """
      <score-partwise><part-list><score-part id="A"/><score-part id="B"/></part-list>
      <part id="A"><measure>\(note("C") + note("D", 2))</measure></part>
      <part id="B"><measure>\(pedal + note("E", 3))</measure></part></score-partwise>
      """
    let score = try Score.parse(bytes: Array(text.utf8), name: "song.xml")
    #expect(score.notes.map(line) == ["0-500(1500) 60 v80", "0-1500 64 v80", "500-1500 62 v80"])
  }

  @Test func transposesAndAlters() throws {
    let attributes =
      "<attributes><transpose><chromatic>-2</chromatic><octave-change>1</octave-change></transpose>"
      + "</attributes>"
    let altered =
      "<note><pitch><step>B</step><alter>-1</alter><octave>3</octave></pitch><duration>1</duration>"
      + "</note>"
    #expect(try score(measure(attributes + note("C") + altered)).notes.map(\.pitch) == [70, 68])
  }

  @Test func readsUnpitchedPercussion() throws {
    let parts = """
      <score-instrument id="K"><instrument-name>Bass Drum</instrument-name></score-instrument>
      <score-instrument id="S"><instrument-name>?</instrument-name></score-instrument>
      <midi-instrument id="S"><midi-channel>10</midi-channel>
      <midi-unpitched>41</midi-unpitched></midi-instrument>
      """
    func stroke(_ place: String, _ instrument: String) -> String {
      "<note><unpitched><display-step>\(place)</display-step><display-octave>5</display-octave>"
        + "</unpitched><duration>1</duration>\(instrument)</note>"
    }
    let text = measure(
      stroke("C", "<instrument id=\"K\"/>") + stroke("C", "<instrument id=\"S\"/>")
        + stroke("G", ""))
    let score = try score(text, parts: parts)
    #expect(score.notes.map(\.pitch) == [36, 40, 42])
    #expect(score.notes.allSatisfy { $0.channel == 10 })
  }

  @Test func skipsCuesAndRests() throws {
    let cue =
      "<note><cue/><pitch><step>D</step><octave>4</octave></pitch><duration>1</duration></note>"
    #expect(try score(measure(cue + note("C"))).notes.map(line) == ["500-1000 60 v80"])
  }

  @Test(arguments: [
    ("not-a-score", "line 2: expected a MusicXML score ('score-partwise'), found 'html'"),
    ("unclosed", "line 9: expected well-formed XML: mismatched tag"),
    ("entity-bomb", "line 3: expected no entity declarations, found 'a'"),
    ("too-deep", "line 1: expected at most 100 nested elements, found more"),
    ("unknown-part", "line 3: expected the id of a part in the part list, found 'P9'"),
    ("part-twice", "line 10: expected each part once, found 'Piano' again"),
    ("part-list-twice", "line 2: expected each part id once, found 'P1'"),
    ("bad-step", "line 5: expected a <pitch> with step A to G and an octave, found 'H4'"),
    (
      "bad-pitch",
      "line 5: expected a note that sounds within MIDI's 0 to 127, found 'C10', altered by 0.0, "
        + "transposed by 0"
    ),
    ("bad-duration", "line 5: expected a <duration> of 0 or more in <note>, found 'nan'"),
    ("no-duration", "line 5: expected a <duration> of 0 or more in <note>, found ''"),
    ("bad-divisions", "line 5: expected <divisions> above 0, found '0'"),
    ("bad-transpose", "line 5: expected a transposition by at most 127 semitones, found 999.0"),
    ("tempo-zero", "line 5: expected a tempo from 1 to 10000 quarter notes a minute, found '0'"),
    (
      "metronome-zero", "line 5: expected a tempo from 1 to 10000 quarter notes a minute, found '0'"
    ),
    ("repeat-bomb", "line 6: expected a number of repeats from 1 to 100, found '1000000'"),
    ("no-notes", "expected at least one note, found none"),
  ])
  func refusesDamagedScores(file: String, problem: String) {
    let bytes = TestFiles.bytes(TestFiles.fixture("bad/\(file).musicxml"))
    #expect(refusal(bytes, "song.musicxml") == "song.musicxml: \(problem)")
  }

  @Test(arguments: [
    ("no-container", "song.mxl: expected an entry 'META-INF/container.xml': No such file"),
    (
      "no-rootfile",
      "song.mxl(META-INF/container.xml): expected a rootfile with a full-path, found none"
    ),
    ("missing-entry", "song.mxl: expected an entry 'score.xml': No such file"),
    (
      "bomb",
      "song.mxl: expected an entry 'META-INF/container.xml' of at most 1048576 bytes, "
        + "found more"
    ),
    ("far", "song.mxl: expected an entry 'score.xml' of at most 16777216 bytes, found more"),
    ("corrupt-entry", "song.mxl: expected an intact entry 'score.xml': "),
    ("cut", "song.mxl: expected a zip archive: "),
  ])
  func refusesDamagedArchives(file: String, problem: String) throws {
    let bytes = TestFiles.bytes(TestFiles.fixture("bad/\(file).mxl"))
    let found = try #require(refusal(bytes, "song.mxl"))
    #expect(found.hasPrefix(problem), "\(found)")
  }

  @Test func refusesRepeatsThatMultiply() {
    let repeated = (0..<15).map { _ in
      measure(
        String(repeating: note("C"), count: 900)
          + "<barline><repeat direction=\"backward\" times=\"100\"/></barline>")
    }
    let bytes = Array(Self.document(repeated.joined(), parts: "").utf8)
    #expect(
      refusal(bytes, "song.xml") == "song.xml: expected at most 1000000 notes, found more")
  }
}
