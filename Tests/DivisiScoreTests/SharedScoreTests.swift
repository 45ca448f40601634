import DivisiScore
import Testing

/// The small files that stand for kinds of scores, with their right values.
@Suite(
  .enabled(
    if: TestFiles.exists("\(TestFiles.data)/scores"), "no ../shared/data/scores beside the package")
)
struct SharedScoreTests {
  private func read(_ file: String) throws -> Score {
    try Score.read(path: "\(TestFiles.data)/scores/\(file)")
  }

  private func parts(_ file: String, _ selection: PartSelection) throws -> [String] {
    try selection.parts(of: try read(file), name: file).map { "\($0.name) \($0.notes.count)" }
  }

  @Test func tracksOnOneChannel() throws {
    let notes = try read("m01-shared-channel.mid").notes
    #expect(notes.filter { $0.track == 2 }.map(line) == ["0-4000 72 v80"])
    #expect(notes.filter { $0.track == 3 }.map(line) == ["1000-1500 72 v80", "2000-2500 74 v80"])
  }

  @Test func drumsByTheirTrack() throws {
    #expect(
      try parts("m06-click10-drums1.mid", .drums) == ["kick 4", "snare 4", "hihat 16"])
    #expect(try parts("m06-click10-drums1.mid", .tracks) == ["Drums 24"])
    #expect(try parts("m27-daw-ch1.mid", .drums) == ["kick 4", "snare 4", "hihat 16"])
    #expect(try parts("m27-daw-ch1.mid", .tracks) == ["Piano 4", "Bass 8", "Drums 24"])
  }

  @Test func channelsOfFormat0() throws {
    #expect(
      try parts("m07-format0.mid", .tracks) == ["Channel 1 4", "Channel 2 4", "Drums 4"])
    #expect(try parts("m07-format0.mid", .drums) == ["kick 4"])
  }

  @Test func names() throws {
    #expect(try parts("m51-nul-names.mid", .tracks) == ["Piccolo 1", "Flute 1"])
    let hands = try PartSelection.hands.parts(
      of: try read("m29-onewordhands.mid"), name: "m29-onewordhands.mid")
    #expect(hands.map { $0.notes.map(\.pitch) } == [[70], [50]])
  }

  @Test(arguments: [
    ("m09a-count-high.mid", 1), ("m36-tracklen-long.mid", 1), ("m39-cut-last-byte.mid", 1),
    ("m10-rmid-disp.mid", 0),
  ])
  func threeTracksWhateverTheHeadersSay(file: String, warnings: Int) throws {
    let score = try read(file)
    #expect(score.notes.map(line) == ["0-500 60 v80", "0-500 64 v80", "0-500 67 v80"])
    #expect(score.trackNames == ["A", "B", "C"])
    #expect(score.warnings.count == warnings)
  }

  @Test func allNotesOff() throws {
    #expect(try read("m23-all-notes-off.mid").notes.map(line) == ["0-500 60 v80"])
  }

  @Test func drumMapsAreGuessed() throws {
    #expect(
      try parts("m03-addictive-map.mid", .drums)
        == ["kick 2", "snare 2", "hihat 4", "toms 1", "cymbals 1"])
    #expect(
      try parts("m50-break-addictive.mid", .drums) == ["kick 32", "snare 38", "hihat 63"])
    #expect(try read("m03-addictive-map.mid").warnings.count == 1)
  }
}
