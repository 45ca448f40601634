import DivisiScore
import Testing

private typealias M = MIDIWriter

@Suite struct MIDIFileTests {
  private func score(_ bytes: [UInt8]) throws -> Score {
    try Score.parse(bytes: bytes, name: "song.mid")
  }

  private func lines(_ bytes: [UInt8]) throws -> [String] { try score(bytes).notes.map(line) }

  @Test func readsNotesOfTwoTracks() throws {
    let right = M.name("right") + M.on(0, 72, 90) + M.off(480, 72) + M.end()
    let left = M.name(" left\n") + M.on(480, 48, 70, channel: 2) + M.off(960, 48, channel: 2)
    let score = try score(M.file([right, left]))
    #expect(score.notes.map(line) == ["0-500 72 v90", "500-1500 48 v70"])
    #expect(score.notes.map(\.track) == [1, 2])
    #expect(score.notes.map(\.channel) == [1, 2])
    #expect(score.trackNames == ["right", "left"])
    #expect(!score.hasPedal)
  }

  @Test func readsLatin1TrackNames() throws {
    let track = M.meta(0, 3, [0x66, 0xFC, 0x72]) + M.on(0, 60) + M.off(1, 60)
    #expect(try score(M.file([track])).trackNames == ["für"])
  }

  @Test func keepsRunningStatusAcrossMetaEvents() throws {
    let track: [UInt8] =
      [0, 0x90, 60, 64, 0, 64, 65] + M.meta(0, 1, [65]) + M.delta(480) + [60, 0]
      + M.delta(480) + [64, 0]
    #expect(try lines(M.file([track])) == ["0-500 60 v64", "0-1000 64 v65"])
  }

  @Test func followsTempoChangesOfAnyTrack() throws {
    let tempos = M.tempo(0, 1_000_000) + M.tempo(480, 250_000)
    let notes = M.on(240, 60) + M.off(480, 60)
    #expect(try lines(M.file([tempos, notes])) == ["500-1125 60 v64"])
  }

  @Test(arguments: [(0xE728, 1.0), (0xE801, 1000.0 / 24), (0xE350, 1001.0 / 2400)])
  func readsTimeCodeDivisions(division: Int, millisecondsPerTick: Double) throws {
    let track = M.tempo(0, 9_000_000) + M.on(1000, 60) + M.off(1000, 60)
    let note = try #require(try score(M.file(division: division, [track])).notes.first)
    #expect(abs(note.onsetSeconds - millisecondsPerTick) < 1e-9)
    #expect(abs(note.releaseSeconds - 2 * millisecondsPerTick) < 1e-9)
  }

  @Test func playsThePatternsOfFormat2OneAfterAnother() throws {
    let first = M.tempo(0, 1_000_000) + M.on(0, 60) + M.off(480, 60) + M.end(480)
    let second = M.on(480, 62) + M.off(480, 62)
    let score = try score(M.file(format: 2, [first, second]))
    #expect(score.notes.map(line) == ["0-1000 60 v64", "2500-3000 62 v64"])
    #expect(score.notes.map(\.track) == [1, 2])
  }

  @Test func endsOpenNotesWithTheirTrack() throws {
    let track = M.on(0, 60) + M.on(480, 64) + M.end(480)
    #expect(try lines(M.file([track])) == ["0-1000 60 v64", "500-1000 64 v64"])
  }

  @Test func endsAKeyWhereItIsStruckAgain() throws {
    let track = M.on(0, 60, 70) + M.on(480, 60, 80) + M.off(480, 60) + M.off(480, 60)
    #expect(try lines(M.file([track])) == ["0-500 60 v70", "500-1500 60 v80"])
    let unison = M.on(0, 60, 70) + M.on(0, 60, 80) + M.off(480, 60) + M.off(480, 60)
    #expect(try lines(M.file([unison])) == ["0-500 60 v70", "0-1000 60 v80"])
  }

