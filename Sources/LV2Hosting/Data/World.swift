internal import CLilv
package import Synchronization

/// The LV2 bundles in some folders: plugins and presets.
///
/// - Thread: one at a time, and the same for all plugins, states and the making and ending of
///   instances that come from it, because lilv has no locks. Several worlds may be in use at once.
public final class World {
  /// Held while lilv reads data: it names what has no name with a buffer that all worlds share (lilv 0.24, world.c,
  /// `lilv_world_blank_node_prefix`).
  package static let reading = Mutex(())

  let pointer: OpaquePointer
  /// The numbers of URIs, shared by all instances.
  public let urids = URIDMap()

  /// Reads the data of all bundles.
  ///
  /// - Parameter path: folders of bundles, separated by colons, as in `LV2_PATH`; nil for the value
  ///   of that variable or lilv's default. The folder of LV2's own specifications (Debian:
  ///   `/usr/lib/lv2`) must be among them.
  /// - Throws: if there is no memory.
  public init(path: String? = nil) throws(HostingError) {
    guard let pointer = lilv_world_new() else { throw HostingError("lilv", "there is no memory") }
    self.pointer = pointer
    if let path {
      let value = lilv_new_string(pointer, path)
      defer { lilv_node_free(value) }
      lilv_world_set_option(pointer, LILV_OPTION_LV2_PATH, value)
    }
    Self.reading.withLock { _ in lilv_world_load_all(pointer) }
  }

  deinit { lilv_world_free(pointer) }

  /// The URIs of all plugins, sorted.
  public var pluginURIs: [String] {
    let plugins = lilv_world_get_all_plugins(pointer)
    var uris: [String] = []
    var iterator = lilv_plugins_begin(plugins)
    while let position = iterator, !lilv_plugins_is_end(plugins, position) {
      uris.append(text(lilv_plugin_get_uri(lilv_plugins_get(plugins, position))))
      iterator = lilv_plugins_next(plugins, position)
    }
    return uris.sorted()
  }

  /// Finds a plugin.
  ///
  /// - Throws: if no bundle has it.
  public func plugin(_ uri: String) throws(HostingError) -> Plugin {
    guard let node = Node(uri: uri, in: self),
      let plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(pointer), node.pointer)
    else { throw HostingError(uri, "there is no such plugin") }
    // Its data is read at the first question about it.
    _ = Self.reading.withLock { _ in lilv_plugin_get_num_ports(plugin) }
    return Plugin(plugin, uri: uri, in: self)
  }

  /// Reads what the data refers to for a subject.
  func load(_ subject: Node) {
    Self.reading.withLock { _ in _ = lilv_world_load_resource(pointer, subject.pointer) }
  }

  /// What the data says about a subject, as text: URIs, literals.
  public func values(of subject: String, _ predicate: String) -> [String] {
    guard let subject = Node(uri: subject, in: self), let predicate = Node(uri: predicate, in: self)
    else { return [] }
    return texts(lilv_world_find_nodes(pointer, subject.pointer, predicate.pointer, nil))
  }

  /// The URIs of a plugin's presets, sorted, as `State(preset:in:)` takes them.
  public func presets(of plugin: Plugin) -> [String] {
    guard let type = Node(uri: LV2URI.preset, in: self) else { return [] }
    return texts(lilv_plugin_get_related(plugin.pointer, type.pointer)).sorted()
  }
}
