import DivisiControls
import Testing

@testable import PluginFace

/// The score over time: what the plugin tells of it, and what hands do to it.
@Suite struct RollTests {
  private typealias Note = FaceMessage.Note

  private static func bytes<Head: BitwiseCopyable, Element: BitwiseCopyable>(
    _ head: Head, _ elements: [Element]
  ) -> [UInt8] {
    withUnsafeBytes(of: head) { Array($0) } + elements.withUnsafeBytes { Array($0) }
  }

  private static func note(_ onset: Float, _ pitch: UInt8, part: UInt8 = 0) -> Note {
    Note(onset: onset, end: onset + 0.5, part: part, pitch: pitch, velocity: 80)
  }

  private static func head(_ edition: UInt32, _ first: UInt32, _ total: UInt32) -> FaceMessage.Head
  {
    FaceMessage.Head(edition: edition, first: first, total: total)
  }

  private static func place(
    _ seconds: Double, stream: Double = 0, number: UInt32 = 0, isRolling: Bool = true,
    latency: Double = 2
  ) -> [UInt8] {
    bytes(
      FaceMessage.Place(
        seconds: seconds, streamSeconds: stream, latencySeconds: latency, stream: number,
        isRolling: isRolling ? 1 : 0),
      [UInt8]())
  }

  @Test func aListIsWholeOrNone() {
    var roll = Roll()
    #expect(!roll.isTold)
    roll.takeNotes(Self.bytes(Self.head(1, 0, 2), [Self.note(2, 60)]), at: 0)
    #expect(roll.notes.isEmpty && !roll.isTold)
    roll.takeNotes(Self.bytes(Self.head(1, 1, 2), [Self.note(1, 72)]), at: 0)
    #expect(roll.notes.map(\.pitch) == [72, 60] && roll.isTold)
    // A piece is lost, and so the list; the plugin is asked again. Notes of another score would be wrong meanwhile.
    roll.takeNotes(Self.bytes(Self.head(2, 0, 3), [Self.note(5, 65)]), at: 0)
    roll.takeNotes(Self.bytes(Self.head(2, 2, 3), [Self.note(7, 65)]), at: 0)
    #expect(roll.notes.isEmpty && !roll.isTold)
    #expect(roll.isBeingTold(at: 0.9) && !roll.isBeingTold(at: 1.1))
    roll.takeNotes(Self.bytes(Self.head(3, 0, 0), [Note]()), at: 0)
    #expect(roll.notes.isEmpty && roll.isTold)
  }

  /// Whatever comes, nothing traps.
  @Test func nonsenseIsLeftOut() {
    var roll = Roll()
    for count in 0..<40 {
      let bytes = [UInt8](repeating: 0xFF, count: count)
      roll.takeNotes(bytes, at: 0)
      roll.takeBeats(bytes)
      roll.takeHeard(bytes)
      roll.takePlace(bytes, at: 0)
    }
    #expect(roll.notes.isEmpty && roll.beats.isEmpty && roll.moments.isEmpty)
    #expect(roll.position(at: 1) == nil)
    let odd = [
      Note(onset: .nan, end: 1, part: 0, pitch: 60, velocity: 1),
      Note(onset: 3, end: 2, part: 200, pitch: 255, velocity: 255),
      Note(onset: 1, end: 2, part: 200, pitch: 255, velocity: 255),
    ]
    roll.takeNotes(Self.bytes(Self.head(1, 0, 3), odd), at: 0)
    #expect(roll.notes.count == 1)
  }

  @Test func timeGoesOnBetweenPlacesAndStandsStillWithoutThem() {
    var roll = Roll()
    roll.takePlace(Self.place(10), at: 100)
    #expect(abs((roll.position(at: 100.04) ?? 0) - 10.04) < 1e-9)
    #expect(roll.isRolling(at: 100.04))
    #expect(roll.position(at: 200) == 10.25)
    #expect(!roll.isRolling(at: 200))
    roll.takePlace(Self.place(12, isRolling: false), at: 201)
    #expect(roll.position(at: 201.2) == 12)
  }

  @Test func whatIsHeardFindsItsTime() {
    var roll = Roll()
    func heard(_ seconds: Float, stream: UInt32) -> [UInt8] {
      Self.bytes(
        FaceMessage.Source(stream: stream),
        [FaceMessage.Heard(seconds: seconds, part: 1, pitch: 60, level: 255)])
    }
    roll.takePlace(Self.place(30, stream: 5, number: 2), at: 0)
    roll.takePlace(Self.place(90, stream: 6, number: 2), at: 1)
    roll.takeHeard(heard(5.5, stream: 2))
    roll.takeHeard(heard(6.5, stream: 2))
    roll.takeHeard(heard(6.5, stream: 3))
    #expect(roll.moments.map(\.seconds) == [30.5, 90.5])
    #expect(roll.moments.allSatisfy { $0.level == 1 && $0.part == 1 })
    // Who goes back hears again.
    roll.takePlace(Self.place(60, stream: 7, number: 2), at: 2)
    #expect(roll.moments.map(\.seconds) == [30.5])
  }

