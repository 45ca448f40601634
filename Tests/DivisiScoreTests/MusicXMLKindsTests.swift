import DivisiScore
import Testing

/// MusicXML as programs write it: ornaments, jumps in words, and what is missing or too much.
@Suite struct MusicXMLKindsTests {
  func score(_ measures: [String], part: String = "Piano", list: String = "") throws
    -> Score
  {
    let body = measures.map { "<measure>\($0)</measure>" }.joined()
    let text =
      "<score-partwise><part-list><score-part id=\"P1\"><part-name>\(part)</part-name>\(list)"
      + "</score-part></part-list><part id=\"P1\">\(body)</part></score-partwise>"
    return try Score.parse(bytes: Array(text.utf8), name: "song.xml")
  }

  func onsets(_ measures: [String]) throws -> [String] {
    try score(measures).notes.map { "\(Int(($0.onsetSeconds * 1000).rounded())) \($0.pitch)" }
  }

  /// The steps of notes in the order of playing.
  private func steps(_ measures: [String]) throws -> String {
    let names = [60: "C", 62: "D", 64: "E", 65: "F", 67: "G", 69: "A", 71: "B"]
    return try score(measures).notes.map { names[$0.pitch] ?? "?" }.joined()
  }

  func note(_ step: String, _ duration: Int = 4, _ extra: String = "") -> String {
    "<note><pitch><step>\(step)</step><octave>4</octave></pitch><duration>\(duration)</duration>"
      + "\(extra)</note>"
  }

  private func words(_ text: String) -> String {
    "<direction><direction-type><words>\(text)</words></direction-type></direction>"
  }

  private func ornament(_ body: String) -> String {
    "<type>whole</type><notations><ornaments>\(body)</ornaments></notations>"
  }

  @Test func tiesNeedOnlyStart() throws {
    let tie = "<tie type=\"start\"/><voice>1</voice>"
    let plain = "<voice>1</voice>"
    let score = try score([note("C", 4, tie), note("C", 4, plain), note("C", 4, plain)])
    #expect(score.notes.map(line) == ["0-4000 60 v80", "4000-6000 60 v80"])
  }

  @Test(arguments: [("", 2), ("2", 3)])
  func barsAreRepeatedBySigns(count: String, stopsAfter: Int) throws {
    func sign(_ type: String, _ count: String) -> String {
      "<attributes><measure-style><measure-repeat type=\"\(type)\">\(count)</measure-repeat>"
        + "</measure-style></attributes>"
    }
    let rest = "<note><rest measure=\"yes\"/><duration>4</duration></note>"
    let found = try steps([
      note("C"), note("D"), sign("start", count) + rest, rest, sign("stop", "") + rest, note("E"),
    ])
    #expect(found == (count == "2" ? "CDCDE" : "CDDDE"))
  }

