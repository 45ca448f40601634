import Foundation
import Testing

/// A JACK server of a test's own, without a sound card, and clients of it.
final class Server {
  let environment: [String: String]
  private let child: Child

  init(rate: Int = 44_100, period: Int = 1024) throws {
    let name = "divisi-\(getpid())-\(UUID().uuidString.prefix(8))"
    environment = [
      "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1",
    ]
    child = try Child(
      "jackd", ["-S", "-r", "-n", name, "-d", "dummy", "-r", "\(rate)", "-p", "\(period)"],
      environment: environment)
    let isReady = child.wait { [environment] in
      (try? Child.run("jack_wait", ["-c"], environment: environment))?.output
        .hasPrefix("running") == true
    }
    try #require(isReady && child.isRunning, "\(child.errors)")
  }

  // A server that is killed stays in the list of all servers, which has room for eight.
  deinit { child.endPatiently() }

  /// Starts the host as the client `plug`, and waits until it plays.
  func host(_ arguments: [String], connects: Bool = false) throws -> Child {
    let host = try Child(
      Project.program("divisi-host"),
      arguments + ["--name", "plug", "--exact"] + (connects ? [] : ["--no-connect"]),
      environment: environment)
    try #require(host.wait { host.output.contains("plays as plug") }, "\(host.errors)")
    return host
  }

  /// Runs a JACK tool, and gives what it printed.
  func tool(_ name: String, _ arguments: [String] = []) throws -> String {
    let run = try Child.run(name, arguments, environment: environment)
    #expect(run.status == 0, "\(name): \(run.errors)")
    return run.output
  }

  /// Plays two channels through the host, freewheeling from the transport's start, and records ports.
  func play(_ channels: [[Float]], recording ports: [String]) throws -> [[Float]] {
    let folder = try TemporaryFolder()
    var raw = [Float](repeating: 0, count: channels[0].count * channels.count)
    for (channel, samples) in channels.enumerated() {
      for (index, sample) in samples.enumerated() { raw[index * channels.count + channel] = sample }
    }
    try raw.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: folder.file("in")))
    let run = try Child.run(
      Project.player(),
      [folder.file("in"), folder.file("out"), "\(channels[0].count)", ">plug:in_l", ">plug:in_r"]
        + ports.map { "<plug:" + $0 }, environment: environment)
    try #require(run.status == 0, "\(run.errors)")
    return try folder.data("out").withUnsafeBytes { bytes in
      let samples = bytes.bindMemory(to: Float.self)
      return ports.indices.map { port in
        stride(from: port, to: samples.count, by: ports.count).map { samples[$0] }
      }
    }
  }
}

extension Child {
  /// Says a command and waits for a line of the answer that begins in some way.
  func ask(_ command: String, for start: String) throws -> String {
    let before = output.count
    var found: Substring?
    say(command)
    let hasAnswered = wait {
      found = self.output.dropFirst(before).split(separator: "\n").first { $0.hasPrefix(start) }
      return found != nil && self.output.hasSuffix("\n")
    }
    try #require(hasAnswered, "\(command): \(errors)")
    return found.map(String.init) ?? ""
  }

  /// The value of a control, as the prompt says it.
  func value(_ symbol: String) throws -> Float {
    let answer = try ask("get \(symbol)", for: "\(symbol) = ")
    return try #require(Float(answer.dropFirst(symbol.count + 3)))
  }
}
