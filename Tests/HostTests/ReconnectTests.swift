import Foundation
import Testing

/// Servers end and begin while the host stays.
@Suite(.serialized) struct ReconnectTests {
  private static let plays = "plays as plug"
  private static let isGone = "the JACK server has gone"

  /// Waits until the host has found its servers so many times.
  private static func expectReturns(_ count: Int, of host: Child) throws {
    let isBack = host.wait { host.errors.components(separatedBy: plays).count > count }
    try #require(isBack, "\(host.errors)")
    #expect(host.errors.components(separatedBy: isGone).count == count + 1)
  }

  /// Twenty servers one after the other, each of which ends properly, with other periods. The plugin
  /// plays all the time, so that what it says at the end is about the same instance.
  @Test func twentyServersAreSurvived() throws {
    let server = try Server()
    let host = try server.host(
      Polonaise.arguments + [
        "--score", Polonaise.score, "--set", "gain_right=-3",
        "--connect", "in=system:capture_1,system:capture_2,out=system:playback_1",
      ], connects: true)
    _ = try server.tool("jack_connect", ["plug:left_l", "system:playback_2"])
    var listed = ""
    server.expect("jack_lsp", ["-c", "plug:"]) {
      listed = $0
      return listed.components(separatedBy: "system:").count == 5
    }
    for turn in 1...20 {
      server.stop()
      let symbol = "gain_left = \(-turn)"
      #expect(try host.ask("set gain_left \(-turn)", for: "gain_left") == symbol)
      try server.start(period: [64, 256, 1024][turn % 3])
      try Self.expectReturns(turn, of: host)
      server.expect("jack_lsp", ["-c", "plug:"], "after \(turn)") { $0 == listed }
      #expect(try host.value("gain_left") == Float(-turn))
    }
    #expect(try host.value("gain_right") == -3)
    _ = try host.ask("set gain_right 0", for: "gain_right")
    _ = try host.ask("set gain_left -60", for: "gain_left")

    let recording = try Polonaise()
    let latency = Int(try host.value("latency"))
    let output = try server.play(
      recording.channels.map { $0 + [Float](repeating: 0, count: latency) },
      recording: ["left_l", "right_l", "residual_l", "mix_l"])
    let recorded = output.map { $0.dropFirst(latency) }
    // Less the milliseconds in which gains move to where they were set.
    let settled = recorded[0].indices.dropFirst(4410)
    #expect(
      settled.allSatisfy { index in
        abs(
          recorded[0][index] + recorded[1][index] + recorded[2][index]
            - recording.channels[0][index - latency]) < 1e-5
          && abs(recorded[1][index] + recorded[2][index] - recorded[3][index]) < 1e-5
      })
    #expect(recorded.allSatisfy { $0.contains { abs($0) > 0.01 } })
    host.say("quit")
    #expect(host.wait() == 0, "\(host.errors)")
  }

  /// A plugin that was made for another rate is made anew, with its score and controls.
  @Test(arguments: [48_000, 32_000]) func sampleRateChanges(rate: Int) throws {
    let server = try Server()
    let host = try server.host(Polonaise.arguments + ["--score", Polonaise.score, "--wait"])
    #expect(try host.ask("set gain_left -60", for: "gain_left") == "gain_left = -60")
    try server.expectParts(of: host, "before", at: Polonaise.ports)
    server.stop()
    try server.start(rate: rate, period: 256)
    try Self.expectReturns(1, of: host)
    #expect(try host.value("gain_left") == -60)
    try server.expectParts(of: host, "after", rate: rate, at: Polonaise.ports)
  }

  /// A score that comes while there is no server, and a connection whose other end comes back later.
  @Test func whatHappensMeanwhileIsKept() throws {
    let server = try Server()
    let host = try server.host(
      ["urn:divisi:hands", "--preset", Polonaise.preset, "--wait"], connects: false)
    var other = try server.host(
      ["http://lv2plug.in/plugins/eg-amp"], name: "other")
    _ = try server.tool("jack_connect", ["plug:right_l", "other:in"])
    // The host looks at its connections 20 times a second, between two answers if that is due.
    usleep(60_000)
    for _ in 1...2 { _ = try host.ask("monitors", for: "xruns") }
    server.stop()
    #expect(host.wait { host.errors.contains(Self.isGone) })
    other.say("quit")
    #expect(other.wait() == 0)
    _ = try host.ask("score \(Polonaise.score)", for: "score")
    #expect(host.wait { host.errors.contains("left 153, right 74") }, "\(host.errors)")
    #expect(try host.ask("monitors", for: "xruns").hasPrefix("xruns = "))
    try server.start(rate: 48_000)
    try Self.expectReturns(1, of: host)
    other = try server.host(["http://lv2plug.in/plugins/eg-amp"], name: "other")
    server.expect("jack_lsp", ["-c", "other:in"]) { $0.contains("plug:right_l") }
    _ = try server.tool("jack_disconnect", ["plug:right_l", "other:in"])
    try server.expectParts(of: host, "with the score", rate: 48_000)
    #expect(try !server.tool("jack_lsp", ["-c", "other:in"]).contains("plug:right_l"))
  }

  /// Without a server the session ends as it does with one.
  @Test(arguments: [true, false]) func endsWithoutServer(bySignal: Bool) throws {
    let folder = try TemporaryFolder()
    let server = try Server()
    let host = try server.host(Polonaise.arguments + ["--state", folder.file("state")])
    server.stop()
    #expect(host.wait { host.errors.contains(Self.isGone) })
    #expect(try host.ask("set gain_left -5", for: "gain_left") == "gain_left = -5")
    if bySignal { host.send(SIGTERM) } else { host.say("quit") }
    #expect(host.wait() == 0, "\(host.errors)")
    #expect(try folder.text("state/state.ttl").contains("-5"))
  }
}
