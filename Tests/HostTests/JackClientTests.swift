import Foundation
import Testing

/// The host among other clients.
@Suite(.serialized) struct JackClientTests {
  /// A server that the host is told to start, as `~/.jackdrc` says, stays when the host has gone.
  @Test func startsAServerOnPurpose() throws {
    let home = try TemporaryFolder()
    let name = "divisi-\(getpid())-\(UUID().uuidString.prefix(8))"
    let jackd = try Child.run("which", ["jackd"]).output.split(separator: "\n")[0]
    // Of a script, the processes are known: one that is slow to answer is started twice, and the second ends by itself.
    let script = "#!/bin/sh\necho $$ >> '\(home.file("pids"))'\nexec \(jackd) \"$@\"\n"
    try Data(script.utf8).write(to: URL(fileURLWithPath: home.file("jackd")))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: home.file("jackd"))
    try Data("\(home.file("jackd")) -S -r -d dummy\n".utf8)
      .write(to: URL(fileURLWithPath: home.file(".jackdrc")))
    let host = try Child(
      Project.program("divisi-host"),
      Polonaise.arguments + ["--start-server", "--no-connect", "--name", "plug"],
      environment: [
        "HOME": home.path, "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1",
      ])
    let plays = host.wait { host.output.contains("plays as plug") }
    let servers = ((try? home.text("pids")) ?? "").split(separator: "\n").compactMap { Int32($0) }
    defer { servers.forEach { Self.end($0) } }
    try #require(plays, "\(host.errors)")
    #expect(!servers.isEmpty)
    let list = host.wait {
      (try? Child.run(
        "jack_lsp", [], environment: ["JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"]))?
        .output.contains("plug:left_l") == true
    }
    #expect(list)
    host.say("quit")
    #expect(host.wait() == 0)
  }

  /// Ends a server that is nobody's child any more, and waits until it has.
  private static func end(_ server: Int32) {
    kill(server, SIGTERM)
    let path = "/proc/\(server)/stat"
    // What has ended but is not waited for is a zombie.
    while let text = try? String(contentsOfFile: path, encoding: .utf8), !text.contains(") Z") {
      usleep(10_000)
    }
  }

  /// Two hosts of the same name, one into the other: the second is called otherwise, and both play.
  @Test func twoHostsShareAServer() throws {
    let server = try Server(period: 256)
    let amplifier = "http://lv2plug.in/plugins/eg-amp"
    let first = try server.host([amplifier, "--set", "gain=-20"])
    let second = try Child(
      Project.program("divisi-host"),
      [amplifier, "--name", "plug", "--set", "gain=6", "--connect", "in=plug:out"],
      environment: server.environment)
    try #require(second.wait { second.output.contains("plays as plug-01") }, "\(second.errors)")
    server.expect("jack_lsp", ["-c", "plug-01:in"]) { $0.contains("plug:out") }
    let input = (0..<2000).map { Float($0) / 2000 }
    let output = try server.play(
      Server.Music(inputs: ["in"], channels: [input]), recording: ["out", "plug-01:out"]
    ).channels
    for (index, sample) in input.enumerated() {
      #expect(abs(output[0][index] - sample * 0.1) < 1e-6)
      #expect(abs(output[1][index] - sample * 0.1 * pow(10, 0.3)) < 1e-6)
    }
    #expect(first.isRunning && second.isRunning)
  }

  /// The server hears of a latency that changes.
  @Test func latencyIsToldAnew() throws {
    let server = try Server(period: 256)
    let host = try server.host(
      Polonaise.arguments + ["--connect", "in=system:capture_1"], connects: true)
    var told: Set<Int> = [Int(try host.value("latency"))]
    for lookahead in ["0", "0.5", "2"] {
      _ = try host.ask("set lookahead \(lookahead)", for: "lookahead")
      var latency = 0
      let isTold = host.wait {
        latency = (try? host.value("latency")).map { Int($0) } ?? 0
        let text = (try? server.tool("jack_lsp", ["-l", "plug:left_l"])) ?? ""
        return !told.contains(latency)
          && text.contains("port capture latency = [ \(latency + 256) \(latency + 256) ]")
      }
      #expect(isTold, "look-ahead \(lookahead)")
      told.insert(latency)
    }
    #expect(told.count == 4)
  }

  /// Samples at another rate than those that the score's recording has: the score is in seconds.
  @Test func anotherRateIsFine() throws {
    let server = try Server(rate: 48_000, period: 512)
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    try server.expectParts(of: host, "48000", rate: 48_000)
  }

  /// Symbols that JACK would not take whole, names that are not ASCII, and nothing to listen to.
  @Test func portsMayBeStrange() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "abcdefghij", count: 40)
    func port(_ symbol: String, _ name: String) -> String {
      "a lv2:OutputPort, lv2:AudioPort ; lv2:symbol \"\(symbol)\" ; lv2:name \"\(name)\""
    }
    let bundle = try JackTools.bundle(
      in: folder, name: "Große Trommel für 太鼓",
      ports: [
        port(long + "_left", "Größe 左"), port(long + "_right", "Größe 右"), port("control", "C"),
      ])
    let server = try Server()
    let environment = server.environment.merging(["LV2_PATH": bundle + ":/usr/lib/lv2"]) { $1 }
    let host = try Child(
      Project.program("divisi-host"), ["urn:test:faulty", "--no-connect"], environment: environment)
    try #require(host.wait { host.output.contains("plays as gro-e-trommel-f-r") }, "\(host.errors)")
    let ports = try server.tool("jack_lsp", ["gro-e"]).split(separator: "\n")
    #expect(ports.count == 4 && Set(ports).count == 4, "\(ports)")
    #expect(ports.contains("gro-e-trommel-f-r:control"))
    #expect(ports.contains("gro-e-trommel-f-r:midi-control"))
    #expect(ports.allSatisfy { $0.allSatisfy(\.isASCII) })
    host.say("quit")
    #expect(host.wait() == 0)
  }

  @Test(arguments: ["", "a:b", String(repeating: "x", count: 64)])
  func impossibleNamesAreRefused(name: String) throws {
    let server = try Server()
    let run = try Child.run(
      Project.program("divisi-host"), ["--name", name], environment: server.environment)
    #expect(run.status == 1)
    #expect(run.errors.contains("--name '\(name)': expected 1 to 63 bytes without ':'"))
  }

  /// What the server and the plugin count is said.
  @Test func countsAreSaid() throws {
    let server = try Server()
    let host = try server.host(Polonaise.arguments)
    #expect(try host.ask("monitors", for: "late =").hasPrefix("late = "))
    #expect(try host.ask("monitors", for: "xruns").hasPrefix("xruns = "))
  }
}
