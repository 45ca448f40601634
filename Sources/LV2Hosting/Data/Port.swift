internal import CLilv

/// A port of a plugin, as its data describes it.
public struct Port: Sendable {
  /// What a port carries.
  public enum Kind: Sendable, Equatable {
    case audio, control, cv, atom, other
  }

  /// A named value of a control.
  public struct ScalePoint: Sendable, Equatable {
    /// What hosts show.
    public let label: String
    /// The control's value.
    public let value: Float
  }

  /// The number by which it is connected.
  public let index: Int
  /// The name by which files refer to it.
  public let symbol: String
  /// The name that hosts show.
  public let name: String
  /// What it carries.
  public let kind: Kind
  /// Whether the plugin reads it; else it writes.
  public let isInput: Bool
  /// Range and value of a control at first; NaN where the data has none.
  public let minimum: Float, maximum: Float, `default`: Float
  /// The URIs of its properties, such as `lv2:toggled` in full.
  public let properties: Set<String>
  /// The URI of its role, such as `lv2:latency` in full; nil if it has none.
  public let designation: String?
  /// The URI of its port group; nil if it is in none.
  public let group: String?
  /// The URI of its unit, or the symbol of one that the plugin has made up; nil if it has none.
  public let unit: String?
  /// The named values of a control, in the order of value.
  public let scalePoints: [ScalePoint]
  /// The URIs of what an atom port takes, such as `midi:MidiEvent` in full.
  public let supports: Set<String>
  /// Bytes that an atom port's buffer must have at least; 0 if it does not say.
  public let minimumSize: Int

  /// Whether it may be left unconnected.
  public var isOptional: Bool { properties.contains(LV2URI.connectionOptional) }
  /// Whether the range is in units of the sample rate (`lv2:sampleRate`); the default never is.
  public var isInSampleRates: Bool { properties.contains(LV2URI.sampleRateProperty) }
  /// Whether the plugin relies on values within the range (`pprops:hasStrictBounds`).
  public var hasStrictBounds: Bool { properties.contains(LV2URI.hasStrictBounds) }

  /// The range of values at a sample rate; NaN where the data has no bound.
  public func range(sampleRate: Double) -> (minimum: Float, maximum: Float) {
    let unit = isInSampleRates ? Float(sampleRate) : 1
    return (minimum * unit, maximum * unit)
  }

  /// What a control begins with: the default, or without one the value closest to zero.
  func start(sampleRate: Double) -> Float {
    if `default`.isFinite { return `default` }
    return clamped(0, sampleRate: sampleRate)
  }

  /// The value within the range that is closest to another.
  func clamped(_ value: Float, sampleRate: Double) -> Float {
    let (minimum, maximum) = range(sampleRate: sampleRate)
    // In this order a bound that is NaN leaves the value.
    var value = value
    if value > maximum { value = maximum }
    if value < minimum { value = minimum }
    return value
  }

