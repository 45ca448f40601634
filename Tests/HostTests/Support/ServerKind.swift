import Foundation
import Testing

/// What plays the JACK server.
protocol ServerKind {
  /// What its clients need.
  var environment: [String: String] { get }
  /// Starts it.
  func start(rate: Int, period: Int) throws -> Child
  /// Whether it lets clients in.
  var isReady: Bool { get }
}

/// JACK 2 with its dummy driver.
struct JackServer: ServerKind {
  private let name = "divisi-\(getpid())-\(UUID().uuidString.prefix(8))"

  var environment: [String: String] {
    [
      "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1",
    ]
  }

  func start(rate: Int, period: Int) throws -> Child {
    try Child(
      "jackd", ["-S", "-r", "-n", name, "-d", "dummy", "-r", "\(rate)", "-p", "\(period)"],
      environment: environment)
  }

  var isReady: Bool {
    // It hangs where a killed server has left JACK's database locked.
    (try? Child.run("timeout", ["20", "jack_wait", "-c"], environment: environment))?.output
      .hasPrefix("running") == true
  }
}

/// PipeWire with its own driver in place of a sound card, and its libraries in place of JACK's.
struct PipeWireServer: ServerKind {
  /// Not in the folder of a test: the address of a socket has room for 107 bytes.
  let folder = "/tmp/divisi-pw-\(UUID().uuidString.prefix(8))"
  private let libraries: String

  init() throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let asked = try Child.run("pw-jack", ["printenv", "LD_LIBRARY_PATH"])
    try #require(asked.status == 0, "the tests need pipewire-jack: \(asked.errors)")
    libraries = asked.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  var environment: [String: String] {
    [
      "XDG_RUNTIME_DIR": folder, "PIPEWIRE_RUNTIME_DIR": folder, "LD_LIBRARY_PATH": libraries,
      "JACK_NO_START_SERVER": "1",
    ]
  }

  func start(rate: Int, period: Int) throws -> Child {
    try configure(rate: rate, period: period)
    return try Child("pipewire", ["-c", folder + "/server.conf"], environment: environment)
  }

  /// Writes `server.conf`.
  func configure(rate: Int, period: Int) throws {
    let drivers = ["Dummy-Driver", "Freewheel-Driver"].map {
      """
        { factory = spa-node-factory args = { factory.name = support.node.driver node.name = \($0)
          node.group = \($0 == "Dummy-Driver" ? "pipewire.dummy" : "pipewire.freewheel")
          node.freewheel = \($0 != "Dummy-Driver")
          priority.driver = \($0 == "Dummy-Driver" ? 20000 : 19000) } }
      """
    }
    let modules = [
      "protocol-native", "metadata", "spa-node-factory", "client-node", "access", "adapter",
      "link-factory",
    ].map { "  { name = libpipewire-module-\($0) }" }
    try """
    context.properties = {
      core.daemon = true core.name = pipewire-0 link.max-buffers = 16
      default.clock.rate = \(rate) default.clock.allowed-rates = [ \(rate) ]
      default.clock.quantum = \(period) default.clock.min-quantum = 16
      default.clock.max-quantum = 8192
    }
    context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert
      support.* = support/libspa-support }
    context.modules = [
    \(modules.joined(separator: "\n"))
    ]
    context.objects = [
    \(drivers.joined(separator: "\n"))
    ]
    """.write(toFile: folder + "/server.conf", atomically: true, encoding: .utf8)
  }

  var isReady: Bool {
    (try? Child.run("timeout", ["20", "jack_lsp"], environment: environment))?.status == 0
  }

  /// Sets one of the server's settings while it runs.
  func set(_ name: String, _ value: Int) throws {
    let run = try Child.run(
      "pw-metadata", ["-n", "settings", "0", name, "\(value)"], environment: environment)
    #expect(run.status == 0, "\(run.errors)")
  }

  /// Takes away what the server needed.
  func clean() { try? FileManager.default.removeItem(atPath: folder) }
}
