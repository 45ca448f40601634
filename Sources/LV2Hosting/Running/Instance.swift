internal import CLilv

/// A plugin at work: its ports, features and worker.
///
/// Controls and atom ports are connected to memory of the instance at once; audio ports are the
/// caller's to connect, before `run`.
///
/// - Thread: making, ending, `activate`, `deactivate` and states: one thread at a time, the world's.
///   `connect`, `run` and the events of atom ports: one at a time too, and real-time safe as far as
///   the plugin is. Controls: set by one thread at a time, read by any.
public final class Instance: @unchecked Sendable {
  /// Bytes for the events of one block at an atom port, if the port does not want more.
  public static let sequenceCapacity = 1 << 16

  /// What it is an instance of.
  public let plugin: Plugin
  /// Samples per second.
  public let sampleRate: Double
  let pointer: UnsafeMutablePointer<LilvInstance>
  let features: FeatureList
  private let descriptor: LV2_Descriptor
  let handle: LV2_Handle
  private let indices: [String: Int]
  private let memory: InstanceMemory
  /// What the audio thread touches.
  public let process: InstanceProcess
  private var isActive = false

  /// Makes an instance that is not yet active.
  ///
  /// - Parameters:
  ///   - plugin: what to make an instance of.
  ///   - sampleRate: samples per second.
  ///   - features: what the host offers.
  /// - Throws: if the plugin needs more than is offered, if its shared object cannot be loaded, or
  ///   if it refuses.
  public init(
    _ plugin: Plugin, sampleRate: Double, features: HostFeatures = HostFeatures()
  ) throws(HostingError) {
    let urids = plugin.world.urids
    let list = FeatureList(features, sampleRate: sampleRate, urids: urids)
    let missing = plugin.requiredFeatures.subtracting(list.uris).subtracting([LV2URI.isLive])
    guard missing.isEmpty else {
      throw HostingError(
        plugin.uri, "it needs \(missing.sorted().joined(separator: ", ")), which is not offered")
    }
    if let port = plugin.ports.first(where: { $0.kind == .other && !$0.isOptional }) {
      throw HostingError(
        plugin.uri, "its port \(port.symbol) is none that carries audio, CV, a control or atoms")
    }
    let library = try SharedObject(of: plugin)
    defer { library.close() }
    guard
      let pointer = list.pointers.withUnsafeBufferPointer({
        lilv_plugin_instantiate(plugin.pointer, sampleRate, $0.baseAddress)
      })
    else { throw HostingError(plugin.uri, "it refuses to run at \(Int(sampleRate)) Hz here") }
    guard let handle = pointer.pointee.lv2_handle else {
      lilv_instance_free(pointer)
      throw HostingError(plugin.uri, "it refuses to run at \(Int(sampleRate)) Hz here")
    }
    self.plugin = plugin
    self.sampleRate = sampleRate
    self.pointer = pointer
    self.handle = handle
    self.features = list
    descriptor = pointer.pointee.lv2_descriptor.pointee
    // Symbols should differ, and in some plugins do not.
    indices = Dictionary(plugin.ports.map { ($0.symbol, $0.index) }) { first, _ in first }
    memory = InstanceMemory(plugin, sampleRate: sampleRate)
    process = InstanceProcess(
      pointer.pointee.lv2_descriptor, handle, answers: list.worker.answers, memory: memory)
    for port in plugin.ports { connect(port.index, to: memory.place(port)) }
    list.worker.start(
      handle,
      lilv_instance_get_extension_data(pointer, LV2URI.workerInterface)?
        .assumingMemoryBound(to: LV2_Worker_Interface.self))
  }

  deinit {
    // Work that does not end may still touch everything, which is left to it then.
    guard features.worker.stop() else {
      _ = (Unmanaged.passRetained(features), Unmanaged.passRetained(plugin))
      _ = Unmanaged.passRetained(memory)
      return
    }
    deactivate()
    lilv_instance_free(pointer)
  }

  /// Connects a port to memory that must stay as long as it is connected; nil takes it away.
  public func connect(_ index: Int, to memory: UnsafeMutableRawPointer?) {
    process.connect(index, to: memory)
  }

  /// Connects a control to this object's memory again.
  public func reconnect(_ index: Int) { connect(index, to: memory.controls.port(index)) }

  /// The value of a control, by symbol, as `control` and `setControl` know it by index.
  ///
  /// - Precondition: there is such a port.
  public subscript(_ symbol: String) -> Float {
    get { control(index(symbol)) }
    set { setControl(index(symbol), to: newValue) }
  }

  /// The latest value of a control, by port index: what was set last, or what the last `run` has written.
  ///
  /// - Thread: any.
  public func control(_ index: Int) -> Float { memory.controls.value(index) }

  /// Sets a control, by port index; the next `run` sees it. None is ever lost; of several for one control in a
  /// block, the last counts.
  ///
  /// - Thread: one at a time, which need not be the one of `run`.
  public func setControl(_ index: Int, to value: Float) { memory.controls.set(index, to: value) }

  /// The events of an atom port, by port index; nil if it is none.
  public func events(_ index: Int) -> AtomSequence? { memory.sequences[index] }

  /// Prepares for `run`, and forgets all earlier input.
  public func activate() {
    guard !isActive else { return }
    isActive = true
    // Some plugins look at their controls here.
    process.takeControls()
    descriptor.activate?(handle)
  }

  /// Ends what `activate` began.
  public func deactivate() {
    guard isActive else { return }
    isActive = false
    descriptor.deactivate?(handle)
  }

  /// Processes a block, delivers what the worker answered, and drops the events that were read.
  ///
  /// Events that the plugin sends stay until the next call.
  public func run(_ sampleCount: Int) {
    process.run(sampleCount)
  }

  /// Waits until the work that was scheduled is done; the next `run` delivers the answers.
  ///
  /// - Parameter isOver: asked now and then whether it is worth waiting any longer.
  /// - Thread: not the audio thread.
  public func joinWorker(unless isOver: () -> Bool = { false }) {
    features.worker.join(unless: isOver)
  }

  /// Delivers answers of the worker now, as if a `run` had ended.
  public func deliverResponses() { features.worker.answers.pointee.deliver() }

  /// The table behind an interface of the plugin, by URI; nil if it has none.
  public func extensionData(_ uri: String) -> UnsafeRawPointer? {
    lilv_instance_get_extension_data(pointer, uri).map { UnsafeRawPointer($0) }
  }

  private func index(_ symbol: String) -> Int {
    guard let index = indices[symbol] else {
      preconditionFailure("\(plugin.uri) has no port \(symbol)")
    }
    return index
  }
}
