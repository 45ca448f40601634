import DivisiScore
import Testing

private typealias M = MIDIWriter

@Suite struct PedalTests {
  private func score(_ tracks: [[UInt8]]) throws -> Score {
    try Score.parse(bytes: M.file(tracks), name: "song.mid")
  }

  @Test func holdsReleasedNotesUntilThePedalIsLifted() throws {
    let track = M.pedal(0, 127) + M.on(0, 60) + M.off(480, 60) + M.pedal(480, 0)
    let score = try score([track])
    #expect(score.notes.map(line) == ["0-500(1000) 60 v64"])
    #expect(score.hasPedal)
  }

  @Test func holdsUntilTheEndIfNeverLifted() throws {
    let track = M.on(0, 60) + M.pedal(240, 64) + M.off(240, 60) + M.end(960)
    #expect(try score([track]).notes.map(line) == ["0-500(1500) 60 v64"])
  }

  @Test func leavesKeysThatOutlastThePedal() throws {
    let track = M.pedal(0, 127) + M.on(0, 60) + M.pedal(240, 63) + M.off(240, 60) + M.end(480)
    #expect(try score([track]).notes.map(line) == ["0-500 60 v64"])
  }

  @Test func dampsAtAPedalChangeOnTheRelease() throws {
    let track =
      M.pedal(0, 127) + M.on(0, 60) + M.pedal(480, 0) + M.pedal(0, 127) + M.off(0, 60)
      + M.pedal(480, 0)
    #expect(try score([track]).notes.map(line) == ["0-500 60 v64"])
  }

  @Test func endsAHeldNoteWhereItsKeyIsStruckAgain() throws {
    let track =
      M.pedal(0, 127) + M.on(0, 60) + M.off(240, 60) + M.on(240, 60) + M.off(240, 60) + M.on(0, 61)
      + M.off(240, 61) + M.pedal(0, 0)
    #expect(
      try score([track]).notes.map(line)
        == ["0-250(500) 60 v64", "500-750(1000) 60 v64", "750-1000 61 v64"])
  }

  @Test func countsForAllTracksOfItsChannel() throws {
    let pedal = M.pedal(0, 127) + M.pedal(960, 0)
    let notes = M.on(0, 60) + M.off(480, 60)
    #expect(try score([pedal, notes]).notes.map(line) == ["0-500(1000) 60 v64"])
  }

  @Test func isSharedByTheHandsOfOnePiano() throws {
    let right = M.on(0, 72) + M.off(480, 72)
    let left =
      M.pedal(0, 127, channel: 2) + M.on(0, 48, channel: 2) + M.off(480, 48, channel: 2)
      + M.pedal(480, 0, channel: 2)
    #expect(
      try score([right, left]).notes.map(line) == ["0-500(1000) 48 v64", "0-500(1000) 72 v64"])
    let violin = M.program(40) + right
    #expect(try score([violin, left]).notes.map(line) == ["0-500(1000) 48 v64", "0-500 72 v64"])
    let other = M.pedal(0, 127) + M.on(0, 72) + M.off(480, 72) + M.pedal(240, 0)
    #expect(
      try score([other, left]).notes.map(line) == ["0-500(1000) 48 v64", "0-500(750) 72 v64"])
  }

  @Test func leavesPercussionAlone() throws {
    let drums =
      M.pedal(0, 127, channel: 10) + M.on(0, 36, channel: 10) + M.off(240, 36, channel: 10)
      + M.end(480)
    let score = try score([drums])
    #expect(score.notes.map(line) == ["0-250 36 v64"])
    #expect(!score.hasPedal)
  }

  @Test func ignoresResetsOfAPedalThatIsNeverPressed() throws {
    #expect(try !score([M.pedal(0, 0) + M.on(0, 60) + M.off(480, 60)]).hasPedal)
  }
}
