import DivisiScore
import Testing

private typealias M = MIDIWriter

/// MIDI files as programs write them: names, channels, ends and counts that are not as they should be.
@Suite struct MIDIKindsTests {
  private func score(_ bytes: [UInt8]) throws -> Score {
    try Score.parse(bytes: bytes, name: "song.mid")
  }

  private func note(_ pitch: UInt8, channel: UInt8 = 1) -> [UInt8] {
    M.on(0, pitch, channel: channel) + M.off(480, pitch, channel: channel)
  }

  @Test func tracksThatShareAChannelKeepTheirNotes() throws {
    let violin = M.name("Violin") + M.on(0, 72) + M.off(3840, 72)
    let flute = M.name("Flute") + M.on(960, 72) + M.off(480, 72)
    let score = try score(M.file([violin, flute]))
    #expect(score.notes.map(line) == ["0-4000 72 v64", "1000-1500 72 v64"])
  }

  @Test func theHandsOfAPianoShareItsStrings() throws {
    let right = M.name("RightHand") + M.on(0, 72) + M.off(3840, 72)
    let left = M.name("Lefthand") + M.on(960, 72) + M.off(480, 72)
    let score = try score(M.file([right, left]))
    #expect(score.notes.map(line) == ["0-1000 72 v64", "1000-1500 72 v64"])
  }

  @Test func portsKeepTheirChannelsApart() throws {
    let one = M.meta(0, 0x21, [0]) + M.pedal(0, 127) + M.on(0, 60) + M.off(480, 60) + M.end(480)
    let two = M.meta(0, 0x21, [1]) + M.name("Cello") + M.on(240, 60) + M.off(480, 60) + M.end(240)
    let score = try score(M.file([one, two]))
    #expect(score.notes.map(line) == ["0-500(1000) 60 v64", "250-750 60 v64"])
  }

  @Test func aPedalActsOnItsOwnTrack() throws {
    let harp = M.name("Harp") + M.pedal(0, 127) + M.on(0, 60) + M.off(480, 60) + M.end(480)
    let flute = M.name("Flute") + M.on(0, 72) + M.off(480, 72) + M.end(480)
    let score = try score(M.file([harp, flute]))
    #expect(score.notes.map(line) == ["0-500(1000) 60 v64", "0-500 72 v64"])
  }

  @Test(arguments: [120, 123, 124] as [UInt8])
  func aControllerEndsAllNotes(controller: UInt8) throws {
    let track = M.on(0, 60) + M.delta(480) + [0xB0, controller, 0] + M.end(9600)
    #expect(try score(M.file([track])).notes.map(line) == ["0-500 60 v64"])
  }

  @Test func allSoundOffEndsWhatThePedalHolds() throws {
    let track = M.pedal(0, 127) + note(60) + M.delta(480) + [0xB0, 120, 0] + M.end(960)
    #expect(try score(M.file([track])).notes.map(line) == ["0-500(1000) 60 v64"])
  }

  @Test(arguments: [
    (Array("Piccolo\0".utf8), "Piccolo"), ([0x83, 0x73, 0x83, 0x41, 0x83, 0x6D], "ピアノ"),
    ([0xD0, 0xEE, 0xFF, 0xEB, 0xFC], "Рояль"), ([0x66, 0xFC, 0x72], "für"),
    ([0x89, 0x45, 0x8E, 0xE8], "右手"), (Array("Скрипка".utf8), "Скрипка"),
  ])
  func readsNamesInTheirEncoding(bytes: [UInt8], name: String) throws {
    #expect(try score(M.file([M.meta(0, 3, bytes) + note(60)])).trackNames == [name])
  }

  @Test func theInstrumentNamesATrackWithoutName() throws {
    let track = M.meta(0, 4, Array("Oboe".utf8)) + note(60)
    #expect(try score(M.file([track])).trackNames == ["Oboe"])
  }

  @Test(arguments: [
    ("RightHand", "Lefthand"), ("RH", "LH"), ("Правая рука", "Левая рука"), ("右手", "左手"),
    ("manoDestra", "manoSinistra"),
  ])
  func knowsHandsInOneWord(right: String, left: String) throws {
    let score = try score(M.file([M.name(right) + note(40), M.name(left) + note(70)]))
    let parts = try PartSelection.hands.parts(of: score, name: "song.mid")
    #expect(parts.map { $0.notes.map(\.pitch) } == [[70], [40]])
  }

