import DivisiScore
import Testing

/// Which parts are one instrument.
@Suite struct InstrumentationTests {
  private func note(
    track: Int = 1, channel: Int? = nil, staff: Int? = nil, label: String = "", pitch: Int = 60
  ) -> Note {
    Note(
      onsetSeconds: 0, releaseSeconds: 1, pitch: pitch, track: track, channel: channel,
      staff: staff, label: label)
  }

  private func instruments(
    _ instrumentation: Instrumentation, _ notes: [Note], names: [String] = [],
    programs: [Int: Int] = [:], selection: PartSelection = .tracks
  ) throws -> [Int] {
    var score = Score(notes: notes, trackNames: names, hasPedal: false)
    score.programs = programs
    let parts = try selection.parts(of: score, name: "song")
    return try instrumentation.assigned(to: parts, of: score).map(\.instrument)
  }

  private let tracks: [Note]

  init() {
    tracks = (1...3).map {
      Note(onsetSeconds: 0, releaseSeconds: 1, pitch: 60 + $0, track: $0, channel: $0)
    }
  }

  @Test(arguments: [
    (["violin", "flute", "cello"], [0, 1, 2]), (["left", "flute", "right"], [0, 1, 0]),
    (["Piano RH", "Piano LH", "Violin"], [0, 0, 2]), (["Violin", "Piano", "Piano"], [0, 1, 1]),
    (["Violin", "Violin", "Viola"], [0, 1, 2]), (["upper", "lower", "x"], [0, 1, 2]),
    (["Piano upper", "Piano lower", "x"], [0, 0, 2]), (["l.h.", "r.h.", "bass"], [0, 0, 2]),
    (["Harp left", "Piano right", "Harp right"], [0, 1, 0]), (["", "", ""], [0, 1, 2]),
    (["main gauche", "main droite", "voix"], [0, 0, 2]),
  ])
  func tracksAreInstrumentsUnlessTheyAreHands(names: [String], expected: [Int]) throws {
    #expect(try instruments(.score, tracks, names: names) == expected)
  }

  /// Most programs write 0 where nobody has chosen a sound, so it tells something of tracks without a name only.
  @Test func programsTellOfTracksWithoutNames() throws {
    let pianos = [1: 0, 2: 0, 3: 40]
    #expect(try instruments(.score, tracks, names: ["", "", ""], programs: pianos) == [0, 0, 2])
    #expect(
      try instruments(.score, tracks, names: ["soprano", "alto", "bass"], programs: pianos)
        == [0, 1, 2])
    #expect(
      try instruments(
        .score, tracks, names: ["Piano", "Piano", "Piano"], programs: [1: 0, 2: 6, 3: 0])
        == [0, 1, 0])
    #expect(
      try instruments(.score, tracks, names: ["", "", ""], programs: [1: 40, 2: 40]) == [0, 1, 2])
  }

  /// Two parts of MusicXML are two pianos; the hands of one are its staves.
  @Test func partsOfPrintAreInstruments() throws {
    let notes = (1...2).map { note(track: $0, staff: 1, pitch: 60 + $0) }
    #expect(try instruments(.score, notes, names: ["Piano", "Piano"]) == [0, 1])
    let staves = [
      note(staff: 1), note(staff: 2, pitch: 40), note(track: 2, staff: 1, pitch: 70),
    ]
    let selection = try PartSelection.parse(parts: "a=track:1&staff:1,b=staff:2,c=*")
    #expect(
      try instruments(.score, staves, names: ["Piano", "Flute"], selection: selection) == [0, 0, 2])
  }

  @Test func labelsAreInstruments() throws {
    let notes = [note(label: "violin"), note(label: "flute", pitch: 72)]
    #expect(try instruments(.score, notes) == [0, 1])
    #expect(
      try instruments(.score, notes, selection: .parse(parts: "low=pitch:0-65,high=*")) == [0, 1])
    let voices = notes + [note(label: "violin", pitch: 80)]
    #expect(
      try instruments(.score, voices, selection: .parse(parts: "low=pitch:0-65,high=*")) == [0, 0])
  }

  @Test func whoAsksIsObeyed() throws {
    let names = ["left", "right", "flute"]
    func asked(_ text: String) throws -> [Int] {
      try instruments(.parse(text), tracks, names: names)
    }
    #expect(try asked("one") == [0, 0, 0])
    #expect(try asked("Parts") == [0, 1, 2])
    #expect(try asked("score") == [0, 0, 2])
    #expect(try asked("Left+flute") == [0, 1, 0])
    #expect(try asked("flute+right, left") == [0, 1, 1])
  }

  @Test(arguments: [
    ("", "expected one, score, parts, or names such as left+right,violin, found ''"),
    ("left+", "expected one, score, parts, or names such as left+right,violin, found 'left+'"),
    ("left+right,Left", "expected each part once, found 'Left' again"),
    ("left+oboe", "expected names of parts: left, right, flute, found 'oboe'"),
  ])
  func whatCannotBeIsRefused(text: String, problem: String) throws {
    let error = #expect(throws: PartSelectionError.self) {
      try instruments(.parse(text), tracks, names: ["left", "right", "flute"])
    }
    #expect(error?.problem == problem)
  }
}
