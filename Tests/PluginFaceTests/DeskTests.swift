import DivisiControls
import Testing

@testable import PluginFace

/// What becomes of values and gestures.
@Suite struct DeskTests {
  private static func desk(_ kind: PluginKind = .hands) -> Desk {
    let size = Desk.size(for: kind)
    var desk = Desk(kind, width: size.width, height: size.height)
    desk.dirty = []
    return desk
  }

  private static func place(_ item: Item, in desk: Desk) throws -> Place {
    try #require(desk.layout.frame(of: item)).middle
  }

  @Test(arguments: PluginKind.separating)
  func everythingHasItsPlaceAtEverySize(kind: PluginKind) throws {
    let least = Desk.leastSize(for: kind)
    for width in [least.width, least.width + 77, 1600] {
      for height in [least.height, 500, 620, 1100] {
        let desk = Desk(kind, width: width, height: height)
        for item in desk.order + [.shade] {
          let frame = try #require(desk.layout.frame(of: item))
          #expect(frame.width > 10 && frame.height > 10, "\(item) \(width) × \(height)")
          #expect(frame.x >= 0 && frame.right <= width, "\(item) \(width) × \(height)")
          #expect(frame.y >= 0 && frame.bottom <= height, "\(item) \(width) × \(height)")
          #expect(desk.layout.item(at: frame.middle) == item)
        }
      }
    }
    // A host may make it as small as it likes.
    for size in [1.0, 30, 200] { _ = Desk(kind, width: size, height: size) }
  }

  @Test(arguments: PluginKind.separating)
  func everyValueHasRoomAtTheUsualSize(kind: PluginKind) throws {
    let desk = Self.desk(kind)
    for (index, port) in desk.fields.enumerated() {
      let law = try #require(desk.laws[port])
      #expect(desk.layout.fields[index].width >= Words.width(law), "\(law.control.name)")
    }
  }

  @Test func theHostsValuesAreShown() {
    var desk = Self.desk()
    let strip = desk.strips[0]
    desk.take(-6, port: strip.gain, at: 0)
    #expect(desk.values[strip.gain] == -6)
    #expect(desk.dirty == [.strip(0)])
    #expect(desk.wishes.isEmpty)
    desk.dirty = []
    desk.take(-20, port: strip.level, at: 0)
    #expect(desk.dirty == [.meter(0)])
    desk.take(-20, port: 9999, at: 0)
    desk.take(.nan, port: strip.gain, at: 0)
    #expect(desk.values[strip.gain] == -6)
  }

  @Test func partsThatAreNotHeardAreKnown() {
    var desk = Self.desk()
    desk.take(1, port: desk.strips[1].solo, at: 0)
    #expect([0, 1, 2].map { desk.isUnheard($0) } == [true, false, true])
    desk.take(1, port: desk.strips[1].mute, at: 0)
    #expect([0, 1, 2].map { desk.isUnheard($0) } == [true, true, true])
  }

  /// While a fader is held nobody else moves it, and what the host echoes of it comes too late to count.
  @Test func aHeldFaderIsTheHands() throws {
    var desk = Self.desk()
    let gain = desk.strips[0].gain
    let place = try Self.place(.gain(0), in: desk)
    desk.handle(.press(place, isFine: false), at: 1)
    let pressed = desk.values[gain]
    desk.take(12, port: gain, at: 1.1)
    #expect(desk.values[gain] == pressed)
    desk.handle(.move(Place(x: place.x, y: place.y - 20), isFine: false), at: 1.2)
    let moved = desk.values[gain]
    #expect(moved > pressed)
    desk.handle(.release, at: 1.3)
    desk.take(Double(pressed), port: gain, at: 1.35)
    desk.take(moved, port: gain, at: 1.4)
    desk.advance(to: 2)
    #expect(desk.values[gain] == moved)
    desk.take(-1, port: gain, at: 3)
    #expect(desk.values[gain] == -1)
    let holds = desk.wishes.filter { if case .hold = $0 { true } else { false } }
    #expect(holds == [.hold(port: gain, isHeld: true), .hold(port: gain, isHeld: false)])
  }

  @Test func withShiftMovementsAreFine() throws {
    var coarse = Self.desk()
    let gain = coarse.strips[0].gain
    let place = try Self.place(.gain(0), in: coarse)
    coarse.handle(.press(place, isFine: false), at: 1)
    let before = coarse.values[gain]
    var fine = coarse
    let moved = Place(x: place.x, y: place.y - 30)
    coarse.handle(.move(moved, isFine: false), at: 1)
    fine.handle(.move(moved, isFine: true), at: 1)
    let ratio = (fine.values[gain] - before) / (coarse.values[gain] - before)
    #expect(abs(ratio - 0.1) < 0.02)
  }

