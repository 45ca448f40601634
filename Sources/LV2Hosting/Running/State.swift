internal import CLilv
internal import Glibc

/// A plugin's state: the values of its controls, and what it keeps besides.
///
/// - Thread: the world's.
public final class State {
  private let pointer: OpaquePointer
  private let world: World
  /// Where it is to be saved, with the files that have been written aside; nil if it stays in memory.
  private let folder: StateFolder?

  private init(_ pointer: OpaquePointer, in world: World, _ folder: StateFolder? = nil) {
    self.pointer = pointer
    self.world = world
    self.folder = folder
  }

  deinit { lilv_state_free(pointer) }

  /// A preset that a bundle of the world has, by URI; also the default state of a plugin, by its.
  public convenience init(preset uri: String, in world: World) throws(HostingError) {
    guard let node = Node(uri: uri, in: world) else { throw HostingError(uri, "this is no URI") }
    world.load(node)
    guard
      let pointer = lilv_state_new_from_world(world.pointer, world.urids.mapFeature, node.pointer)
    else { throw HostingError(uri, "there is no such preset") }
    self.init(pointer, in: world)
  }

  /// A state that was saved to a file.
  ///
  /// - Parameter uri: what the file calls it; nil if it goes by the file's own name.
  public convenience init(
    path: String, uri: String? = nil, in world: World
  ) throws(HostingError) {
    let subject = uri.flatMap { Node(uri: $0, in: world) }
    // lilv asserts on files that are not there, and waits for pipes and devices.
    var status = stat()
    guard access(path, R_OK) == 0, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let pointer = lilv_state_new_from_file(
        world.pointer, world.urids.mapFeature, subject?.pointer, path)
    else { throw HostingError(path, "this is no readable state") }
    self.init(pointer, in: world)
  }

  /// A state as text, from `text(uri:)`.
  public convenience init(text: String, in world: World) throws(HostingError) {
    guard let pointer = lilv_state_new_from_string(world.pointer, world.urids.mapFeature, text)
    else { throw HostingError("state", "the text makes no sense") }
    self.init(pointer, in: world)
  }

  /// What an instance is like now.
  ///
  /// - Parameters:
  ///   - instance: what to ask.
  ///   - folder: where it will be saved, once. Files that it refers to are linked or copied, and come with it; nil if
  ///     it stays in memory and may refer to files where they are.
  /// - Throws: if the plugin fails, or something cannot be written.
  public convenience init(of instance: Instance, folder: String? = nil) throws(HostingError) {
    var place: StateFolder?
    if let folder { place = try StateFolder(folder) }
    let files = place.map { StateFiles($0, scratch: instance.features.scratchFolder) }
    let context = StateContext(instance)
    let pointer = try StateTransfer(instance, files: files)
      .save(StateContext.value, Unmanaged.passUnretained(context).toOpaque())
    withExtendedLifetime(context) {}
    self.init(pointer, in: instance.plugin.world, place)
  }

  /// The name as hosts show it; empty if it has none.
  public var label: String {
    get { lilv_state_get_label(pointer).map { String(cString: $0) } ?? "" }
    set { lilv_state_set_label(pointer, newValue) }
  }

  /// The URI of the plugin that it is for.
  public var pluginURI: String { LV2Hosting.text(lilv_state_get_plugin_uri(pointer)) }

  /// The number of things that the plugin keeps besides controls.
  public var propertyCount: Int { Int(lilv_state_get_num_properties(pointer)) }

  /// The values of controls by symbol, as far as they are numbers.
  public var controls: [String: Float] {
    let context = StateContext(urids: world.urids)
    lilv_state_emit_port_values(
      pointer, StateContext.setValue, Unmanaged.passUnretained(context).toOpaque())
    return withExtendedLifetime(context) { context.values }
  }

  /// Gives an instance all of it; controls that it does not mention, or does not have, stay.
  ///
  /// - Returns: why the plugin has refused it, and then no control is set; nil if it has not.
  @discardableResult
  public func restore(to instance: Instance) -> HostingError? {
    let problem = StateTransfer(instance).restore(pointer)
    // Where nothing is kept besides controls, plugins miss what they would have kept.
    if propertyCount > 0, let problem { return problem }
    let context = StateContext(instance)
    lilv_state_emit_port_values(
      pointer, StateContext.setValue, Unmanaged.passUnretained(context).toOpaque())
    withExtendedLifetime(context) {}
    return nil
  }

