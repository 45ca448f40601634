import DivisiScore
import Testing

/// The small files that stand for kinds of MusicXML, with their right values.
@Suite(
  .enabled(
    if: TestFiles.exists("\(TestFiles.data)/scores"), "no ../shared/data/scores beside the package")
)
struct SharedMusicXMLTests {
  private func read(_ file: String) throws -> Score {
    try Score.read(path: "\(TestFiles.data)/scores/\(file).musicxml")
  }

  private func onsets(_ file: String) throws -> [String] {
    try read(file).notes.map { "\(Int(($0.onsetSeconds * 1000).rounded())) \($0.pitch)" }
  }

  @Test func barRepeats() throws {
    let score = try read("x01-measure-repeat")
    #expect(score.notes.count == 32)
    #expect(Set(score.notes.map { Int($0.onsetSeconds / 2) }) == [0, 1, 2, 3])
  }

  @Test func tremolos() throws {
    let roll = try read("x02-tremolo").notes.filter { $0.onsetSeconds < 1.99 }
    #expect(roll.count == 32)
    #expect(roll.allSatisfy { $0.pitch == 38 })
    #expect(abs(roll[1].onsetSeconds - 0.0625) < 1e-9)
  }

  @Test func trillsAndChords() throws {
    let notes = try read("x22-trill-arp").notes
    let trill = notes.filter { $0.onsetSeconds < 1.99 }
    #expect(trill.prefix(4).map(\.pitch) == [60, 62, 60, 62])
    #expect(trill.count == 32)
    let chord = notes.filter { (1.99..<3.99).contains($0.onsetSeconds) }
    #expect(chord.map(\.pitch) == [60, 64, 67])
    #expect(chord.allSatisfy { $0.onsetSeconds < 2.2 && $0.releaseSeconds > 3.9 })
    #expect(notes.filter { $0.onsetSeconds > 3.99 }.map(\.pitch) == [69, 67, 69, 71, 69, 67, 69])
  }

  @Test func swing() throws {
    #expect(
      try onsets("x03-swing")
        == [0, 333, 500, 833, 1000, 1333, 1500, 1833].map { "\($0) 60" })
  }

  @Test(arguments: [
    ("x04-dc-words", [60, 62, 64, 60]), ("x24-segno-barline", [60, 62, 64, 62, 65]),
    ("x38-ending-shorter-than-repeat", [60, 62, 64, 60, 65, 67]), ("x33-times-0", [60, 60, 62]),
  ])
  func repeatsAndJumps(file: String, pitches: [Int]) throws {
    #expect(try read(file).notes.map(\.pitch) == pitches)
  }

  @Test(arguments: ["x07c-rest-no-duration", "x07d-rest-duration-0"])
  func restsLastTheirBar(file: String) throws {
    #expect(try onsets(file) == ["0 60", "4000 62"])
  }

  @Test func stavesAndHands() throws {
    #expect(try read("x08b-some-no-staff").notes.map(\.staff) == [2, 1, 1, 2, 1, 1])
    let crossing = try read("x20-cross-staff")
    let hands = try PartSelection.hands.parts(of: crossing, name: "x20")
    #expect(hands.map { $0.notes.map(\.pitch) } == [[48, 67], [64, 72, 74]])
    #expect(crossing.warnings.count == 1)
    let third = try PartSelection.hands.parts(of: try read("x59-third-staff-part"), name: "x59")
    #expect(third.map { $0.notes.map(\.pitch) } == [[48], [72, 79]])
  }

  @Test func drumsByName() throws {
    let score = try read("x47-instrument-names")
    #expect(
      score.notes.map(\.pitch)
        == [81, 82, 63, 38, 51, 49, 42, 36, 37, 54, 76, 43, 48, 55, 46, 38])
    let claps = try read("x09-unpitched-empty")
    let parts = try PartSelection.drums.parts(of: claps, name: "x09")
    #expect(parts.map(\.name) == ["percussion"])
  }

  @Test func tiesThatOnlyStart() throws {
    #expect(try read("x56-tie-start-only").notes.map(line) == ["0-4000 60 v80"])
  }

  @Test func graceNotes() throws {
    let trailing = try onsets("x50-grace-trailing-next-bar")
    #expect(trailing == ["0 64", "1938 65", "2000 67"])
    #expect(try onsets("x27-grace").prefix(2) == ["0 59", "0 62"])
  }

  @Test func backupsBeforeTheBar() throws {
    let score = try read("x57-backup-before-start")
    #expect(try onsets("x57-backup-before-start") == ["0 72", "500 64", "2000 74"])
    #expect(score.warnings.count == 1)
  }
}
