// Thread: setup

internal import CJack
import DivisiRealtime
import Glibc
import LV2Hosting
import Synchronization
import Terminal

/// A client of a JACK server that runs a plugin, for as long as that server is there.
package final class JackClient {
  let client: OpaquePointer
  /// What the server calls the client.
  package let name: String
  package let sampleRate: Double
  /// Samples in a block, when the client joined.
  package let blockLength: Int
  let shared: UnsafeMutablePointer<SharedState>
  private var process: UnsafeMutablePointer<HostProcess>?
  private(set) var hosted: HostedPlugin?
  /// The server's ports by the plugin's port index; one for controllers has `controlIndex`.
  private(set) var ports: [Int: OpaquePointer] = [:]
  static let controlIndex = -1
  /// What leaving may take; JACK 2 and PipeWire need some milliseconds, and seconds on a busy machine.
  private static let leavingLimit = Duration.seconds(10)
  /// What joining may take, where a server may have to be started for it.
  private static let openingLimit = Duration.seconds(30)
  private var portNames: [String] = []
  var latency = KnownLatency()
  private var isActive = false
  private var isClosed = false
  /// Whether leaving has taken too long: what was begun may still go on, and needs all that the client has.
  package private(set) var isStuck = false
  /// What is connected, and what should be.
  package var connections = Connections()
  var seenChangeCount = -1

  /// Joins a server.
  ///
  /// - Parameter tries: how often, since JACK 2 lets nobody in now and then while others come and go.
  /// - Throws: if there is none, if it refuses, or `NoAnswer`.
  package init(name: String, isExact: Bool, startsServer: Bool, tries: Int = 5) throws {
    host_silence_jack()
    // Without the byte that ends it; JACK 2 takes one less than it says.
    let longest = Int(jack_client_name_size()) - 2
    guard !name.isEmpty, name.utf8.count <= longest, !name.contains(":") else {
      throw Failure("--name '\(name)': expected 1 to \(longest) bytes without ':'")
    }
    var options = JackNullOption.rawValue
    if isExact { options |= JackUseExactName.rawValue }
    if !startsServer { options |= JackNoStartServer.rawValue }
    var (opened, status) = try Self.open(name, JackOptions(options))
    for _ in 1..<tries where opened == nil {
      usleep(50_000)
      (opened, status) = try Self.open(name, JackOptions(options))
    }
    guard let client = opened else {
      // JACK 2 does not say why it refuses; where it is asked for a name, that is why.
      if isExact && status.rawValue & JackServerFailed.rawValue == 0 {
        throw Failure("\(name): expected a name that no other JACK client has; it is taken")
      }
      throw Failure(
        startsServer
          ? "there is no JACK server, and none can be started"
          : "there is no JACK server (--start-server starts one)", code: Failure.unavailable)
    }
    self.client = client
    self.name = String(cString: jack_get_client_name(client))
    sampleRate = Double(jack_get_sample_rate(client))
    blockLength = Int(jack_get_buffer_size(client))
    // Last: nobody would free it if there were no server, which is tried for again and again.
    shared = .allocate(capacity: 1)
    shared.initialize(to: SharedState())
  }

  /// Asks the server to be let in.
  ///
  /// - Throws: `NoAnswer`.
  private static func open(_ name: String, _ options: JackOptions) throws -> (
    client: OpaquePointer?, status: JackStatus
  ) {
    let answer = LimitedCall.run(within: openingLimit) {
      var status = JackStatus(0)
      return (UInt(bitPattern: host_client_open(name, options, &status)), status)
    }
    guard let answer else { throw NoAnswer() }
    return (OpaquePointer(bitPattern: answer.0), answer.1)
  }

  /// JACK has not come back from a call. Nothing more can be had of it in this process.
  package struct NoAnswer: Error, CustomStringConvertible {
    package let description = "the JACK server does not answer"
    package init() {}
  }

  deinit {
    close()
    guard !isStuck else { return }
    process?.deinitialize(count: 1)
    process?.deallocate()
    shared.deinitialize(count: 1)
    shared.deallocate()
  }

  /// Registers ports for a plugin and runs it from now on.
  ///
  /// - Parameters:
  ///   - controllers: what MIDI controllers do; it must stay as long as the client.
  ///   - waits: whether the plugin rests until the transport rolls.
  package func activate(_ hosted: HostedPlugin, _ controllers: ControlMap, waits: Bool) throws {
    setCallbacks(try prepare(hosted, controllers, waits: waits))
    try join()
    describePorts(hosted.plugin)
  }

  /// Registers ports for a plugin, and makes what runs it: the server's, if `activate` has asked for this.
  ///
  /// - Returns: what a block is; it lives as long as the client.
  package func prepare(
    _ hosted: HostedPlugin, _ controllers: ControlMap, waits: Bool
  ) throws -> UnsafeMutablePointer<HostProcess> {
    self.hosted = hosted
    let plugin = hosted.plugin
    let midi = "http://lv2plug.in/ns/ext/midi#MidiEvent"
    func audio(_ isInput: Bool) throws -> [HostProcess.AudioPort] {
      try plugin.ports(.audio, isInput: isInput).map {
        HostProcess.AudioPort(jack: try register($0), index: $0.index)
      }
    }
    func events(_ isInput: Bool) throws -> [HostProcess.MIDIPort] {
      try plugin.ports(.atom, isInput: isInput).compactMap { port in
        guard port.supports.contains(midi), let events = hosted.instance.events(port.index) else {
          return nil
        }
        return HostProcess.MIDIPort(jack: try register(port), events: events)
      }
    }
    var ports = HostProcess.Ports(
      inputs: try audio(true), outputs: try audio(false), midiInputs: try events(true))
    if ports.midiInputs.isEmpty {
      ports.midiInputs = [HostProcess.MIDIPort(jack: try registerControl(plugin), events: nil)]
    }
    ports.midiOutputs = try events(false)
    let process = UnsafeMutablePointer<HostProcess>.allocate(capacity: 1)
    process.initialize(
      to: HostProcess(
        hosted.instance.process, of: client, ports: ports,
        roles: HostProcess.Roles(
          control: hosted.controlPort.flatMap { hosted.instance.events($0.index) },
          notify: hosted.notifyPort.flatMap { hosted.instance.events($0.index) },
          freewheel: hosted.freewheel),
        exchange: HostProcess.Exchange(
          controllers: controllers.table.process, incoming: hosted.incoming.view,
          outgoing: hosted.outgoing.view, shared: UnsafePointer(shared)),
        urids: plugin.world.urids))
    self.process = process
    shared.pointee.isWaiting.store(waits, ordering: .relaxed)
    hosted.pausing = { [self] work in pause(work) }
    return process
  }

  /// Takes part in what the server does, so that ports can be connected.
  package func join() throws {
    guard jack_activate(client) == 0 else { throw Failure("the JACK server does not let us play") }
    isActive = true
  }

  /// Leaves the server, for good. Nothing of the client runs any more, and only counts can be had.
  package func close() {
    guard !isClosed else { return }
    isClosed = true
    deactivate()
    leave { jack_client_close($0) }
  }

  /// Leaves the plugin alone.
  package func deactivate() {
    if isActive && !isGone {
      let described = ports.values.map { jack_port_uuid($0) }
      leave { client in
        for port in described { jack_remove_properties(client, port) }
        jack_deactivate(client)
      }
    }
    isActive = false
    hosted?.pausing = { $0() }
  }

  /// Does something about leaving, unless JACK has not come back from what was done before.
  private func leave(_ work: @escaping @Sendable (OpaquePointer) -> Void) {
    guard !isStuck else { return }
    nonisolated(unsafe) let client = client
    isStuck = LimitedCall.run(within: Self.leavingLimit, { work(client) }) == nil
    if isStuck, let hosted { _ = Unmanaged.passRetained(hosted) }
  }

  private func register(_ port: Port) throws -> OpaquePointer {
    try register(
      port.index, port.symbol,
      port.kind == .audio ? JACK_DEFAULT_AUDIO_TYPE : JACK_DEFAULT_MIDI_TYPE,
      port.isInput ? JackPortIsInput : JackPortIsOutput)
  }

  /// A port for controllers, where the plugin takes no MIDI.
  private func registerControl(_ plugin: Plugin) throws -> OpaquePointer {
    let name = plugin.port("control") == nil ? "control" : "midi-control"
    return try register(Self.controlIndex, name, JACK_DEFAULT_MIDI_TYPE, JackPortIsInput)
  }

  private func register(
    _ index: Int, _ symbol: String, _ type: String, _ flags: JackPortFlags
  ) throws -> OpaquePointer {
    // With the client's name and what ends it; JACK 2 takes more than 256 bytes, and cuts them off.
    let longest = min(Int(jack_port_name_size()), 256) - name.utf8.count - 3
    let name = PortName.short(symbol, longest: longest, taken: portNames)
    guard let port = jack_port_register(client, name, type, UInt(flags.rawValue), 0) else {
      throw Failure("\(symbol): the JACK server has no room for this port")
    }
    ports[index] = port
    portNames.append(name)
    return port
  }

  private func setCallbacks(_ process: UnsafeMutablePointer<HostProcess>) {
    jack_set_process_callback(client, processBlock, process)
    jack_set_xrun_callback(
      client,
      { context in
        sharedState(context)?.pointee.xrunCount.add(1, ordering: .relaxed)
        return 0
      }, shared)
    jack_set_freewheel_callback(
      client,
      { isOn, context in
        sharedState(context)?.pointee.isFreewheeling.store(isOn != 0, ordering: .relaxed)
      }, shared)
    jack_on_shutdown(
      client,
      { context in sharedState(context)?.pointee.isGone.store(true, ordering: .relaxed) }, shared)
    jack_set_port_connect_callback(
      client, { _, _, _, context in noteGraphChange(context) }, shared)
    jack_set_port_registration_callback(
      client, { _, _, context in noteGraphChange(context) }, shared)
    jack_set_latency_callback(
      client,
      { _, context in
        sharedState(context)?.pointee.latencyRequestCount.add(1, ordering: .releasing)
      }, shared)
    // Nothing has to be made for another block length: no buffer here depends on it.
  }

  // MARK: Facts

  /// Whether the server has gone.
  package var isGone: Bool { shared.pointee.isGone.load(ordering: .relaxed) }
  /// Whether the plugin rests until the transport rolls.
  package var isWaiting: Bool { shared.pointee.isWaiting.load(ordering: .relaxed) }
  /// Times that the server was late.
  package var xrunCount: Int { shared.pointee.xrunCount.load(ordering: .relaxed) }
  /// Events that found no room.
  package var lostCount: Int { shared.pointee.lostCount.load(ordering: .relaxed) }

  /// Keeps the audio thread from the plugin; its outputs are silent meanwhile.
  private func pause(_ work: () -> Void) {
    while shared.pointee.isTaken.exchange(true, ordering: .acquiring) { waitBriefly() }
    work()
    shared.pointee.isTaken.store(false, ordering: .releasing)
  }
}

private func noteGraphChange(_ context: UnsafeMutableRawPointer?) {
  sharedState(context)?.pointee.graphChangeCount.add(1, ordering: .releasing)
}

private func sharedState(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<SharedState>?
{
  context?.assumingMemoryBound(to: SharedState.self)
}
