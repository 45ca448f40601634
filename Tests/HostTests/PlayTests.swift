import Foundation
import Testing

/// The host under a JACK server that runs as fast as it can.
@Suite(.serialized) struct PlayTests {
  @Test func outputsAreThoseOfTheCommandLine() throws {
    let server = try Server()
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    try server.expectParts(of: host, "1024")
  }

  /// The server's periods change while the host is there, up to the longest that there is.
  @Test(arguments: [64, 8192])
  func bufferSizesChange(last: Int) throws {
    let server = try Server()
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    for turn in 0..<10 {
      _ = try server.tool("jack_bufsize", ["\([16, 8192, 128, 4096, 2048][turn % 5])"])
    }
    _ = try server.tool("jack_bufsize", ["\(last)"])
    try server.expectParts(of: host, "\(last)")
  }

  /// The same with the plugin at work.
  @Test func bufferSizesChangeWhilePlaying() throws {
    let server = try Server()
    let host = try server.host(Polonaise.arguments)
    for turn in 0..<10 {
      _ = try server.tool("jack_bufsize", ["\([16, 8192, 128, 4096, 2048][turn % 5])"])
    }
    #expect(try host.ask("monitors", for: "xruns").hasPrefix("xruns = "))
    host.say("quit")
    #expect(host.wait() == 0)
  }

  @Test func portsAreNamedAndDescribed() throws {
    let server = try Server()
    let names = [
      "in_l", "in_r", "mix_l", "mix_r", "left_l", "left_r", "right_l", "right_r", "residual_l",
      "residual_r", "midi",
    ]
    let host = try server.host(Polonaise.arguments, connects: true)
    let listed = try server.tool("jack_lsp", ["plug:"]).split(separator: "\n").map(String.init)
    #expect(listed == names.map { "plug:" + $0 })
    #expect(try server.tool("jack_lsp", ["-t", "plug:midi"]).contains("midi"))
    let latency = Int(try host.value("latency"))
    server.expect("jack_lsp", ["-l", "plug:left_l"]) {
      $0.contains("port capture latency = [ \(latency) \(latency) ]")
    }
    server.expect("jack_lsp", ["-c", "system:playback_2"]) { $0.contains("plug:mix_r") }
  }

  /// The servers of a user share one store of metadata, so another one's client may have come between.
  @Test func portsHavePrettyNames() throws {
    let server = try Server()
    let wanted = [(order: 4, name: "Left hand L"), (order: 0, name: "In L")]
    var text = ""
    for _ in 0..<20 {
      let host = try server.host(Polonaise.arguments)
      text = try server.tool("jack_property", ["-l"])
      host.say("quit")
      #expect(host.wait() == 0)
      let isComplete = wanted.allSatisfy {
        text.contains("order value: \($0.order) type") && text.contains("value: \($0.name) type")
      }
      if isComplete { return }
    }
    Issue.record("\(text)")
  }

  @Test func promptIsHeard() throws {
    let server = try Server()
    let recording = try Polonaise()
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    #expect(try host.ask("set gain_left -60", for: "gain_left") == "gain_left = -60")
    #expect(try host.ask("set mute_residual 1", for: "mute_residual") == "mute_residual = 1")
    let latency = Int(try host.value("latency"))
    let output = try server.play(
      recording.channels.map { $0 + [Float](repeating: 0, count: latency) },
      recording: ["mix_l", "right_l", "left_l"])
    #expect(output[0] == output[1], "the mix is the right hand alone")
    #expect(output[2].contains { abs($0) > 0.05 })
  }

  @Test func promptChangesPresetAndScore() throws {
    let server = try Server()
    let host = try server.host(["urn:divisi:hands", "--preset", "hands", "--wait"])
    #expect(try host.ask("presets", for: "hands-fast").contains("urn:divisi:preset:hands-fast"))
    #expect(try host.ask("preset hands-fast", for: "preset") == "preset hands-fast")
    #expect(
      try host.ask("score \(Polonaise.score)", for: "score")
        == "score \(Polonaise.score) (will be read when the transport rolls)")
    // A new stream takes over once it has processed enough: what comes out is not that of the first.
    let recording = try Polonaise()
    let output = try server.play(recording.channels, recording: Polonaise.ports)
    #expect(output.allSatisfy { $0.contains { abs($0) > 0.01 } })
    #expect(host.errors.contains("left 153, right 74"))
  }

  @Test func mistakesAreAnswered() throws {
    let server = try Server()
    let host = try server.host(Polonaise.arguments)
    for (line, answer) in [
      ("set gain_left 100", "gain_left: expected -60.0 to 12.0, found 100"),
      ("set gain_left loud", "gain_left: expected a number or one of off, found 'loud'"),
      ("set nothing 1", "nothing: expected a control"), ("preset none", "none: expected a preset"),
      ("score /nowhere.mid", "/nowhere.mid: expected a readable file"),
      ("dance", "dance: expected a command"),
      ("save", "expected a folder"),
    ] {
      host.say(line)
      #expect(host.wait { host.errors.contains(answer) }, "\(line): \(host.errors)")
    }
    #expect(try host.value("gain_left") == 0)
  }

  @Test func stateComesBack() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let state = ["--state", folder.file("state")]
    var host = try server.host(
      Polonaise.arguments + state + ["--score", Polonaise.score, "--set", "gain_right=-6"])
    host.say("quit")
    #expect(host.wait() == 0, "\(host.errors)")
    // In another place, as sessions get moved.
    try FileManager.default.moveItem(
      atPath: folder.file("state"), toPath: folder.file("moved"))
    host = try server.host(["urn:divisi:hands", "--state", folder.file("moved"), "--wait"])
    #expect(try host.value("gain_right") == -6)
    try server.expectParts(of: host, "after a restart", at: Polonaise.ports)
    _ = try host.ask("save \(folder.file("third"))", for: "saved")
    _ = try host.ask("set gain_right 3", for: "gain_right")
    _ = try host.ask("load \(folder.file("third"))", for: "loaded")
    #expect(try host.value("gain_right") == -6)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func signalsEndCleanly(signal: Int32) throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let host = try server.host(Polonaise.arguments + ["--state", folder.file("state")])
    host.send(signal)
    #expect(host.wait() == 0, "\(host.errors)")
    #expect(folder.files.contains("state/state.ttl"))
    server.expect("jack_lsp") { !$0.contains("plug") }
  }

  @Test func withoutServerThereIsOneLine() throws {
    let run = try Project.host(
      [], environment: ["JACK_DEFAULT_SERVER": "none-\(UUID())", "JACK_NO_START_SERVER": "1"])
    #expect(run.status == 69)
    #expect(run.output.isEmpty)
    #expect(
      run.errors == "divisi-host: there is no JACK server (--start-server starts one)\n")
  }

  @Test func aTakenNameIsRefused() throws {
    let server = try Server()
    let host = try server.host(Polonaise.arguments)
    let second = try Child.run(
      Project.program("divisi-host"), ["--name", "plug", "--exact"], environment: server.environment
    )
    #expect(second.status == 1)
    #expect(second.errors.contains("plug: expected a name that no other JACK client has"))
    #expect(try host.value("gain_left") == 0)
  }
}