  @Test func notesAreFoundByTheTimesAtWhichTheySound() {
    var roll = Roll()
    let notes = (0..<1000).map { Self.note(Float($0), UInt8(40 + $0 % 40)) }
    roll.takeNotes(Self.bytes(Self.head(1, 0, 1000), notes), at: 0)
    #expect(roll.notes(from: 500.2, to: 502.1).map(\.onset) == [500, 501, 502])
    #expect(roll.notes(from: -9, to: -1).isEmpty)
    #expect(roll.notes(from: 5000, to: 5001).isEmpty)
    let beats = (0..<8).map { (beat: Int) -> FaceMessage.Beat in
      let bar = beat.isMultiple(of: 4) ? Int32(beat / 4 + 1) : -1
      return FaceMessage.Beat(seconds: Float(beat), bar: bar)
    }
    roll.takeBeats(Self.bytes(Self.head(1, 0, 8), beats))
    #expect(roll.bar(at: 3.9) == 1)
    #expect(roll.bar(at: 4) == 2)
    #expect(roll.bar(at: -1) == nil)
  }

  // MARK: On the desk

  /// Not all hosts tell of the port; the plugin's own word holds.
  @Test func thePluginSaysHowLateItIs() {
    let size = Desk.size(for: .hands)
    var desk = Desk(.hands, width: size.width, height: size.height)
    desk.sampleRate = 1000
    desk.take(3000, port: desk.latencyPort, at: 0)
    #expect(desk.latencySeconds == 3)
    desk.dirty = []
    desk.take(.place, Self.place(1, latency: 0.5), at: 0)
    #expect(desk.latencySeconds == 0.5)
    #expect(desk.dirty.contains(.header))
  }

  private static func desk(_ kind: PluginKind = .hands) -> Desk {
    let size = Desk.size(for: kind)
    var desk = Desk(kind, width: size.width, height: size.height)
    desk.take(
      .notes, bytes(head(1, 0, 2), [note(1, 48), note(2, 72, part: 1)]), at: 0)
    desk.take(.place, place(1.5, isRolling: false), at: 0)
    desk.advance(to: 0)
    return desk
  }

  @Test(arguments: [PluginKind.hands, .drums])
  func aClickSaysWhichPartANoteIsIn(kind: PluginKind) throws {
    var desk = Self.desk(kind)
    let scale = try #require(desk.rollScale)
    #expect(scale.now == 1.5)
    for note in desk.roll.notes {
      let place = scale.frame(of: note).middle
      desk.handle(.press(place, isFine: false), at: 1)
      desk.handle(.release, at: 1)
      #expect(desk.message.hasPrefix(kind.parts[Int(note.part)].label + ": "))
      #expect(desk.focus == .gain(Int(note.part)))
    }
    #expect(
      desk.message == (kind == .hands ? "Right hand: C5 at 0:02.0" : "Snare: a stroke at 0:02.0"))
    #expect(desk.wishes.isEmpty)
  }

  @Test func aDragShiftsTheScore() throws {
    var desk = Self.desk()
    let scale = try #require(desk.rollScale)
    let place = scale.rows.middle
    desk.handle(.press(place, isFine: false), at: 1)
    let moved = Place(x: place.x + 2 * scale.pointsPerSecond, y: place.y)
    desk.handle(.move(moved, isFine: false), at: 1)
    desk.handle(.release, at: 1)
    let port = desk.offsetPort
    #expect(
      desk.wishes == [
        .hold(port: port, isHeld: true), .set(port: port, value: 2),
        .hold(port: port, isHeld: false),
      ])
  }

  @Test func theWheelZooms() throws {
    var desk = Self.desk()
    let place = try #require(desk.layout.roll).middle
    desk.handle(.scroll(place, notches: 1, isLarge: false), at: 1)
    #expect(desk.secondsShown < 12)
    for _ in 0..<40 { desk.handle(.scroll(place, notches: -1, isLarge: false), at: 1) }
    #expect(desk.secondsShown == 60)
  }

  /// The sound that comes out is late, and so is what is shown while time goes on.
  @Test func theScoreIsShownAsItIsHeard() throws {
    var desk = Self.desk()
    desk.take(.place, Self.place(10), at: 1)
    desk.advance(to: 1)
    #expect(desk.shownPosition == 8)
    desk.dirty = []
    desk.advance(to: 1.0001)
    #expect(desk.dirty.isEmpty)
    desk.advance(to: 1.1)
    #expect(desk.dirty == [.roll])
  }
}