  @Test func tremolosAreStruck() throws {
    let tremolo = ornament("<tremolo type=\"single\">1</tremolo>")
    let single = note("C", 4, tremolo)
    #expect(try onsets([single]) == (0..<8).map { "\($0 * 250) 60" })
    let triplet = "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes>"
    let three = (1...3).map { _ in
      note("C", 2, "\(triplet)</time-modification>" + tremolo.replacing("whole", with: "quarter"))
    }
    let divisions = "<attributes><divisions>3</divisions></attributes>"
    #expect(
      try onsets([divisions + three.joined()]) == [0, 167, 333, 500, 667, 833].map { "\($0) 60" })
    let first = note("C", 2, ornament("<tremolo type=\"start\">2</tremolo>"))
    let second = note("E", 2, ornament("<tremolo type=\"stop\">2</tremolo>"))
    #expect(
      try onsets([first + second]) == (0..<16).map { "\($0 * 125) \($0 % 2 == 0 ? 60 : 64)" })
  }

  @Test func ornamentsGoToTheirNeighbours() throws {
    let key = "<attributes><key><fifths>-3</fifths></key></attributes>"
    func pitches(_ mark: String) throws -> [Int] {
      try score([key + note("D", 4, ornament(mark))]).notes.prefix(4).map(\.pitch)
    }
    #expect(try pitches("<trill-mark/>") == [62, 63, 62, 63])
    #expect(try pitches("<mordent/>") == [62, 60, 62])
    #expect(try pitches("<inverted-mordent/>") == [62, 63, 62])
    #expect(try pitches("<turn/>") == [63, 62, 60, 62])
  }

  @Test func spreadChordsKeepTheirNotes() throws {
    let mark = "<notations><arpeggiate direction=\"down\"/></notations>"
    let chord = note("C", 4, mark) + note("E", 4, "<chord/>" + mark)
    let notes = try score([chord]).notes
    #expect(notes.map(\.pitch) == [64, 60])
    #expect(notes.allSatisfy { $0.releaseSeconds == 2 && $0.onsetSeconds < 0.1 })
  }

  @Test(arguments: [
    ("Fine", "D.C. al Fine"), ("FINE", "Da Capo al Fine"), ("Fin", "D. C. al Fin"),
    ("Ende", "Da capo bis Ende"), ("Ende", "Von Anfang bis Ende"), ("Fim", "D.C. ao Fim"),
    ("Конец", "Сначала до конца"),
  ])
  func wordsAloneJump(fine: String, jump: String) throws {
    #expect(try steps([note("C") + words(fine), note("D"), note("E") + words(jump)]) == "CDEC")
  }

  @Test func wordsLeadToTheCoda() throws {
    let segno = "<direction><direction-type><segno/></direction-type></direction>"
    let coda = "<direction><direction-type><coda/></direction-type></direction>"
    func played(_ out: String, _ to: String) throws -> String {
      try steps([
        note("C"), segno + note("D") + out, note("E") + words("D.S. al Coda"), to + note("F"),
      ])
    }
    #expect(try played(words("To Coda"), words("Coda")) == "CDEDF")
    #expect(try played(words("al Coda") + coda, coda) == "CDEDF")
    #expect(try played(coda, coda) == "CDEDF")
    #expect(try steps([note("C") + words("discussion"), note("D") + words("Dsus4")]) == "CD")
  }

  @Test func severalJumpsAreTakenOnceEach() throws {
    let segno = "<direction><direction-type><segno/></direction-type></direction>"
    let found = try steps([
      note("C"), segno + note("D") + words("To Coda"), note("E") + words("D.C."),
      note("F") + words("D.S. al Coda"), words("Coda") + note("G"),
    ])
    #expect(found == "CDECDEFDG")
  }

  @Test func graceNotesWithoutSlashTakeTheirHalf() throws {
    func grace(_ slash: String) -> String {
      "<note><grace\(slash)/><pitch><step>D</step><octave>4</octave></pitch></note>"
    }
    #expect(try onsets([grace("") + note("C")]) == ["0 62", "1000 60"])
    #expect(try onsets([grace("") + note("C", 3, "<dot/>")]) == ["0 62", "1000 60"])
    #expect(try onsets([grace(" slash=\"yes\"") + note("C")]) == ["0 62", "63 60"])
    let rest = "<note><rest/><duration>1</duration></note>"
    #expect(
      try onsets([note("C", 3) + rest + grace(""), note("E")]) == ["0 60", "1938 62", "2000 64"])
  }

  @Test func emptyBarsLastAsTheirSignatureSays() throws {
    let time = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    let rest = "<note><rest measure=\"yes\"/></note>"
    #expect(try onsets([time + note("C", 3), "", rest, note("D", 3)]) == ["0 60", "4500 62"])
  }

  @Test func survivesOddLengths() throws {
    let back = "<backup><duration>10</duration></backup>"
    let forward = "<forward><duration>8</duration></forward>"
    let score = try score([note("C") + back + forward + note("E", 2), note("D", -4) + note("F")])
    #expect(
      score.notes.map(line)
        == ["0-2000 60 v80", "1000-2000 64 v80", "2000-2000 62 v80", "2000-4000 65 v80"])
    #expect(
      score.warnings == [
        "song.xml: backups to before the bar's start: 1",
        "song.xml: negative durations, taken as 0: 1",
      ])
  }

  @Test func countsMarksThatAreNotPlayed() throws {
    let fermata = "<notations><fermata/></notations>"
    let hairpin =
      "<direction><direction-type><wedge type=\"crescendo\"/></direction-type></direction>"
    let score = try score([note("C", 4, fermata) + hairpin + note("D", 4, fermata) + words("rit.")])
    #expect(
      score.warnings == [
        "song.xml: marks that are not played: fermatas 2, changes of tempo in words 1, hairpins 1"
      ])
  }

  @Test(arguments: [
    ("Triangle", 81), ("Snare - Rimshot", 38), ("Rack Tom", 48), ("Hi-Hat (Closed)", 42),
    ("Bass Drum (Kick)", 36), ("Große Trommel", 36), ("Woodblock", 76), ("Congas", 63),
  ])
  func instrumentNamesDecideOverStaffPlaces(name: String, number: Int) throws {
    let list =
      "<score-instrument id=\"I\"><instrument-name>\(name)</instrument-name></score-instrument>"
    let stroke =
      "<note><unpitched><display-step>F</display-step><display-octave>4</display-octave>"
      + "</unpitched><duration>4</duration><instrument id=\"I\"/></note>"
    #expect(try score([stroke], part: "Perc", list: list).notes.map(\.pitch) == [number])
  }

  @Test func strokesWithoutPlaceArePercussion() throws {
    let stroke = "<note><unpitched/><duration>4</duration></note>"
    let score = try score([stroke], part: "Rhythm")
    let parts = try PartSelection.drums.parts(of: score, name: "song.xml")
    #expect(parts.map(\.name) == ["percussion"])
    #expect(score.warnings.count == 1)
  }

  @Test func aHandStaysWithItsVoiceWhereTheOtherIsBusy() throws {
    func placed(_ step: String, _ duration: Int, _ voice: Int, _ staff: Int, _ extra: String = "")
      -> String
    {
      note(step, duration, "\(extra)<voice>\(voice)</voice><staff>\(staff)</staff>")
    }
    let back = "<backup><duration>4</duration></backup>"
    let busy = try score([
      placed("G", 3, 1, 1) + placed("E", 1, 1, 2) + back + placed("C", 4, 5, 2)
    ])
    #expect(busy.notes.map(\.staff) == [2, 1, 1])
    let free = try score([
      placed("G", 3, 1, 1) + placed("E", 1, 1, 2) + back + placed("C", 3, 5, 2)
    ])
    #expect(free.notes.map(\.staff) == [2, 1, 2])
  }

  private func repeatSign(_ staff: String = "") -> String {
    "<attributes><measure-style\(staff)><measure-repeat type=\"start\"/></measure-style></attributes>"
  }

  /// Where the end of a repeat sign is missing, bars are invented only up to the next written one.
  @Test(arguments: ["", " number=\"1\""])
  func writtenNotesEndARepeatSign(staff: String) throws {
    let rest = "<note><rest measure=\"yes\"/><duration>4</duration></note>"
    let bars = [note("C"), note("D"), repeatSign(staff) + rest, rest, note("E"), rest, rest]
    #expect(try steps(bars) == "CDDDE")
  }

  @Test(arguments: [
    "<score-instrument id=\"I\"><instrument-name>Glockenspiel</instrument-name></score-instrument>",
    "<midi-instrument id=\"I\"><midi-channel>3</midi-channel><midi-program>14</midi-program>"
      + "</midi-instrument>",
  ])
  func malletsHavePitches(list: String) throws {
    for part in ["Percussion", "Mallet Percussion"] {
      let notes = try score([note("D")], part: part, list: list).notes
      #expect(notes.map(\.pitch) == [62])
      #expect(notes.map(\.kind) == [.pitched])
      let stroke =
        "<note><unpitched><display-step>C</display-step><display-octave>5</display-octave></unpitched>"
        + "<duration>4</duration></note>"
      #expect(try score([stroke], part: part, list: list).notes.map(\.kind) == [.drum])
    }
    let channel = "<midi-instrument id=\"I\"><midi-channel>10</midi-channel></midi-instrument>"
    #expect(try score([note("D")], part: "Percussion", list: channel).notes.map(\.kind) == [.drum])
  }

  /// A click is no instrument that the pedal could be meant for.
  @Test func handsShareThePedalBesideAClick() throws {
    let pedal = "<direction><direction-type><pedal type=\"start\"/></direction-type></direction>"
    let rest = "<note><rest/><duration>4</duration></note>"
    func part(_ id: String, _ body: String) -> String {
      "<part id=\"\(id)\"><measure>\(body)</measure><measure>\(rest)</measure></part>"
    }
    let text =
      "<score-partwise><part-list><score-part id=\"R\"/><score-part id=\"L\"/>"
      + "<score-part id=\"K\"><part-name>Click</part-name></score-part></part-list>"
      + part("R", note("E")) + part("L", pedal + note("C")) + part("K", note("C"))
      + "</score-partwise>"
    let score = try Score.parse(bytes: Array(text.utf8), name: "song.xml")
    #expect(score.notes.filter { $0.kind == .pitched }.map(\.dampedSeconds) == [4, 4])
  }
}
