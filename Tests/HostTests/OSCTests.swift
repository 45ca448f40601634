import Foundation
import Testing

/// Control by OSC, heard in the sound and read back.
@Suite(.serialized) struct OSCTests {
  private static func host(_ server: Server, _ more: [String] = []) throws -> Child {
    try server.host(Polonaise.arguments + ["--osc", "0", "--wait"] + more)
  }

  @Test func fadersAreHeard() throws {
    let server = try Server()
    let recording = try Polonaise()
    let host = try Self.host(server, ["--score", Polonaise.score])
    let surface = try host.surface()
    surface.send("/divisi/left/gain", -60.0)
    surface.send("/divisi/residual/mute", true)
    #expect(try surface.ask("/divisi/get", "gain_left", for: "/divisi/left/gain") == [-60.0])
    #expect(try host.value("mute_residual") == 1)
    let latency = Int(try host.value("latency"))
    surface.send("/divisi/subscribe")
    let output = try server.play(
      recording.channels.map { $0 + [Float](repeating: 0, count: latency) },
      recording: ["mix_l", "right_l", "left_l"])
    #expect(output[0] == output[1], "the mix is the right hand alone")
    #expect(output[2].contains { abs($0) > 0.05 })
    try surface.wait(for: "/divisi/left/level") { message in
      if case .float(let level)? = message.values.first { level > -30 } else { false }
    }
    try surface.wait(for: "/divisi/progress") { message in
      if case .float(let share)? = message.values.first { share > 0 } else { false }
    }
  }

  /// Every way to name a control and to write a value.
  @Test func controlsHaveAddresses() throws {
    let server = try Server()
    let host = try Self.host(server)
    let surface = try host.surface()
    let cases: [(path: String, values: [OSCPeer.Value], symbol: String, value: Float)] = [
      ("/divisi/left/gain", [-6.5], "gain_left", -6.5),
      ("/divisi/left/gain", [.double(-7.25)], "gain_left", -7.25),
      ("/divisi/gain_left", [3], "gain_left", 3),
      ("/divisi/left/gain", ["off"], "gain_left", -60),
      ("/divisi/control", ["gain_left", -1.0], "gain_left", -1),
      ("/divisi/set", ["gain_left", 2.0], "gain_left", 2),
      ("/divisi/left/mute", [true], "mute_left", 1), ("/divisi/left/mute", [false], "mute_left", 0),
      ("/divisi/left/mute", [0.75], "mute_left", 1), ("/divisi/left/mute", [0.0], "mute_left", 0),
      ("/divisi/right/solo", [1], "solo_right", 1),
      ("/divisi/right/pan", [-0.5], "pan_right", -0.5),
      ("/divisi/*/gain", [-12.0], "gain_right", -12),
      ("/divisi/{left,right}/gain", [-13.0], "gain_left", -13),
      ("/divisi/l?f[a-t]/gain", [-14.0], "gain_left", -14),
      ("/divisi/gain_[!r]*", [-15.0], "gain_left", -15),
      ("/divisi/tolerance", [70], "tolerance", 70),
    ]
    for (path, values, symbol, value) in cases {
      surface.send(OSCPeer.bytes(.init(path, values)))
      try surface.waitUntilDone()
      #expect(try host.value(symbol) == value, "\(path) \(values)")
    }
    #expect(try host.value("gain_right") == -13)
    // One in another, for now and for long ago.
    let left = OSCPeer.bytes(.init("/divisi/left/gain", [1.5]))
    let right = OSCPeer.bytes(.init("/divisi/right/gain", [2.5]))
    surface.send(OSCPeer.bundle([left, OSCPeer.bundle([right], time: 1 << 32)]))
    try surface.waitUntilDone()
    #expect(try host.value("gain_right") == 2.5)
    #expect(try host.value("gain_left") == 1.5)
    #expect(try surface.ask("/divisi/left/gain", for: "/divisi/left/gain") == [1.5])
    surface.send("/divisi/*/gain")
    for strip in ["left", "right", "residual"] { try surface.wait(for: "/divisi/\(strip)/gain") }
    surface.send("/divisi/meters")
    for name in ["latency", "late", "progress", "left/level", "right/level", "xruns"] {
      try surface.wait(for: "/divisi/\(name)")
    }
  }

