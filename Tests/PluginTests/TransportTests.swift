import LV2Hosting
import Testing

/// Where the score is, by what hosts say of their transports.
@Suite struct TransportTests {
  private static let time = "http://lv2plug.in/ns/ext/time#"
  private static let block = 1000

  /// What a host says before a block, if anything: how far it is, in samples, and how fast it goes.
  private typealias Said = (frame: Int, speed: Float)?

  /// Where the recording is in the score after each block, in samples.
  private static func places(_ said: [Said], isArdour: Bool) throws -> (places: [Int], latency: Int)
  {
    let world = try Bundle.world()
    let render = Render()
    let instance = try render.instance(in: world)
    let control = try #require(
      instance.plugin.port("control").flatMap { instance.events($0.index) })
    instance.activate()
    // Hosts ask for the latency first.
    instance.run(0)
    var places: [Int] = []
    let count = said.count * block
    let signal = [[Float]](repeating: [Float](repeating: 0.01, count: count), count: 2)
    _ = render(instance, signal, blocks: [block]) { _, done in
      if done > 0 { places.append(place(instance)) }
      guard let position = said[done / block] else { return }
      let scale = isArdour ? [("http://ardour.org/lv2/time#scale", AtomMessage.Value.float(1))] : []
      control.append(
        at: 0,
        .object(
          time + "Position",
          [
            (time + "frame", .long(Int64(position.frame))),
            (time + "speed", .float(position.speed)),
          ] + scale, world.urids))
    }
    places.append(place(instance))
    return (places, Int(instance["latency"]))
  }

  private static func place(_ instance: Instance) -> Int {
    Int((instance["score_position"] * 44_100).rounded())
  }

  private func expect(
    _ places: [Int], _ wanted: [Int], _ location: SourceLocation = #_sourceLocation
  ) {
    // Positions are seconds of 24 bits.
    #expect(
      places.count == wanted.count && zip(places, wanted).allSatisfy { abs($0 - $1) <= 1 },
      "\(places) \(wanted)", sourceLocation: location)
  }

  @Test func thePlaceIsThatOfTheInput() throws {
    let said: [Said] = [(50_000, 1), nil, (90_000, 1), (91_000, 0), nil, nil]
    let heard = try Self.places(said, isArdour: false)
    #expect(heard.latency > 0)
    expect(heard.places, [51_000, 52_000, 91_000, 91_000, 91_000, 91_000])
  }

  /// Ardour 7 says where what comes out is; stopped, it says so once.
  @Test func ardourTellsThePlaceOfTheOutput() throws {
    let said: [Said] = [(50_000, 1), nil, (90_000, 1), (91_000, 0), nil, nil]
    let heard = try Self.places(said, isArdour: true)
    let wanted = [51_000, 52_000, 91_000, 91_000, 91_000, 91_000].map { $0 + heard.latency }
    expect(heard.places, wanted)
  }

  /// It runs up to the beginning at a speed of 0, block by block.
  @Test func whatRunsUpMoves() throws {
    let said: [Said] = [(7000, 0), (8000, 0), (9000, 0), (10_000, 1), nil]
    let ardour = try Self.places(said, isArdour: true)
    expect(ardour.places, [7000, 9000, 10_000, 11_000, 12_000].map { $0 + ardour.latency })
    // Others that say so are moved by somebody while they stand.
    let other = try Self.places(said, isArdour: false)
    expect(other.places, [7000, 8000, 9000, 11_000, 12_000])
  }

  /// Whoever stops on the way up is not taken to go on for ever.
  @Test func aRunUpThatEndsStops() throws {
    let said: [Said] = [(7000, 0), (8000, 0)] + [Said](repeating: nil, count: 20)
    let places = try Self.places(said, isArdour: true).places
    #expect(places[19] == places[21] && places[2] > places[1], "\(places)")
  }

  /// An export of Ardour's is what any other host has, but for how it begins.
  @Test func theOutputIsTheSame() throws {
    let world = try Bundle.world()
    let render = Render()
    let before = 4 * Self.block
    let signal = Duet.signal(channelCount: 2).map {
      [Float](repeating: 0, count: before) + $0
    }
    let latency = try render.latency()
    func output(isArdour: Bool) throws -> [[Float]] {
      let instance = try render.instance(in: world)
      let control = try #require(
        instance.plugin.port("control").flatMap { instance.events($0.index) })
      instance.activate()
      instance.run(0)
      return render(instance, signal, blocks: [Self.block]) { _, done in
        let frame = done - before - (isArdour ? latency : 0)
        let properties: [(String, AtomMessage.Value)] = [
          (Self.time + "frame", .long(Int64(frame))),
          (Self.time + "speed", .float(isArdour && frame < 0 ? 0 : 1)),
        ]
        let scale = [("http://ardour.org/lv2/time#scale", AtomMessage.Value.float(1))]
        control.append(
          at: 0,
          .object(Self.time + "Position", properties + (isArdour ? scale : []), world.urids))
      }
    }
    expectSame(try output(isArdour: true), try output(isArdour: false), "Ardour")
  }
}
