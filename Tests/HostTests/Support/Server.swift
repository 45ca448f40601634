import Foundation
import Testing

/// A JACK server of a test's own, without a sound card, and clients of it.
final class Server {
  let environment: [String: String]
  private let name = "divisi-\(getpid())-\(UUID().uuidString.prefix(8))"
  private var child: Child

  init(rate: Int = 44_100, period: Int = 1024) throws {
    environment = [
      "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1",
    ]
    child = try Self.start(name, rate, period, environment)
    try waitUntilReady()
  }

  private static func start(
    _ name: String, _ rate: Int, _ period: Int, _ environment: [String: String]
  ) throws -> Child {
    try Child(
      "jackd", ["-S", "-r", "-n", name, "-d", "dummy", "-r", "\(rate)", "-p", "\(period)"],
      environment: environment)
  }

  /// Ends, as it does when somebody restarts it or it crashes.
  func stop(_ signal: Int32 = SIGTERM) {
    child.send(signal)
    child.wait()
  }

  /// Begins again after `stop`, under the same name.
  func start(rate: Int = 44_100, period: Int = 1024) throws {
    child = try Self.start(name, rate, period, environment)
    try waitUntilReady()
  }

  private func waitUntilReady() throws {
    let isReady = child.wait { [environment] in
      (try? Child.run("jack_wait", ["-c"], environment: environment))?.output
        .hasPrefix("running") == true
    }
    try #require(isReady && child.isRunning, "\(child.errors)")
  }

  // A server that is killed stays in the list of all servers, which has room for eight.
  deinit { child.endPatiently() }

  /// Starts the host as a client, and waits until it plays.
  func host(
    _ arguments: [String], connects: Bool = false, name: String = "plug",
    environment more: [String: String] = [:]
  ) throws -> Child {
    let host = try Child(
      Project.program("divisi-host"),
      arguments + ["--name", name, "--exact"] + (connects ? [] : ["--no-connect"]),
      environment: environment.merging(more) { $1 })
    try #require(host.wait { host.output.contains("plays as \(name)") }, "\(host.errors)")
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

  /// Plays the recording and compares all parts with those of the command line, bit by bit.
  ///
  /// - Parameter rate: samples per second, at which the recording is played higher or lower.
  func expectParts(
    of host: Child, _ comment: String, rate: Int? = nil,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let recording = try Polonaise(sampleRate: rate)
    let expected = try recording.expected().flatMap { $0 }
    let latency = Int(try host.value("latency"))
    let input = recording.channels.map { $0 + [Float](repeating: 0, count: latency) }
    let output = try play(input, recording: Polonaise.ports)
    for (port, (heard, wanted)) in zip(Polonaise.ports, zip(output, expected)) {
      #expect(
        Array(heard.dropFirst(latency)) == wanted, "\(comment): \(port)", sourceLocation: location)
    }
    #expect(expected.allSatisfy { $0.contains { abs($0) > 0.05 } }, "silence proves nothing")
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