  @Test func commandsAreThoseOfThePrompt() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let host = try server.host(["urn:divisi:hands", "--preset", "hands", "--osc", "0"])
    let surface = try host.surface()
    surface.send("/divisi/subscribe")
    try surface.wait(for: "/divisi/preset") { $0.values == ["hands"] }
    let preset = try surface.ask("/divisi/preset", "hands-fast", for: "/divisi/preset")
    #expect(preset == ["hands-fast"])
    // As a button does it.
    let iterations = try host.value("iterations")
    surface.send("/divisi/preset/hands", 1.0)
    surface.send("/divisi/preset/hands", 0.0)
    try surface.wait(for: "/divisi/preset") { $0.values == ["hands"] }
    #expect(try host.value("iterations") != iterations)
    let score = OSCPeer.Value.text(Polonaise.score)
    // What the plugin says of it comes before the answer.
    surface.send("/divisi/score", score)
    try surface.wait(for: "/divisi/message") { "\($0)".contains("left 153, right 74") }
    try surface.wait(for: "/divisi/score") { $0.values == [score] }
    // What it refuses is not in use.
    try Data("nothing".utf8).write(to: URL(fileURLWithPath: folder.file("bad.mid")))
    surface.send("/divisi/score", .text(folder.file("bad.mid")))
    try surface.wait(for: "/divisi/error") { "\($0)".contains("bad.mid: byte 0") }
    let other = try host.surface()
    other.send("/divisi/subscribe")
    #expect(try other.wait(for: "/divisi/score").values == [score])
    surface.send("/divisi/right/gain", -3.0)
    let place = OSCPeer.Value.text(folder.file("kept"))
    #expect(try surface.ask("/divisi/save", place, for: "/divisi/save") == [place])
    surface.send("/divisi/right/gain", 4.0)
    #expect(try surface.ask("/divisi/load", place, for: "/divisi/load") == [place])
    #expect(try host.value("gain_right") == -3)
    surface.send("/divisi/quit", 0.0)
    #expect(try surface.ask("/divisi/get", "gain_right", for: "/divisi/right/gain") == [-3.0])
    surface.send("/divisi/quit", 1.0)
    #expect(host.wait() == 0, "\(host.errors)")
  }

  @Test func subscribersAreToldWhatChanges() throws {
    let server = try Server()
    let host = try Self.host(server)
    let surface = try host.surface()
    surface.send("/divisi/subscribe")
    for name in ["left/gain", "right/mute", "left/level", "late", "resolution", "xruns"] {
      // All of it, in the order of ports, so one after another.
      try surface.wait(for: "/divisi/\(name)")
      surface.send("/divisi/subscribe")
    }
    host.say("set gain_left -9")
    try surface.wait(for: "/divisi/left/gain") { $0.values == [-9.0] }
    // One's own doing is known, and not told.
    surface.send("/divisi/left/gain", -10.0)
    try surface.waitUntilDone()
    #expect(try host.value("gain_left") == -10)
    host.say("set gain_left -11")
    let next = try surface.wait(for: "/divisi/left/gain")
    #expect(next.values == [-11.0])
    // Another one is told, at the port where it listens.
    let ear = try OSCPeer(of: host)
    let other = try host.surface()
    other.send("/divisi/subscribe", .int(Int32(ear.port)))
    try ear.wait(for: "/divisi/left/gain") { $0.values == [-11.0] }
    surface.send("/divisi/left/gain", 5.0)
    try ear.wait(for: "/divisi/left/gain") { $0.values == [5.0] }
    other.send("/divisi/get", "gain_left")
    try ear.wait(for: "/divisi/left/gain") { $0.values == [5.0] }
    other.send("/divisi/unsubscribe")
    try ear.wait(for: "/divisi/unsubscribed")
    // Nobody is told for ever.
    other.send("/divisi/subscribe", 0, 0)
    try other.wait(for: "/divisi/unsubscribed")
    host.say("quit")
    try surface.wait(for: "/divisi/unsubscribed")
  }

  @Test func mistakesAreAnswered() throws {
    let server = try Server()
    let host = try Self.host(server)
    let surface = try host.surface()
    for (path, values, answer) in [
      ("/divisi/left/gain", [100.0], "gain_left: expected -60.0 to 12.0, found 100.0"),
      ("/divisi/left/gain", ["loud"], "gain_left: expected a number or one of off, found 'loud'"),
      ("/divisi/left/gain", [.float(.nan)], "gain_left: expected a number"),
      ("/divisi/left/gain", [.float(.infinity)], "gain_left: expected a number"),
      ("/divisi/left/level", [1.0], "level_left: expected a control of Divisi Hands"),
      ("/divisi/left/volume", [1.0], "/divisi/left/volume: expected a control or a command"),
      ("/divisi/*/volume", [1.0], "/divisi/*/volume: expected a control or a command"),
      ("/divisi/*", [], ""),
      ("/divisi/get", [1], "/divisi/get: expected the symbol of a control"),
      ("/divisi/control", ["nothing", 1], "/divisi/control: expected the symbol of a control"),
      ("/divisi/preset", ["none"], "none: expected a preset"),
      ("/divisi/score", ["/nowhere.mid"], "/nowhere.mid: expected a readable file"),
      ("/divisi/save", [], "expected a folder"),
      ("/divisi/subscribe", [80], "/divisi/subscribe: expected a port from 1024"),
      ("/1/fader1", [0.5], "/1/fader1: expected a path that begins with /divisi/"),
    ] as [(String, [OSCPeer.Value], String)] {
      surface.send(OSCPeer.bytes(.init(path, values)))
      guard !answer.isEmpty else { continue }
      try surface.wait(for: "/divisi/error") { message in
        if case .text(let text)? = message.values.first { text.hasPrefix(answer) } else { false }
      }
    }
    // The second has a blob, and no more; liblo would read on.
    for bytes in ["hello", "/divisi/left/gain\0\0\0,b\0\0"] {
      surface.send(Array(bytes.utf8))
      try surface.wait(for: "/divisi/error") { "\($0)".contains("expected OSC messages") }
    }
    #expect(try host.value("gain_left") == 0)
  }

  /// Whatever comes, it goes on, and answers what makes sense.
  @Test func rubbishDoesNoHarm() throws {
    let server = try Server()
    let host = try Self.host(server)
    let surface = try host.surface()
    let gain = OSCPeer.bytes(.init("/divisi/left/gain", [-6.0]))
    let seeds = [
      gain, OSCPeer.bytes(.init("/divisi/control", ["gain_left", 2])),
      OSCPeer.bytes(.init("/divisi/*{left,}[a-z]?/gain", [.double(1), true])),
      OSCPeer.bytes(.init("/divisi/get", ["gain_left"])), OSCPeer.bytes(.init("/divisi/meters")),
      OSCPeer.bundle([gain, OSCPeer.bundle([gain, gain])]),
      OSCPeer.bytes(.init("/" + String(repeating: "*a", count: 300), [1])),
    ]
    var random = SystemlessGenerator(state: 4)
    for turn in 0..<10_000 {
      var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
      for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeLast(bytes.count - place)
        case 2: bytes.insert(contentsOf: [0, 255, 44, 98], at: place)
        case 3: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        default: bytes += bytes[place...]
        }
      }
      surface.send(bytes)
      // So that none is lost for want of room.
      if turn % 20 == 19 {
        _ = try surface.ask("/divisi/get", "mute_left", for: "/divisi/left/mute")
      }
    }
    var deep = gain
    for _ in 0..<1000 { deep = OSCPeer.bundle([deep]) }
    surface.send(deep)
    surface.send([])
    surface.send("/divisi/right/gain", -2.0)
    #expect(try surface.ask("/divisi/get", "gain_right", for: "/divisi/right/gain") == [-2.0])
    #expect(host.isRunning)
  }

  @Test func toolsOfOthersWork() throws {
    let server = try Server()
    let host = try Self.host(server)
    let surface = try host.surface()
    let port = "\(surface.target)"
    for (arguments, symbol, value) in [
      (["/divisi/left/gain", "f", "-6"], "gain_left", -6),
      (["/divisi/left/mute", "T"], "mute_left", 1),
      (["/divisi/control", "si", "gain_right", "-7"], "gain_right", -7),
    ] as [([String], String, Float)] {
      let run = try Child.run("oscsend", ["osc.udp://127.0.0.1:\(port)"] + arguments)
      #expect(run.status == 0, "\(run.errors)")
      try surface.waitUntilDone()
      #expect(try host.value(symbol) == value, "\(arguments)")
    }
  }

  /// Other machines do not reach it, unless that is wanted.
  @Test func onlyThisMachineIsHeard() throws {
    let server = try Server()
    let host = try Self.host(server)
    let port = try host.surface().target
    func places() throws -> String {
      try String(contentsOfFile: "/proc/net/udp", encoding: .utf8)
    }
    #expect(try places().contains(String(format: " 0100007F:%04X ", port)))
    let run = try Child.run(
      Project.program("divisi-host"), Polonaise.arguments + ["--osc", "\(port)", "--no-connect"],
      environment: server.environment)
    #expect(run.status == 1)
    #expect(run.errors.contains("port \(port) of 127.0.0.1: expected one that is free"))
    host.say("quit")
    #expect(host.wait() == 0)
    let open = try server.host(
      Polonaise.arguments + ["--osc", "\(port)", "--osc-address", "0.0.0.0"])
    #expect(open.output.contains("OSC at osc.udp://0.0.0.0:\(port)/"))
    #expect(try places().contains(String(format: " 00000000:%04X ", port)))
  }

  @Test(arguments: [["--osc", "70000"], ["--osc", "x"]])
  func wrongUsageIsSaid(arguments: [String]) throws {
    #expect(try Project.host(arguments).status == 64)
  }
}

/// Numbers that are the same each time (SplitMix64).
private struct SystemlessGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