  init(_ port: OpaquePointer, of plugin: OpaquePointer, in world: World) {
    func values(_ predicate: String) -> [String] {
      guard let predicate = Node(uri: predicate, in: world) else { return [] }
      return texts(lilv_port_get_value(plugin, port, predicate.pointer))
    }
    let classes = Set(nodes: lilv_port_get_classes(plugin, port))
    let kinds: [(String, Kind)] = [
      (LV2URI.audioPort, .audio), (LV2URI.controlPort, .control), (LV2URI.cvPort, .cv),
      (LV2URI.atomPort, .atom),
    ]
    index = Int(lilv_port_get_index(plugin, port))
    symbol = text(lilv_port_get_symbol(plugin, port))
    let label = lilv_port_get_name(plugin, port)
    name = text(label)
    lilv_node_free(label)
    kind = kinds.first { classes.contains($0.0) }?.1 ?? .other
    isInput = classes.contains(LV2URI.inputPort)
    var nodes: (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    lilv_port_get_range(plugin, port, &nodes.0, &nodes.1, &nodes.2)
    `default` = consumeNumber(nodes.0)
    minimum = consumeNumber(nodes.1)
    maximum = consumeNumber(nodes.2)
    properties = Set(texts(lilv_port_get_properties(plugin, port)))
    designation = values(LV2URI.designation).first
    group = values(LV2URI.group).first
    unit = Self.unit(of: port, plugin, world)
    supports = Set(values(LV2URI.supports))
    minimumSize = values(LV2URI.minimumSize).first.flatMap { Int($0) } ?? 0
    scalePoints = (Self.scalePoints(of: port, plugin) + Self.namedValues(of: port, plugin, world))
      .sorted { $0.value < $1.value }
  }

  private static func unit(
    of port: OpaquePointer, _ plugin: OpaquePointer, _ world: World
  ) -> String? {
    guard let predicate = Node(uri: LV2URI.unit, in: world),
      let unit = lilv_port_get(plugin, port, predicate.pointer)
    else { return nil }
    defer { lilv_node_free(unit) }
    guard lilv_node_is_blank(unit) else { return text(unit) }
    for uri in [LV2URI.unitSymbol, LV2URI.label] {
      guard let predicate = Node(uri: uri, in: world),
        let name = lilv_world_get(world.pointer, unit, predicate.pointer, nil)
      else { continue }
      defer { lilv_node_free(name) }
      return text(name)
    }
    return nil
  }

  private static func scalePoints(
    of port: OpaquePointer, _ plugin: OpaquePointer
  ) -> [ScalePoint] {
    let points = lilv_port_get_scale_points(plugin, port)
    defer { lilv_scale_points_free(points) }
    var result: [ScalePoint] = []
    var iterator = lilv_scale_points_begin(points)
    while let position = iterator, !lilv_scale_points_is_end(points, position) {
      let point = lilv_scale_points_get(points, position)
      result.append(
        ScalePoint(
          label: text(lilv_scale_point_get_label(point)),
          value: lilv_node_as_float(lilv_scale_point_get_value(point))))
      iterator = lilv_scale_points_next(points, position)
    }
    return result
  }

  /// Values with names of ports that take others as well, as Divisi describes them.
  private static func namedValues(
    of port: OpaquePointer, _ plugin: OpaquePointer, _ world: World
  ) -> [ScalePoint] {
    guard let predicate = Node(uri: LV2URI.namedValue, in: world),
      let label = Node(uri: LV2URI.label, in: world),
      let value = Node(uri: LV2URI.value, in: world),
      let nodes = lilv_port_get_value(plugin, port, predicate.pointer)
    else { return [] }
    defer { lilv_nodes_free(nodes) }
    var result: [ScalePoint] = []
    var iterator = lilv_nodes_begin(nodes)
    while let position = iterator, !lilv_nodes_is_end(nodes, position) {
      let node = lilv_nodes_get(nodes, position)
      let name = lilv_world_get(world.pointer, node, label.pointer, nil)
      result.append(
        ScalePoint(
          label: text(name),
          value: consumeNumber(lilv_world_get(world.pointer, node, value.pointer, nil))))
      lilv_node_free(name)
      iterator = lilv_nodes_next(nodes, position)
    }
    return result
  }
}

/// A node's number, or NaN for null; frees the node.
private func consumeNumber(_ node: OpaquePointer?) -> Float {
  defer { lilv_node_free(node) }
  return node == nil ? .nan : lilv_node_as_float(node)
}

extension Set<String> {
  /// The characters of a collection that belongs to lilv.
  init(nodes: UnsafeRawPointer?) {
    self = []
    var iterator = lilv_nodes_begin(nodes)
    while let position = iterator, !lilv_nodes_is_end(nodes, position) {
      insert(text(lilv_nodes_get(nodes, position)))
      iterator = lilv_nodes_next(nodes, position)
    }
  }
}