  @Test func skipsWhatDoesNotSound() throws {
    let track =
      [0, 0xF0, 3, 1, 2, 0xF7] + M.program(5) + [0, 0xD0, 1, 0, 0xE0, 1, 2, 0, 0xA0, 60, 1]
      + M.on(0, 60) + M.off(480, 60) + M.end() + [0xAA, 0xBB]
    let alien = M.chunk("XFIH", [1, 2, 3])
    var bytes = M.chunk("MThd", M.number(1, 2) + M.number(1, 2) + M.number(480, 2) + [9, 9])
    bytes += alien + M.chunk("MTrk", track) + [1, 2, 3]
    #expect(try lines(bytes) == ["0-500 60 v64"])
  }

  @Test func unwrapsRIFF() throws {
    let file = M.file([M.on(0, 60) + M.off(480, 60)])
    let bytes = Array("RIFF".utf8) + [0, 0, 0, 0] + Array("RMIDdata".utf8) + [0, 0, 0, 0] + file
    #expect(try lines(bytes) == ["0-500 60 v64"])
  }

  @Test(arguments: damagedFiles)
  func refusesDamagedFiles(bytes: [UInt8], problem: String) {
    #expect(refusal(bytes, "song.mid") == "song.mid: \(problem)")
  }

  @Test func refusesOtherDataUnderAMIDIName() {
    let expected = "song.mid: byte 0: expected a header chunk 'MThd', found other data"
    #expect(refusal(Array("hello".utf8), "song.mid") == expected)
  }

  @Test func refusesScoresThatNeverEnd() {
    let far = [[UInt8]](repeating: M.meta(0x0FFF_FFFF, 1, []), count: 8).flatMap { $0 }
    let bytes = M.file(division: 1, [far + M.on(0, 60) + M.off(1, 60)])
    #expect(
      refusal(bytes, "song.mid")
        == "song.mid: expected a score of at most 100 hours, found a note that ends later")
  }
}

private let header = M.chunk("MThd", [0, 1, 0, 1, 1, 0])

/// Bytes, and where and how they are refused.
private let damagedFiles: [([UInt8], String)] = [
  (M.file(format: 3, [[]]), "byte 8: expected MIDI file format 0, 1 or 2, found 3"),
  (
    M.file(division: 0, [[]]),
    "byte 12: expected a division above 0 ticks per quarter note, found 0"
  ),
  (
    M.file(division: 0xE700, [[]]),
    "byte 12: expected 24, 25, 29 or 30 time code frames per second of 1 to 255 ticks, "
      + "found 25 of 0"
  ),
  (M.chunk("MThd", [0, 1]), "byte 4: expected a header of at least 6 bytes, found 2"),
  (
    Array(M.file([[]]).dropLast(8)),
    "byte 14: expected a track chunk 'MTrk', found the end"
  ),
  (
    header + Array("XFIH".utf8) + [9, 9, 9, 9],
    "byte 14: expected a track chunk 'MTrk', found 'XFIH'"
  ),
  (
    header + [0, 0, 0, 0, 0, 0, 0, 0],
    "byte 14: expected a track chunk 'MTrk', found no chunk type"
  ),
  (
    Array(M.file([M.on(0, 60)]).dropLast(2)),
    "byte 24: expected a data byte, found the end"
  ),
  (M.file([[0, 60, 64]]), "byte 23: expected a status byte from 80 to FF, found 3C"),
  (M.file([[0, 0xF4]]), "byte 23: expected a channel, system exclusive or meta event, found F4"),
  (M.file([[0, 0x90, 60]]), "byte 25: expected a data byte, found the end"),
  (
    M.file([[0, 0x90, 200, 60]]),
    "byte 22: expected pitches from 0 to 127, found 1 note above, left out"
  ),
  (
    M.file([[0xFF, 0xFF, 0xFF, 0xFF, 0]]),
    "byte 22: expected a delta time of at most four bytes, found more"
  ),
  (
    M.file([M.tempo(0, 0)]),
    "byte 24: expected a tempo of three bytes, above zero, found zero"
  ),
  (
    M.file([M.meta(0, 0x51, [1])]),
    "byte 24: expected a tempo of three bytes, above zero, found 1 bytes"
  ),
  (
    M.file([[0, 0xFF, 3, 100, 65]]),
    "byte 26: expected 100 bytes of a meta event, found only 1"
  ),
  (M.file([M.end()]), "expected at least one note, found none"),
  (Array("MThd".utf8), "byte 4: expected 4 bytes of a header length, found the end"),
]
