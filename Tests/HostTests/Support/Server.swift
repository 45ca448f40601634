import Foundation
import Testing

/// A JACK server of a test's own, without a sound card, and clients of it.
final class Server {
  private let kind: any ServerKind
  private var child: Child
  var environment: [String: String] { kind.environment }

  init(rate: Int = 44_100, period: Int = 1024, _ kind: some ServerKind = JackServer()) throws {
    self.kind = kind
    child = try kind.start(rate: rate, period: period)
    try waitUntilReady()
  }

  /// Ends, as it does when somebody restarts it.
  ///
  /// Not by SIGKILL: JACK leaves shared memory behind then, which later clients stumble over.
  func stop() {
    child.send(SIGTERM)
    child.wait()
  }

  /// Begins again after `stop`, under the same name.
  func start(rate: Int = 44_100, period: Int = 1024) throws {
    child = try kind.start(rate: rate, period: period)
    try waitUntilReady()
  }

  private func waitUntilReady() throws {
    let isReady = child.wait { kind.isReady }
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
    var run = try Child.run(name, arguments, environment: environment)
    // JACK lets nobody in now and then while others come and go.
    for _ in 0..<50 where run.status != 0 && run.errors.contains("Cannot open") {
      usleep(20_000)
      run = try Child.run(name, arguments, environment: environment)
    }
    #expect(run.status == 0, "\(name): \(run.errors)")
    return run.output
  }

  /// Waits until a tool prints what is expected: connections count from the server's next period on, and latencies are
  /// told later still.
  func expect(
    _ name: String, _ arguments: [String] = [], _ comment: String = "",
    location: SourceLocation = #_sourceLocation, prints condition: (String) -> Bool
  ) {
    var printed = ""
    let isPrinted = child.wait {
      printed = (try? tool(name, arguments)) ?? ""
      return condition(printed)
    }
    #expect(isPrinted, "\(comment) \(name) \(arguments): \(printed)", sourceLocation: location)
  }

  /// Plays two channels through the host, freewheeling from the transport's start, and records ports.
  func play(_ channels: [[Float]], recording ports: [String]) throws -> [[Float]] {
    try play(Music(inputs: ["in_l", "in_r"], channels: channels), recording: ports).channels
  }

  /// What is played to a host along the transport.
  struct Music {
    /// Ports with samples, and the samples for each.
    var inputs: [String] = []
    var channels: [[Float]] = []
    /// MIDI messages of three bytes, in order, and the port for them.
    var events: [Event] = []
    var eventInput: String?
    /// Samples in all, and how many of them are left out at the beginning.
    var count = 0
    var start = 0
    /// Beats per minute; nil where nobody keeps the time.
    var tempo: Double?
    /// Whether it takes as long as it sounds; else it goes as fast as it can.
    var takesTime = false
  }

  /// A MIDI message at a frame of the transport.
  struct Event: Equatable {
    let frame: Int
    let bytes: [UInt8]

    init(_ frame: Int, _ bytes: UInt8...) {
      self.frame = frame
      self.bytes = bytes
    }

    /// Reads the player's line.
    fileprivate init?(line: Substring) {
      let words = line.split(separator: " ")
      guard let frame = words.first.flatMap({ Int($0) }) else { return nil }
      self.frame = frame
      bytes = words.dropFirst().compactMap { UInt8($0, radix: 16) }
    }

    fileprivate var line: String {
      "\(frame) " + bytes.map { String($0, radix: 16) }.joined(separator: " ") + "\n"
    }
  }

  /// Plays music through the host `plug`, and records samples, of any client's ports, and one port's MIDI.
  ///
  /// - Parameters:
  ///   - frame: where in the music `work` is done, or soon after; the music goes on meanwhile, slowly, and for three
  ///     seconds more, so that there is some left when what was done has come into effect.
  func play(
    _ music: Music, recording ports: [String], events: String? = nil, at frame: Int = 0,
    _ work: () throws -> Void = {}
  ) throws -> (channels: [[Float]], events: [Event]) {
    let folder = try TemporaryFolder()
    let (channels, count) = (music.channels, music.channels.first?.count ?? music.count)
    var raw = [Float](repeating: 0, count: count * channels.count)
    for (channel, samples) in channels.enumerated() {
      for (index, sample) in samples.enumerated() { raw[index * channels.count + channel] = sample }
    }
    try raw.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: folder.file("in")))
    try Data(music.events.map(\.line).joined().utf8)
      .write(to: URL(fileURLWithPath: folder.file("events")))
    let places =
      music.inputs.map { ">plug:" + $0 } + (music.eventInput.map { ["}plug:" + $0] } ?? [])
      + ports.map { $0.contains(":") ? "<" + $0 : "<plug:" + $0 }
      + (events.map { ["{plug:" + $0] } ?? [])
    let player = try Child(
      Project.player(),
      [
        folder.file("in"), folder.file("out"), "\(count)", "-m", folder.file("events"), "-s",
        "\(music.start)", "-t", "\(music.tempo ?? 0)",
        "-w", music.takesTime ? "1" : "0", "-r", "\(frame)",
      ] + places, environment: environment)
    if frame > 0 {
      func seconds() -> Int { player.output.components(separatedBy: "reached").count - 1 }
      try #require(player.wait { seconds() > 0 }, "\(player.errors)")
      defer { player.send(SIGUSR1) }
      try work()
      let done = seconds()
      _ = player.wait { seconds() >= done + 3 }
    }
    try #require(player.wait() == 0, "\(player.errors)")
    let recorded = try folder.data("out").withUnsafeBytes { bytes in
      let samples = bytes.bindMemory(to: Float.self)
      return ports.indices.map { port in
        stride(from: port, to: samples.count, by: ports.count).map { samples[$0] }
      }
    }
    return (recorded, player.output.split(separator: "\n").compactMap { Event(line: $0) })
  }

  /// Plays the recording and compares all outputs with those of the command line, bit by bit.
  ///
  /// - Parameters:
  ///   - rate: samples per second, at which the recording is played higher or lower.
  ///   - ports: what to listen to; the mix is the sum where no fader was moved.
  func expectParts(
    of host: Child, _ comment: String, rate: Int? = nil, at ports: [String] = Polonaise.allPorts,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let recording = try Polonaise(sampleRate: rate)
    let expected = try recording.expected().flatMap { $0 }
    let latency = Int(try host.value("latency"))
    let input = recording.channels.map { $0 + [Float](repeating: 0, count: latency) }
    let output = try play(input, recording: ports)
    for (port, (recorded, wanted)) in zip(ports, zip(output, expected)) {
      // Asked beforehand: the differences of a million samples would take hours to describe.
      let isSame = Array(recorded.dropFirst(latency)) == wanted
      #expect(isSame, "\(comment): \(port)", sourceLocation: location)
    }
    #expect(expected.allSatisfy { $0.contains { abs($0) > 0.001 } }, "silence proves nothing")
  }
}

extension Child {
  /// Says a command and waits for a line of the answer that begins in some way.
  func ask(_ command: String, for start: String) throws -> String {
    let before = output.count
    say(command)
    return try #require(line(beginning: start, after: before), "\(command): \(errors)")
  }

  /// The value of a control, as the prompt says it.
  func value(_ symbol: String) throws -> Float {
    let answer = try ask("get \(symbol)", for: "\(symbol) = ")
    return try #require(Float(answer.dropFirst(symbol.count + 3)))
  }
}
