internal import CJack
import Glibc
import LV2Hosting

/// What the host costs beside the plugin: time of its process callback, in blocks of 64 samples at
/// 48 kHz, less that of the plugin's `run`.
///
/// The callback is the host's own (its files are linked here), on ports of a real server, but called
/// from here, so that nothing comes between. A second instance is run without it, block by block in
/// turn, so that caches are as they are in a host.
struct HostLoad {
  private static let sampleRate = 48_000.0
  private static let blockLength = 64
  private static let blockCount = 40_000
  private static let midi = "http://lv2plug.in/ns/ext/midi#MidiEvent"

  enum Problem: Error { case noServer, noPorts }

  /// Measures a plugin of a bundle's folder.
  static func line(bundles: String, plugin uri: String, controls: [String: Float]) throws -> String
  {
    let server = try Server()
    defer { server.end() }
    let world = try World(path: "\(bundles):/usr/lib/lv2")
    let plugin = try world.plugin(uri)
    var instances: [Instance] = []
    for _ in 0..<2 {
      let instance = try Instance(plugin, sampleRate: sampleRate)
      for (symbol, value) in controls { instance[symbol] = value }
      instance.activate()
      instances.append(instance)
    }
    var process = try hostProcess(instances[0], server.client)
    defer { process.deallocate() }
    let ports = plugin.ports(.audio, isInput: true) + plugin.ports(.audio, isInput: false)
    let buffers = ports.map { port in
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: blockLength)
      buffer.initialize(repeating: 0, count: blockLength)
      instances[1].connect(port.index, to: buffer)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }

    var hosted: [Double] = []
    var bare: [Double] = []
    for _ in 0..<blockCount {
      hosted.append(seconds { process.run(blockLength) })
      bare.append(seconds { instances[1].process.run(blockLength) })
      for instance in instances { instance.joinWorker() }
    }
    let (whole, part) = (median(hosted), median(bare))
    let share = (1e4 * (whole - part) * sampleRate / Double(blockLength)).rounded() / 100
    return
      "host: callback \(Report.number(whole * 1e6)) us, of which run \(Report.number(part * 1e6)) us; "
      + "its own share \(Report.number((whole - part) * 1e6)) us, \(share) % of a block"
  }

  /// The audio thread's half of the host with all ports, as `JackClient` makes it.
  private static func hostProcess(
    _ instance: Instance, _ client: OpaquePointer
  ) throws -> HostProcess {
    let plugin = instance.plugin
    func register(_ port: Port, _ type: String) throws -> OpaquePointer {
      let flags = port.isInput ? JackPortIsInput : JackPortIsOutput
      guard let jack = jack_port_register(client, port.symbol, type, UInt(flags.rawValue), 0) else {
        throw Problem.noPorts
      }
      return jack
    }
    func audio(_ isInput: Bool) throws -> [HostProcess.AudioPort] {
      try plugin.ports(.audio, isInput: isInput).map {
        HostProcess.AudioPort(jack: try register($0, JACK_DEFAULT_AUDIO_TYPE), index: $0.index)
      }
    }
    func events(_ isInput: Bool) throws -> [HostProcess.MIDIPort] {
      try plugin.ports(.atom, isInput: isInput).filter { $0.supports.contains(midi) }.map {
        HostProcess.MIDIPort(
          jack: try register($0, JACK_DEFAULT_MIDI_TYPE), events: instance.events($0.index))
      }
    }
    let shared = UnsafeMutablePointer<SharedState>.allocate(capacity: 1)
    shared.initialize(to: SharedState())
    let (inputs, outputs) = (try audio(true), try audio(false))
    let process = HostProcess(
      plugin: instance.process, client: client, inputs: inputs, outputs: outputs,
      midiInputs: try events(true), midiOutputs: try events(false),
      midiType: plugin.world.urids.map(midi),
      controllers: ControlTable(
        values: plugin.ports.map { _ in [Float](repeating: 0, count: ControlTable.stepCount) }),
      control: plugin.ports(.atom, isInput: true).first.flatMap { instance.events($0.index) },
      notify: plugin.ports(.atom, isInput: false).first.flatMap { instance.events($0.index) },
      position: PositionEvent(urids: plugin.world.urids),
      incoming: MessageRing(capacity: 1 << 16), outgoing: MessageRing(capacity: 1 << 16),
      freewheel: nil, shared: shared)
    // Connected, since an input without a connection costs less.
    jack_activate(client)
    for (place, port) in inputs.enumerated() {
      jack_connect(client, "system:capture_\(place + 1)", jack_port_name(port.jack))
    }
    for (place, port) in outputs.prefix(2).enumerated() {
      jack_connect(client, jack_port_name(port.jack), "system:playback_\(place + 1)")
    }
    return process
  }

  private static func seconds(_ work: () -> Void) -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    let start = now()
    work()
    return now() - start
  }

  private static func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

  /// A server of one's own without a sound card, and a client of it.
  private final class Server {
    private var pid = pid_t()
    let client: OpaquePointer

    init() throws {
      let name = "divisi-bench-\(getpid())"
      setenv("JACK_DEFAULT_SERVER", name, 1)
      setenv("JACK_NO_AUDIO_RESERVATION", "1", 1)
      host_silence_jack()
      let words = ["jackd", "-S", "-r", "-n", name, "-d", "dummy", "-r", "48000", "-p", "64"]
      var arguments = words.map { strdup($0) } + [nil]
      defer { for argument in arguments { free(argument) } }
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      for stream in [STDOUT_FILENO, STDERR_FILENO] {
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
      }
      defer { posix_spawn_file_actions_destroy(&actions) }
      guard posix_spawnp(&pid, "jackd", &actions, nil, &arguments, environ) == 0 else {
        throw Problem.noServer
      }
      for _ in 0..<200 {
        if let client = host_client_open("bench", JackNoStartServer, nil) {
          self.client = client
          return
        }
        usleep(50_000)
      }
      kill(pid, SIGTERM)
      throw Problem.noServer
    }

    func end() {
      jack_client_close(client)
      kill(pid, SIGTERM)
      waitpid(pid, nil, 0)
    }
  }
}