  /// Saves it as a preset that any host reads, whole or not at all: a state that was there before is kept if this fails.
  ///
  /// - Parameters:
  ///   - folder: the bundle; it is made if it is not there. Of a state for a folder, that folder.
  ///   - uri: what it is called; nil for the file's own name, which lets the bundle be moved.
  ///   - documents: the names and contents of files that are saved with it.
  public func save(
    to folder: String, uri: String? = nil, with documents: [(name: String, bytes: [UInt8])] = []
  ) throws(HostingError) {
    let place: StateFolder
    if let own = self.folder { place = own } else { place = try StateFolder(folder) }
    let base = lilv_new_file_uri(world.pointer, nil, place.path + "/" + Self.fileName)
    defer { lilv_node_free(base) }
    let baseURI = LV2Hosting.text(base)
    guard
      let text = lilv_state_to_string(
        world.pointer, world.urids.mapFeature, world.urids.unmapFeature, pointer, uri ?? baseURI,
        baseURI)
    else { throw HostingError(folder, "the state cannot be written as Turtle") }
    defer { lilv_free(text) }
    for document in documents { try place.write(document.bytes, as: document.name) }
    if let manifest = try Manifest.bytes(at: place.path, state: uri, of: pluginURI) {
      try place.write(manifest, as: Manifest.fileName)
    }
    try place.write(Array((Manifest.prefixes + String(cString: text)).utf8), as: Self.fileName)
    try place.commit()
  }

  /// Finishes what a program began that was ended while it saved in a folder; does nothing where there is no such thing.
  ///
  /// - Throws: if it cannot be done here.
  public static func finishSaving(in folder: String) throws(HostingError) {
    try StateFolder.finish(at: folder)
  }

  /// The name of the file with a state in its folder.
  public static let fileName = "state.ttl"

  /// It as text, which refers to files where they are.
  public func text(uri: String) -> String {
    let text = lilv_state_to_string(
      world.pointer, world.urids.mapFeature, world.urids.unmapFeature, pointer, uri, nil)
    guard let text else { return "" }
    defer { lilv_free(text) }
    return String(cString: text)
  }

  /// Whether two states are the same, for the same plugin.
  public static func == (one: State, other: State) -> Bool {
    lilv_state_equals(one.pointer, other.pointer)
  }
}

/// What the callbacks of a state work on.
private final class StateContext {
  let instance: Instance?
  let urids: URIDMap
  var values: [String: Float] = [:]
  /// The value that lilv copies when it has asked for one.
  private let scratch = UnsafeMutablePointer<Float>.allocate(capacity: 1)

  init(_ instance: Instance) {
    self.instance = instance
    urids = instance.plugin.world.urids
  }

  init(urids: URIDMap) {
    instance = nil
    self.urids = urids
  }

  deinit { scratch.deallocate() }

  static func behind(_ context: UnsafeMutableRawPointer?) -> StateContext? {
    context.map { Unmanaged<StateContext>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Reads an input control.
  static let value: LilvGetPortValueFunc = { symbol, context, size, type in
    size?.pointee = 0
    type?.pointee = 0
    guard let symbol, let context = behind(context), let instance = context.instance,
      let port = instance.plugin.port(String(cString: symbol)), port.kind == .control, port.isInput
    else { return nil }
    size?.pointee = 4
    type?.pointee = context.urids.map(LV2URI.float)
    context.scratch.initialize(to: instance.control(port.index))
    return UnsafeRawPointer(context.scratch)
  }

  /// Sets an input control to a finite number, or notes it.
  static let setValue: LilvSetPortValueFunc = { symbol, context, value, size, type in
    guard let symbol, let value, let context = behind(context) else { return }
    let bytes = UnsafeRawBufferPointer(start: value, count: Int(size))
    guard let number = number(bytes, context.urids.unmap(type)), number.isFinite else { return }
    let name = String(cString: symbol)
    context.values[name] = number
    guard let instance = context.instance, let port = instance.plugin.port(name),
      port.kind == .control, port.isInput
    else { return }
    instance.setControl(
      port.index,
      to: port.hasStrictBounds ? port.clamped(number, sampleRate: instance.sampleRate) : number)
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, _ type: String?) -> Float? {
    switch (type, bytes.count) {
    case (LV2URI.float, 4): bytes.loadUnaligned(as: Float.self)
    case (LV2URI.double, 8): Float(bytes.loadUnaligned(as: Double.self))
    case (LV2URI.int, 4), (LV2URI.bool, 4): Float(bytes.loadUnaligned(as: Int32.self))
    case (LV2URI.long, 8): Float(bytes.loadUnaligned(as: Int64.self))
    default: nil
    }
  }
}
