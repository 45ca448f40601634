import DivisiScore
import Testing

@Suite struct DrumTableTests {
  private func guess(_ pitches: [Int]) throws -> String {
    var body: [UInt8] = []
    for pitch in pitches {
      body +=
        MIDIWriter.on(60, UInt8(pitch), channel: 10) + MIDIWriter.off(60, UInt8(pitch), channel: 10)
    }
    let path = "/tmp/divisi-drum-table-\(pitches.hashValue).mid"
    defer { TestFiles.remove(path) }
    TestFiles.write(MIDIWriter.file([body]), to: path)
    return try Score.read(path: path).drumTable.name
  }

  @Test(arguments: [
    ([36, 38, 42, 42, 36, 38, 46, 42], "general-midi"),
    ([36, 49, 38, 49, 36, 49, 38, 54], "addictive-drums"),
    ([36, 48, 38, 50, 36, 48, 38, 50], "general-midi"),
    ([36, 42, 38, 42, 36, 42, 38, 22], "general-midi"),
    ([36, 22, 38, 22, 36, 22, 38, 24], "superior-drummer"),
    ([36, 63, 38, 65, 36, 63, 33, 65], "superior-drummer"),
    ([33, 42, 31, 42, 33, 46, 31, 42], "yamaha"),
    ([36, 79, 38, 79, 36, 78, 38, 79], "yamaha"),
    ([36, 42, 38, 42, 36, 42, 38, 20], "general-midi"),
  ])
  func guessesWhatFitsOneTableAlone(pitches: [Int], name: String) throws {
    #expect(try guess(pitches) == name)
  }

  @Test func readsTables() throws {
    let text = "# my kit\r\n36 kick\r\nC#2 = side stick\r\n54;46 # open\r\n"
    let table = try DrumTable.parse(bytes: Array(text.utf8), name: "map.txt")
    #expect([36, 37, 54, 38].map(table.number) == [36, 37, 46, 38])
    #expect(throws: ScoreError.self) {
      _ = try DrumTable.parse(bytes: Array("36\n".utf8), name: "map.txt")
    }
    #expect(throws: ScoreError.self) { _ = try DrumTable.parse(bytes: [], name: "map.txt") }
  }

  @Test func partsHaveGeneralMIDINumbers() throws {
    var score = Score(
      notes: [60, 62].map { Note(onsetSeconds: 0, releaseSeconds: 1, pitch: $0, channel: 10) },
      trackNames: ["Kit"], hasPedal: false)
    score.drumTable = try DrumTable.parse(bytes: Array("60 kick\n62 snare".utf8), name: "map")
    let parts = try PartSelection.drums.parts(of: score, name: "song.mid")
    #expect(parts.map(\.name) == ["kick", "snare"])
    #expect(parts.map { $0.notes.map(\.pitch) } == [[36], [38]])
    #expect(score.assignment(to: parts) == [0, 1])
    let rules = try PartSelection.parse(parts: "a=pitch:60,b=drum:snare")
    #expect(
      try rules.parts(of: score, name: "song.mid").map { $0.notes.map(\.pitch) } == [[36], [38]])
  }
}
