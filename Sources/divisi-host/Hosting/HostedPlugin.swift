// Thread: setup

import LV2Hosting

/// A plugin at work, and what a person can do to it.
final class HostedPlugin {
  let plugin: Plugin
  let instance: Instance
  let log: PluginLog
  /// Messages on their way to and from the audio thread, by URID of their type.
  let incoming = MessageRing(capacity: 1 << 16)
  let outgoing = MessageRing(capacity: 1 << 16)
  /// Keeps the audio thread away while the plugin cannot be run.
  var pausing: (() -> Void) -> Void = { $0() }
  /// Where samples come from and go to as long as ports are not connected.
  private let scratch = UnsafeMutablePointer<Float>.allocate(capacity: 8192)

  private static let latency = "http://lv2plug.in/ns/lv2core#latency"
  private static let control = "http://lv2plug.in/ns/lv2core#control"
  private static let freeWheeling = "http://lv2plug.in/ns/lv2core#freeWheeling"
  private static let patchMessage = "http://lv2plug.in/ns/ext/patch#Message"
  private static let threadSafeRestore = "http://lv2plug.in/ns/ext/state#threadSafeRestore"

  init(_ plugin: Plugin, sampleRate: Double, worker: WorkerMode) throws {
    self.plugin = plugin
    log = PluginLog()
    var features = HostFeatures()
    features.worker = worker
    features.log = log.log
    instance = try Instance(plugin, sampleRate: sampleRate, features: features)
    scratch.initialize(repeating: 0, count: 8192)
    disconnectSound()
  }

  /// Connects ports with samples to memory of this object.
  func disconnectSound() {
    for isInput in [true, false] {
      for kind in [Port.Kind.audio, .cv] {
        for port in plugin.ports(kind, isInput: isInput) {
          instance.connect(port.index, to: scratch)
        }
      }
    }
  }

  deinit {
    instance.deactivate()
    incoming.deallocate()
    outgoing.deallocate()
    scratch.deallocate()
  }

  // MARK: Ports with a role

  /// Samples by which the outputs are late.
  var latency: Int {
    let port =
      plugin.port(designation: Self.latency, isInput: false)
      ?? plugin.ports(.control, isInput: false).first {
        $0.properties.contains("http://lv2plug.in/ns/lv2core#reportsLatency")
      }
    guard let port else { return 0 }
    return max(0, Int(instance.control(port.index).pointee))
  }

  /// The control that says whether nobody waits for the sound; nil if there is none.
  var freewheel: UnsafeMutablePointer<Float>? {
    plugin.port(designation: Self.freeWheeling, isInput: true).map { instance.control($0.index) }
  }

  /// The ports where messages go and where they come from.
  var controlPort: Port? { eventPort(isInput: true) }
  var notifyPort: Port? { eventPort(isInput: false) }

  private func eventPort(isInput: Bool) -> Port? {
    let ports = plugin.ports(.atom, isInput: isInput)
    return ports.first { $0.designation == Self.control } ?? ports.first
  }

  // MARK: Controls

  /// Sets a control to a number, or to the value of that name.
  func set(_ symbol: String, to text: String) throws {
    guard let port = plugin.port(symbol), port.kind == .control, port.isInput else {
      throw Failure("\(symbol): expected a control of \(plugin.name); found none")
    }
    let point = port.scalePoints.first { $0.label.lowercased() == text.lowercased() }
    guard let value = point?.value ?? Float(text), value.isFinite else {
      let names = port.scalePoints.map(\.label).joined(separator: ", ")
      throw Failure(
        "\(symbol): expected a number\(names.isEmpty ? "" : " or one of \(names)"), found '\(text)'"
      )
    }
    guard !(value < port.minimum), !(value > port.maximum) else {
      throw Failure("\(symbol): expected \(port.minimum) to \(port.maximum), found \(text)")
    }
    instance[symbol] = value
  }

  // MARK: Presets and states

  /// Goes over to a preset or state.
  func restore(_ state: State) {
    // Plugins that cannot be restored while they run are kept from running.
    if plugin.optionalFeatures.union(plugin.requiredFeatures).contains(Self.threadSafeRestore) {
      state.restore(to: instance)
    } else {
      pausing { state.restore(to: instance) }
    }
  }

  /// Saves all that the plugin is, in a folder that can be moved.
  func save(to folder: String) throws {
    try State(of: instance, folder: folder).save(to: folder)
  }

  /// Goes over to what `save` has saved.
  func load(from folder: String) throws {
    restore(try State(path: folder + "/state.ttl", in: plugin.world))
  }

  // MARK: Files

  /// Activates, and waits until the plugin has taken what it was told before.
  ///
  /// - Parameter score: a file for the property that takes scores.
  /// - Throws: if the plugin says that something is wrong with it.
  func start(score: String?) throws {
    instance.activate()
    if let score {
      let message = try scoreMessage(score)
      if let port = controlPort, let events = instance.events(port.index) {
        events.append(at: 0, message)
      }
    }
    // The first runs ask for work, the second takes it.
    for _ in 0..<2 {
      instance.run(0)
      instance.joinWorker()
      instance.deliverResponses()
    }
    let said = log.take()
    if score != nil, let problem = said.first(where: { $0.kind.hasSuffix("#Error") }) {
      throw Failure(problem.text)
    }
    PluginLog.show(said)
  }

  /// Tells a running plugin to use another score.
  func setScore(_ path: String) throws {
    let message = try scoreMessage(path)
    let isSent = message.body.withUnsafeBytes {
      incoming.write(message.type, $0.baseAddress, count: $0.count)
    }
    guard isSent else { throw Failure("the plugin is too busy") }
  }

  /// A message with a score: to the property of that label, or to the only one that takes a file.
  private func scoreMessage(_ path: String) throws -> AtomMessage {
    let properties = plugin.pathProperties
    let found =
      properties.first { $0.label.lowercased() == "score" }
      ?? (properties.count == 1 ? properties[0] : nil)
    guard let property = found, let port = controlPort, port.supports.contains(Self.patchMessage)
    else { throw Failure("\(plugin.name): expected a plugin that takes scores; it does not") }
    return .set(property.uri, path: try absolutePath(path), plugin.world.urids)
  }
}