  @Test func aDoubleClickResets() throws {
    var desk = Self.desk()
    let pan = desk.strips[2].pan
    desk.take(-0.5, port: pan, at: 0)
    let place = try Self.place(.pan(2), in: desk)
    for seconds in [1.0, 1.2] {
      desk.handle(.press(place, isFine: false), at: seconds)
      desk.handle(.release, at: seconds)
    }
    #expect(desk.values[pan] == 0)
    // Two presses that are not one gesture do not.
    desk.take(0.5, port: pan, at: 9)
    let right = Place(x: place.x + 20, y: place.y)
    for seconds in [10.0, 11.0] {
      desk.handle(.press(right, isFine: false), at: seconds)
      desk.handle(.release, at: seconds)
    }
    #expect(desk.values[pan] > 0.1)
  }

  @Test func whatIsTypedIsTakenOrSaid() throws {
    var desk = Self.desk()
    let gain = desk.strips[0].gain
    desk.handle(.press(try Self.place(.value(0), in: desk), isFine: false), at: 1)
    for character in "-7.5" { desk.handle(.character(character), at: 1) }
    // What is being typed is not overwritten.
    desk.take(3, port: gain, at: 1)
    desk.handle(.key(.enter, isLarge: false), at: 1)
    #expect(desk.values[gain] == -7.5)
    desk.handle(.key(.enter, isLarge: false), at: 2)
    for character in "loud" { desk.handle(.character(character), at: 2) }
    desk.handle(.key(.enter, isLarge: false), at: 2)
    #expect(desk.values[gain] == -7.5)
    #expect(desk.message == "loud: expected -60 to 12 dB")
    desk.handle(.key(.enter, isLarge: false), at: 3)
    desk.handle(.character("3"), at: 3)
    desk.handle(.key(.escape, isLarge: false), at: 3)
    #expect(desk.values[gain] == -7.5 && desk.typing == nil)
  }

  /// From the first to the last and round again, and back.
  @Test(arguments: PluginKind.separating)
  func theKeyboardReachesEverything(kind: PluginKind) {
    var desk = Self.desk(kind)
    let order = desk.order
    for item in order + [order[0]] {
      desk.handle(.key(.next, isLarge: false), at: 1)
      #expect(desk.focus == item)
    }
    desk.handle(.key(.previous, isLarge: false), at: 1)
    #expect(desk.focus == order.last)
  }

  @Test func choicesGoRound() throws {
    var desk = Self.desk()
    let place = try Self.place(.field(0), in: desk)
    var values: [Double] = []
    for seconds in [1.0, 2, 3] {
      desk.handle(.press(place, isFine: false), at: seconds)
      values.append(desk.values[desk.fields[0]])
    }
    #expect(values == [1, 2, 0])
  }

  @Test func aPeakStaysAndFalls() {
    var meter = Meter()
    meter.set(-6)
    let changes = [0, 1.4, 1.6].map { seconds in
      if seconds > 0 { meter.set(-60) }
      return meter.advance(to: seconds)
    }
    #expect(changes == [true, false, true])
    #expect(meter.peak < -6 && meter.peak > -20)
    _ = meter.advance(to: 9)
    #expect(meter.peak == -60)
  }

  /// A score is shifted by less than people hear, and what a host has set finely stays.
  @Test func theScoreMovesByMilliseconds() throws {
    var desk = Self.desk()
    let port = try #require(PluginKind.hands.index(of: "score_offset"))
    let field = try #require(desk.fields.firstIndex(of: port))
    desk.take(0.37, port: port, at: 0)
    desk.handle(.scroll(try Self.place(.field(field), in: desk), notches: 1, isLarge: false), at: 1)
    #expect(abs(desk.values[port] - 0.38) < 1e-9)
    for (text, value) in [("1.25", 1.25), ("-500 ms", -0.5), ("2 s", 2), ("3 dB", 2), ("4 hz", 2)] {
      desk.beginTyping(.field(field), text)
      desk.endTyping(isAccepted: true)
      #expect(abs(desk.values[port] - value) < 1e-9, "\(text)")
    }
  }

  /// The score of a slot goes before that which was chosen.
  @Test func theScoreInUseIsNamed() throws {
    var desk = Self.desk()
    desk.scorePath = "/music/piece.mid"
    #expect(desk.scoreName == "piece.mid")
    desk.take(3, port: try #require(PluginKind.hands.index(of: "score_slot")), at: 0)
    #expect(desk.scoreName == "of slot 3")
  }
}
