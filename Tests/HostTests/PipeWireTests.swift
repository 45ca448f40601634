import Foundation
import Testing

/// The host under PipeWire, which most desktops run in JACK's place.
@Suite(.serialized) final class PipeWireTests {
  private let pipeWire: PipeWireServer
  private let server: Server

  init() throws {
    pipeWire = try PipeWireServer()
    server = try Server(pipeWire)
  }

  deinit { pipeWire.clean() }

  private func waitForLatency(of host: Child) throws -> Bool {
    let latency = Int(try host.value("latency"))
    let wanted = "port capture latency = [ \(latency) \(latency) ]"
    return host.wait {
      (try? self.server.tool("jack_lsp", ["-l", "plug:left_l"]))?.contains(wanted) == true
    }
  }

  @Test func portsAreNamedAndSayTheirLatency() throws {
    let host = try server.host(Polonaise.arguments)
    let ports = Set((["in_l", "in_r", "midi"] + Polonaise.allPorts).map { "plug:" + $0 })
    server.expect("jack_lsp", ["plug:"]) {
      Set($0.split(separator: "\n").map(String.init)) == ports
    }
    #expect(try waitForLatency(of: host))
    _ = try host.ask("set lookahead 0.5", for: "lookahead")
    #expect(try waitForLatency(of: host))
  }

  /// Whether the recording is heard at all outputs, and the parts make up the mix.
  ///
  /// Not whether they are the command line's, nor without exception: on a busy machine PipeWire goes on without
  /// those who are late, and leaves out blocks of the transport. It can take several tries until much is heard.
  private func plays(_ host: Child) throws -> Bool {
    let recording = try Polonaise()
    let latency = Int(try host.value("latency"))
    for _ in 0..<20 {
      let output = try server.play(
        recording.channels.map { $0 + [Float](repeating: 0, count: latency) },
        recording: ["left_l", "right_l", "residual_l", "mix_l"])
      let heard = output[0].indices.filter { index in output.allSatisfy { !$0[index].isNaN } }
      let wholeCount = heard.count { index in
        abs(output[0][index] + output[1][index] + output[2][index] - output[3][index]) < 1e-5
      }
      let isHeard = [0, 1, 3].allSatisfy { port in
        heard.contains { abs(output[port][$0]) > 0.01 }
      }
      if isHeard && wholeCount * 10 > heard.count * 9 { return true }
    }
    return false
  }

  @Test func partsAreHeardAndMakeUpTheMix() throws {
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    #expect(try plays(host))
  }

  @Test func quantumChangesWhileItPlays() throws {
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    for turn in 1...200 {
      try pipeWire.set("clock.force-quantum", [64, 256, 1024, 128, 2048][turn % 5])
    }
    #expect(try waitForLatency(of: host))
    try pipeWire.set("clock.force-quantum", 0)
    #expect(try plays(host))
    host.say("quit")
    #expect(host.wait() == 0, "\(host.errors)")
  }

  /// While it leaves, PipeWire asks for its latency: whoever answers at once waits for ever.
  @Test func leavesWhileTheQuantumChanges() throws {
    for _ in 0..<20 {
      let host = try server.host(Polonaise.arguments)
      host.say("quit")
      for quantum in [64, 1024, 256] { try pipeWire.set("clock.force-quantum", quantum) }
      #expect(host.wait() == 0, "\(host.errors)")
    }
  }

  @Test func anotherServerIsFound() throws {
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    #expect(try host.ask("set gain_left -60", for: "gain_left") == "gain_left = -60")
    for turn in 1...3 {
      server.stop()
      #expect(host.wait { host.errors.components(separatedBy: "has gone").count > turn })
      try server.start(rate: turn == 2 ? 48_000 : 44_100)
      let isBack = host.wait { host.errors.components(separatedBy: "plays as plug").count > turn }
      try #require(isBack, "\(host.errors)")
    }
    #expect(try host.value("gain_left") == -60)
    _ = try host.ask("set gain_left 0", for: "gain_left")
    #expect(try plays(host))
  }
}
