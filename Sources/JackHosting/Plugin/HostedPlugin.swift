// Thread: setup

package import DivisiRealtime
package import LV2Hosting
import Terminal

/// A plugin at work, and what a person can do to it.
package final class HostedPlugin {
  package let plugin: Plugin
  package let instance: Instance
  package let log: PluginLog
  /// Messages on their way to and from the audio thread, by URID of their type.
  package let incoming = MessageRing(capacity: 1 << 16)
  package let outgoing = MessageRing(capacity: 1 << 16)
  /// Keeps the audio thread away while the plugin cannot be run.
  package var pausing: (() -> Void) -> Void = { $0() }
  /// Where samples come from and go to as long as ports are not connected.
  private let silence = UnsafeMutablePointer<Float>.allocate(
    capacity: HostProcess.longestBlock)
  private let scratch = UnsafeMutablePointer<Float>.allocate(
    capacity: HostProcess.longestBlock)
  /// The folder where the plugin may make files; nil if it does not want any.
  private let files: ScratchFolder?
  /// What it is told when it starts.
  private var pending: [AtomMessage] = []
  private var hasStarted = false

  /// Samples; whatever is later than this is no latency but nonsense.
  private static let longestLatency: Float = 16_777_216
  private static let latency = "http://lv2plug.in/ns/lv2core#latency"
  private static let control = "http://lv2plug.in/ns/lv2core#control"
  private static let freeWheeling = "http://lv2plug.in/ns/lv2core#freeWheeling"
  private static let patchMessage = "http://lv2plug.in/ns/ext/patch#Message"
  private static let loadDefaultState = "http://lv2plug.in/ns/ext/state#loadDefaultState"
  private static let makePath = "http://lv2plug.in/ns/ext/state#makePath"
  private static let threadSafeRestore = "http://lv2plug.in/ns/ext/state#threadSafeRestore"

  /// - Parameters:
  ///   - plugin: what to run.
  ///   - sampleRate: samples per second.
  ///   - worker: how its work is done.
  ///   - blockLength: samples that it is given at once as a rule.
  ///   - longestBlock: the most that it is ever given.
  package init(
    _ plugin: Plugin, sampleRate: Double, worker: WorkerMode, blockLength: Int = 1024,
    longestBlock: Int = HostProcess.longestBlock
  ) throws {
    self.plugin = plugin
    log = PluginLog()
    var features = HostFeatures()
    features.worker = worker
    features.nominalBlockLength = blockLength
    features.blockLengths = 0...longestBlock
    features.log = log.log
    let wanted = plugin.optionalFeatures.union(plugin.requiredFeatures)
    files = wanted.contains(Self.makePath) ? try ScratchFolder() : nil
    features.scratchFolder = files?.path
    instance = try Instance(plugin, sampleRate: sampleRate, features: features)
    silence.initialize(repeating: 0, count: HostProcess.longestBlock)
    scratch.initialize(repeating: 0, count: HostProcess.longestBlock)
    disconnectSound()
    // Whoever offers `state:loadDefaultState` has promised to.
    if wanted.contains(Self.loadDefaultState),
      let state = try? State(preset: plugin.uri, in: plugin.world)
    {
      state.restore(to: instance)
    }
  }

  /// Connects ports with samples to memory of this object.
  package func disconnectSound() {
    for port in plugin.ports where port.kind == .audio || port.kind == .cv {
      instance.connect(port.index, to: port.isInput ? silence : scratch)
    }
  }

  deinit {
    // Some plugins free in the end what they only make when they are activated.
    if !hasStarted { instance.activate() }
    instance.deactivate()
    silence.deallocate()
    scratch.deallocate()
  }

  // MARK: Ports with a role

  /// Samples by which the outputs are late.
  package var latency: Int {
    let port =
      plugin.port(designation: Self.latency, isInput: false)
      ?? plugin.ports(.control, isInput: false).first {
        $0.properties.contains("http://lv2plug.in/ns/lv2core#reportsLatency")
      }
    guard let port else { return 0 }
    let value = instance.control(port.index)
    return value > 0 && value <= Self.longestLatency ? Int(value) : 0
  }

  /// The index of the control that says whether nobody waits for the sound; nil if there is none.
  package var freewheel: Int? {
    plugin.port(designation: Self.freeWheeling, isInput: true)?.index
  }

  /// The ports where messages go and where they come from.
  package var controlPort: Port? { eventPort(isInput: true) }
  package var notifyPort: Port? { eventPort(isInput: false) }

  private func eventPort(isInput: Bool) -> Port? {
    let ports = plugin.ports(.atom, isInput: isInput)
    return ports.first { $0.designation == Self.control }
      ?? ports.first { $0.supports.contains(Self.patchMessage) } ?? ports.first
  }

  // MARK: Presets and states

  /// Goes over to a preset or state.
  ///
  /// - Throws: if the plugin refuses it.
  package func restore(_ state: State) throws {
    // Plugins that cannot be restored while they run are kept from running.
    var problem: HostingError?
    if plugin.optionalFeatures.union(plugin.requiredFeatures).contains(Self.threadSafeRestore) {
      problem = state.restore(to: instance)
    } else {
      pausing { problem = state.restore(to: instance) }
    }
    if let problem { throw problem }
  }

  /// Saves all that the plugin is, and which controllers move it, in a folder that can be moved; whole or not at all.
  package func save(to folder: String, _ controllers: ControlMap? = nil) throws {
    try State(of: instance, folder: folder).save(
      to: folder, with: controllers.map { [$0.document] } ?? [])
  }

  /// Goes over to what `save` has saved.
  package func load(from folder: String, _ controllers: ControlMap? = nil) throws {
    try State.finishSaving(in: folder)
    let state = try State(path: folder + "/" + State.fileName, in: plugin.world)
    let map = try controllers?.read(from: folder)
    try restore(state)
    if let map { controllers?.replace(with: map) }
  }

  // MARK: Beginning

  /// Activates, and waits until the plugin has taken what it was told before.
  ///
  /// - Parameters:
  ///   - score: a file for the property that takes scores.
  ///   - isOver: asked while the plugin works whether it is worth waiting any longer.
  /// - Throws: if the plugin says that something is wrong with what it was told.
  package func start(score: String?, unless isOver: () -> Bool = { false }) throws {
    if let score { pending.append(try scoreMessage(score)) }
    instance.activate()
    hasStarted = true
    if let port = controlPort, let events = instance.events(port.index) {
      for message in pending where !events.append(at: 0, message) {
        throw Failure("\(plugin.name): expected to be told less at once")
      }
    }
    // The first runs ask for work, the second takes it.
    for _ in 0..<2 {
      instance.run(0)
      instance.joinWorker(unless: isOver)
      instance.deliverResponses()
    }
    let said = log.take()
    if !pending.isEmpty, let problem = said.first(where: { $0.kind.hasSuffix("#Error") }) {
      throw Failure(problem.text)
    }
    pending = []
    PluginLog.show(said)
  }

  /// Gives the plugin a message: at once if it runs, else when it starts.
  package func send(_ message: AtomMessage) throws {
    guard hasStarted else { return pending.append(message) }
    let isSent = message.body.withUnsafeBytes {
      incoming.view.write(message.type, $0.baseAddress, count: $0.count)
    }
    guard isSent else { throw Failure("the plugin is too busy") }
  }

  /// Whether the plugin can be told anything but controls and music.
  package var takesMessages: Bool { controlPort?.supports.contains(Self.patchMessage) ?? false }
}