  @Test func format0IsDividedByChannel() throws {
    let track =
      M.name("Song") + M.program(40) + note(60) + note(40, channel: 2) + note(36, channel: 10)
    let score = try score(M.file(format: 0, [track]))
    let parts = try PartSelection.tracks.parts(of: score, name: "song.mid")
    #expect(parts.map(\.name) == ["Violin", "Channel 2", "Drums"])
    let rules = try PartSelection.parse(parts: "a=track:violin,b=track:1&channel:2,c=*")
    #expect(try rules.parts(of: score, name: "song.mid").map(\.notes.count) == [1, 1, 1])
  }

  @Test func aWrongCountOfTracksIsAWarning() throws {
    var bytes = M.file([note(60), note(64)])
    bytes[11] = 5
    let more = try score(bytes)
    #expect(more.notes.count == 2)
    #expect(more.warnings == ["song.mid: expected 5 tracks, as the header says, found 2"])
    bytes[11] = 1
    let fewer = try score(bytes)
    #expect(fewer.notes.count == 2)
    #expect(fewer.warnings == ["song.mid: expected 1 track, as the header says, found 2"])
  }

  @Test(arguments: [-3, -1, 2, 5, 1000])
  func aWrongLengthOfATrackIsAWarning(by change: Int) throws {
    let first = note(60) + M.end()
    let chunk = Array("MTrk".utf8) + M.number(first.count + change, 4) + first
    let header = M.chunk("MThd", M.number(1, 2) + M.number(2, 2) + M.number(480, 2))
    let score = try score(header + chunk + M.chunk("MTrk", note(64) + M.end()))
    #expect(score.notes.map(line) == ["0-500 60 v64", "0-500 64 v64"])
    #expect(
      score.warnings == [
        "song.mid: byte 14: expected a track of \(first.count + change) bytes, as its chunk says, "
          + "found \(first.count)"
      ])
  }

  @Test func aCutEndIsAWarning() throws {
    let bytes = Array(M.file([note(60) + M.end(), note(64) + M.end()]).dropLast(1))
    let score = try score(bytes)
    #expect(score.notes.map(line) == ["0-500 60 v64", "0-500 64 v64"])
    #expect(score.warnings.count == 1)
    #expect(score.warnings[0].hasSuffix("found the end"))
  }

  @Test func whatFollowsDamageIsLeftOut() throws {
    let score = try score(M.file([note(60) + [0, 0xF4, 1, 2] + note(62), note(64)]))
    #expect(score.notes.map(\.pitch) == [60, 64])
    #expect(
      score.warnings == [
        "song.mid: byte 32: expected a channel, system exclusive or meta event, found F4"
      ])
  }

  @Test func bytesAbove127AreReadAsFarAsTheyMakeSense() throws {
    let track = [0, 0x90, 60, 200] + M.off(480, 60) + [0, 0x90, 0xC8, 90] + note(62) + M.end()
    let score = try score(M.file([track]))
    #expect(score.notes.map(line) == ["0-500 60 v127", "500-1000 62 v64"])
    #expect(score.warnings.count == 1)
  }

  @Test func findsTheFileBehindOtherChunks() throws {
    let file = M.file([note(60)])
    let display = Array("DISP".utf8) + [4, 0, 0, 0, 1, 0, 0, 0]
    let bytes =
      Array("RIFF".utf8) + [0, 0, 0, 0] + Array("RMID".utf8) + display + Array("data".utf8)
      + [0, 0, 0, 0] + file
    #expect(try score(bytes).notes.map(line) == ["0-500 60 v64"])
  }

  @Test func allThatIsWrongInATrackIsSaid() throws {
    let track = M.meta(0, 0x51, [1, 2]) + note(60) + [0, 0x90, 0xC8, 90, 0, 0xF4]
    let warnings = try score(M.file([track])).warnings
    #expect(warnings.count == 3)
    for (warning, end) in zip(
      warnings, ["found 2 bytes", "found F4", "found 1 note above, left out"])
    {
      #expect(warning.hasSuffix(end), "\(warning)")
    }
  }
}
