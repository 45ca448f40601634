internal import CLilv

/// A plugin, as its data describes it.
public final class Plugin {
  let pointer: OpaquePointer
  /// Where it comes from, and whose numbers for URIs it uses.
  public let world: World

  /// What identifies it.
  public let uri: String
  /// The name that hosts show.
  public let name: String
  /// The URI of its class, such as `lv2:FilterPlugin` in full.
  public let pluginClass: String
  /// All ports, by index. They are read when they are wanted, since a list of plugins wants none.
  public private(set) lazy var ports: [Port] = (0..<lilv_plugin_get_num_ports(pointer)).map {
    Port(lilv_plugin_get_port_by_index(pointer, $0), of: pointer, in: world)
  }
  /// The URIs of what a host must offer, and of what it may offer.
  public let requiredFeatures: Set<String>, optionalFeatures: Set<String>
  /// The URIs of the interfaces it has besides LV2's core.
  public let extensionData: Set<String>
  /// The path of its bundle, with a slash at the end.
  public let bundlePath: String
  /// The path of its shared object.
  public let libraryPath: String

  init(_ plugin: OpaquePointer, uri: String, in world: World) {
    func path(_ node: OpaquePointer?) -> String {
      guard let path = lilv_node_get_path(node, nil) else { return "" }
      defer { lilv_free(path) }
      return String(cString: path)
    }
    pointer = plugin
    self.world = world
    self.uri = uri
    let label = lilv_plugin_get_name(plugin)
    name = text(label)
    lilv_node_free(label)
    pluginClass = text(lilv_plugin_class_get_uri(lilv_plugin_get_class(plugin)))
    requiredFeatures = Set(texts(lilv_plugin_get_required_features(plugin)))
    optionalFeatures = Set(texts(lilv_plugin_get_optional_features(plugin)))
    extensionData = Set(texts(lilv_plugin_get_extension_data(plugin)))
    bundlePath = path(lilv_plugin_get_bundle_uri(plugin))
    libraryPath = path(lilv_plugin_get_library_uri(plugin))
  }

  /// The port of a symbol, the first where the data has two of that name; nil if there is none.
  public func port(_ symbol: String) -> Port? { ports.first { $0.symbol == symbol } }

  /// The port of a role, such as `lv2:latency` in full, among those read or written.
  public func port(designation: String, isInput: Bool) -> Port? {
    ports.first { $0.designation == designation && $0.isInput == isInput }
  }

  /// All ports of a kind and direction, by index.
  public func ports(_ kind: Port.Kind, isInput: Bool) -> [Port] {
    ports.filter { $0.kind == kind && $0.isInput == isInput }
  }

  /// What the data says about the plugin, as text: URIs, literals.
  public func values(_ predicate: String) -> [String] {
    guard let predicate = Node(uri: predicate, in: world) else { return [] }
    return texts(lilv_plugin_get_value(pointer, predicate.pointer))
  }
}
