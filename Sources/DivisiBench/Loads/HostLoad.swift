import Glibc
import JackHosting
import LV2Hosting

/// What the host costs beside the plugin: time of its process callback, in blocks of 64 samples at
/// 48 kHz, less that of the plugin's `run`.
///
/// The callback is the host's own, on ports of a real server, but called from here, so that nothing comes between. A second instance is run without it, block by block in
/// turn, so that caches are as they are in a host.
struct HostLoad {
  private static let sampleRate = 48_000.0
  private static let blockLength = 64
  private static let blockCount = 40_000

  enum Problem: Error { case noServer }

  /// Measures a plugin of a bundle's folder.
  static func line(bundles: String, plugin uri: String, controls: [String: Float]) throws -> String
  {
    let server = try Server()
    defer { server.end() }
    let world = try World(path: "\(bundles):/usr/lib/lv2")
    let plugin = try world.plugin(uri)
    let hosted = try HostedPlugin(plugin, sampleRate: sampleRate, worker: .asynchronous)
    let bare = try Instance(plugin, sampleRate: sampleRate)
    let instances = [hosted.instance, bare]
    for instance in instances {
      for (symbol, value) in controls { instance[symbol] = value }
    }
    try hosted.start(score: nil)
    bare.activate()
    let controllers = ControlMap(plugin)
    let process = try server.client.prepare(hosted, controllers, waits: false)
    try server.client.join()
    // Connected, since an input without a connection costs less.
    for text in ["in=system:capture_1,system:capture_2", "out=system:playback_1,system:playback_2"]
    {
      try server.client.connect(Connection.parse(text) ?? [], of: plugin)
    }
    let ports = plugin.ports(.audio, isInput: true) + plugin.ports(.audio, isInput: false)
    let buffers = ports.map { port in
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: blockLength)
      buffer.initialize(repeating: 0, count: blockLength)
      bare.connect(port.index, to: buffer)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }

    var wholes: [Double] = []
    var parts: [Double] = []
    for _ in 0..<blockCount {
      wholes.append(seconds { process.pointee.run(blockLength) })
      parts.append(seconds { bare.process.run(blockLength) })
      for instance in instances { instance.joinWorker() }
    }
    let (whole, part) = (median(wholes), median(parts))
    let share = (1e4 * (whole - part) * sampleRate / Double(blockLength)).rounded() / 100
    return
      "host: callback \(Report.number(whole * 1e6)) us, of which run \(Report.number(part * 1e6)) us; "
      + "its own share \(Report.number((whole - part) * 1e6)) us, \(share) % of a block"
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
    let client: JackClient

    init() throws {
      let name = "divisi-bench-\(getpid())"
      setenv("JACK_DEFAULT_SERVER", name, 1)
      setenv("JACK_NO_AUDIO_RESERVATION", "1", 1)
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
      do {
        client = try JackClient(name: "bench", isExact: false, startsServer: false, tries: 200)
      } catch {
        kill(pid, SIGTERM)
        waitpid(pid, nil, 0)
        throw error
      }
    }

    func end() {
      client.close()
      kill(pid, SIGTERM)
      waitpid(pid, nil, 0)
    }
  }
}
