import Foundation
import Testing

/// MIDI through the host and into its controls, along a transport that runs as fast as it can.
@Suite(.serialized) struct MIDITests {
  private static let amplifier = "http://lv2plug.in/plugins/eg-amp"
  private static let period = 256

  /// Events go in and come out at their samples, also at the edges of blocks.
  @Test func eventsKeepTheirPlace() throws {
    let server = try Server(period: Self.period)
    let host = try server.host(["http://lv2plug.in/plugins/eg-fifths"])
    let frames = [0, 1, 255, 256, 300, 300, 511, 1024, 5000]
    let events = frames.enumerated().map { index, frame in
      Server.Event(frame, index % 2 == 0 ? 0x90 : 0x80, UInt8(60 + index / 2), 100)
    }
    let heard = try server.play(
      Server.Music(events: events, eventInput: "in", count: 6000), recording: [], events: "out"
    ).events
    // The plugin adds a fifth to each.
    let expected = events.flatMap { event in
      [event, Server.Event(event.frame, event.bytes[0], event.bytes[1] + 7, event.bytes[2])]
    }
    #expect(heard == expected)
    #expect(host.isRunning)
  }

  /// Notes open and close a gate, neither too early nor too late.
  @Test func notesActAtTheirSample() throws {
    let server = try Server(period: Self.period)
    let host = try server.host(["http://lv2plug.in/plugins/eg-midigate"])
    let notes = [
      (700, true), (1111, false), (2048, true), (2100, false), (2222, true), (3001, false),
    ]
    let music = Server.Music(
      inputs: ["in"], channels: [(0..<4000).map { Float($0 + 1) / 4000 }],
      events: notes.map { Server.Event($0.0, $0.1 ? 0x90 : 0x80, 60, 90) },
      eventInput: "control")
    // This plugin counts a note first, and then writes what was before it in the block.
    var expected = music.channels[0]
    var isOpen = false
    for start in stride(from: 0, to: expected.count, by: Self.period) {
      let end = min(start + Self.period, expected.count)
      var offset = start
      for (frame, opens) in notes where (start..<end).contains(frame) {
        isOpen = opens
        if !isOpen { for index in offset..<frame { expected[index] = 0 } }
        offset = frame
      }
      if !isOpen { for index in offset..<end { expected[index] = 0 } }
    }
    #expect(expected[2048] == 0 && expected[2100] > 0 && expected[2221] > 0)
    #expect(try server.play(music, recording: ["out"]).channels[0] == expected)
    #expect(host.isRunning)
  }

  /// Notes are the score where the plugin is told so.
  @Test func notesAreTheScore() throws {
    let server = try Server()
    let host = try server.host(
      ["urn:divisi:hands", "--preset", "hands-live", "--set", "score_source=MIDI input", "--wait"])
    #expect(try host.value("score_source") == 1)
    func tone(_ pitch: Double, _ seconds: Range<Double>) -> [Float] {
      (0..<66_150).map { index in
        let time = Double(index) / 44_100
        guard seconds.contains(time) else { return 0 }
        let frequency = 440 * exp2((pitch - 69) / 12)
        return Float(
          (1...4).reduce(0) { $0 + sin(2 * .pi * frequency * Double($1) * time) / Double($1) }
            * 0.1 * exp(-3 * (time - seconds.lowerBound)))
      }
    }
    let sum = zip(tone(48, 0.1..<1.2), tone(79, 0.3..<1.2)).map { $0 + $1 }
    var music = Server.Music(
      inputs: ["in_l"], channels: [sum],
      events: [
        Server.Event(4410, 0x90, 48, 80), Server.Event(13_230, 0x90, 79, 80),
        Server.Event(52_000, 0x80, 48, 0), Server.Event(52_001, 0x80, 79, 0),
      ], eventInput: "midi")
    let ports = ["left_l", "right_l"]
    let played = try server.play(music, recording: ports).channels
    #expect(played.allSatisfy { $0.contains { abs($0) > 0.02 } })
    // Without notes nothing belongs to a hand. The transport has gone back to the start.
    music.events = []
    let silent = try server.play(music, recording: ports).channels
    #expect(silent.allSatisfy { $0.dropFirst(30_000).allSatisfy { abs($0) < 1e-3 } })
  }

  // MARK: Controllers

  /// A controller acts in the block in which it arrives, and in no other one.
  @Test func controllersActInTheirBlock() throws {
    let server = try Server(period: Self.period)
    let host = try server.host([Self.amplifier, "--map", "cc7=gain", "--map", "cc1@2=gain"])
    let events = [
      Server.Event(1000, 0xB0, 7, 0),  // channel 1: off
      Server.Event(2000, 0xB0, 1, 127),  // channel 1 is not channel 2
      Server.Event(3000, 0xB1, 1, 127),  // channel 2: all the way up
      Server.Event(4000, 0xB5, 7, 51),  // any channel: 0 dB
    ]
    let music = Server.Music(
      inputs: ["in"], channels: [[Float](repeating: 0.01, count: 5000)], events: events,
      eventInput: "control")
    let output = try server.play(music, recording: ["out"]).channels[0]
    func block(_ frame: Int) -> Int { frame / Self.period * Self.period }
    for (range, gain) in [
      (0..<block(1000), Float(1)), (block(1000)..<block(3000), 0),
      (block(3000)..<block(4000), Float(pow(10, 24.0 / 20))), (block(4000)..<5000, 1),
    ] {
      #expect(output[range].allSatisfy { abs($0 - 0.01 * gain) < 1e-5 }, "\(range)")
    }
    #expect(try host.value("gain") == 0)
  }

  /// What 128 steps mean to controls of different kinds.
  @Test func stepsSuitTheControl() throws {
    let server = try Server(period: Self.period)
    let host = try server.host(
      ["urn:divisi:hands", "--preset", "hands-live"]
        + ["mute_left", "iterations", "pan_left", "gain_left", "score_source", "model"].enumerated()
        .flatMap { ["--map", "cc\($0 + 1)=\($1)"] })
    func send(_ controller: UInt8, _ value: UInt8) throws {
      _ = try server.play(
        Server.Music(
          events: [Server.Event(10, 0xB0, controller, value)], eventInput: "midi", count: 1000),
        recording: [])
    }
    for (controller, value, symbol, expected) in [
      (1, 64, "mute_left", 1), (1, 63, "mute_left", 0), (2, 127, "iterations", 200),
      (2, 64, "iterations", 101), (3, 0, "pan_left", -1), (4, 127, "gain_left", 12),
      (4, 80, "gain_left", 0), (4, 0, "gain_left", -60), (5, 64, "score_source", 1),
      (6, 127, "model", 10), (6, 38, "model", 3),
    ] as [(UInt8, UInt8, String, Float)] {
      try send(controller, value)
      #expect(try host.value(symbol) == expected, "cc\(controller) \(value)")
    }
  }

  @Test func logarithmicControlsMultiply() throws {
    let folder = try TemporaryFolder()
    let control = """
      a lv2:InputPort, lv2:ControlPort ; lv2:symbol "f" ; lv2:name "F" ; lv2:default 20 ;
      lv2:minimum 20 ; lv2:maximum 20000 ;
      lv2:portProperty <http://lv2plug.in/ns/ext/port-props#logarithmic>
      """
    let server = try Server()
    let host = try server.host(
      ["urn:test:faulty", "--map", "cc20=f"],
      environment: [
        "LV2_PATH": JackTools.bundle(in: folder, ports: JackTools.audioPorts + [control])
          + ":/usr/lib/lv2"
      ])
    for (value, expected) in [(0, 20), (64, 649.5), (127, 20_000)] as [(UInt8, Float)] {
      _ = try server.play(
        Server.Music(
          events: [Server.Event(10, 0xB0, 20, value)], eventInput: "control", count: 3000),
        recording: [])
      #expect(try abs(host.value("f") - expected) < 0.001 * expected)
    }
  }

  /// Maps are made, learnt, listed, forgotten, and kept with the state.
  @Test func mapsAreKept() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let state = ["--state", folder.file("state")]
    var host = try server.host(Polonaise.arguments + state + ["--map", "cc7=gain_left"])
    #expect(try host.ask("map cc10@3=pan_left", for: "map") == "map cc10@3=pan_left")
    #expect(try host.ask("learn mute_right", for: "learn").hasPrefix("learn mute_right"))
    // The first controller that arrives is taken, a note and the next controller are not.
    let music = Server.Music(
      events: [
        Server.Event(10, 0x90, 60, 1), Server.Event(20, 0xB4, 33, 100),
        Server.Event(30, 0xB4, 34, 100),
      ], eventInput: "midi", count: 3000)
    _ = try server.play(music, recording: [])
    #expect(host.wait { host.errors.contains("map cc33@5=mute_right") }, "\(host.errors)")
    #expect(try host.value("mute_right") == 1)
    _ = try host.ask("learn solo_left", for: "learn solo_left")
    _ = try host.ask("learn off", for: "learn off")
    _ = try server.play(music, recording: [])
    _ = try host.ask("map cc99=gain_right", for: "map")
    _ = try host.ask("unmap gain_right", for: "unmap")
    _ = try host.ask("unmap cc10@4", for: "unmap")
    host.say("quit")
    #expect(host.wait() == 0)
    let map = "cc7=gain_left\ncc10@3=pan_left\ncc33@5=mute_right\n"
    #expect(try folder.text("state/controllers.txt") == map)

    host = try server.host(["urn:divisi:hands"] + state)
    #expect(try host.ask("maps", for: "cc7") == "cc7=gain_left")
    #expect(host.wait { host.output.hasSuffix(map) }, "\(host.output)")
    for (line, answer) in [
      ("map cc120=gain_left", "expected cc0 to cc119"), ("map cc7", "expected cc0 to cc119"),
      ("map cc7@17=gain_left", "expected cc0 to cc119"),
      ("map cc7=freewheel", "freewheel: expected a control"),
      ("map cc7=nothing", "nothing: expected a control"),
      ("learn nothing", "nothing: expected a control"),
    ] {
      host.say(line)
      #expect(host.wait { host.errors.contains(answer) }, "\(line): \(host.errors)")
    }
    host.say("quit")
    #expect(host.wait() == 0)
    #expect(try folder.text("state/controllers.txt") == map)
  }

  @Test(arguments: ["cc7", "cc128=gain", "gain=cc7", "cc7@0=gain"])
  func wrongMapsAreWrongUsage(map: String) throws {
    #expect(try Project.host(["--map", map]).status == 64)
  }
}
