import JackHosting
import LV2Hosting
import Terminal

/// What is told about plugins without playing them.
enum Listing {
  /// A line for each plugin: URI and name.
  static func plugins(of world: World) {
    for uri in world.pluginURIs {
      guard let plugin = try? world.plugin(uri) else { continue }
      say("\(uri)\t\(plugin.name.printable)")
    }
  }

  /// A line for each preset: short name, label and URI.
  static func presets(of plugin: Plugin) -> [String] {
    PluginSearch.presets(of: plugin).map { "\($0.name)\t\($0.label.printable)\t\($0.uri)" }
  }

  /// All ports with what there is to know of them, and the properties that are no ports.
  static func ports(of plugin: Plugin) {
    say("\(plugin.name.printable) <\(plugin.uri)>")
    for port in plugin.ports {
      var fields = [port.isInput ? "in" : "out", kind(port), port.symbol, port.name]
      if port.kind == .control { fields.append(range(port)) }
      if let unit = port.unit { fields.append(end(unit)) }
      if let group = port.group { fields.append("group \(end(group))") }
      sayFields(fields)
    }
    for property in plugin.parameters where property.type?.hasSuffix("#Path") != true {
      let type = property.type.map { end($0).lowercased() } ?? ""
      sayFields([
        "property", property.uri, property.label,
        type + (property.isWritable ? "" : ", read only"),
      ])
    }
    for property in plugin.pathProperties { sayFields(["file", property.uri, property.label]) }
  }

  /// A line of fields, which may hold anything.
  private static func sayFields(_ fields: [String]) {
    say(fields.map(\.printable).joined(separator: "\t"))
  }

  private static let coreURI = "http://lv2plug.in/ns/lv2core#"

  /// The default, what may stand in its place, and its names.
  static func range(_ port: Port) -> String {
    var words: [String] = []
    if port.isInput && port.default.isFinite { words.append(number(port.default)) }
    switch (port.minimum.isNaN, port.maximum.isNaN) {
    case (false, false): words.append("\(number(port.minimum)) to \(number(port.maximum))")
    case (false, true): words.append("\(number(port.minimum)) or more")
    case (true, false): words.append("up to \(number(port.maximum))")
    case (true, true): break
    }
    var text = words.joined(separator: " of ")
    if port.isInSampleRates { text += " sample rates" }
    if port.properties.contains(coreURI + "toggled") {
      text += ", off or on"
    } else if port.properties.contains(coreURI + "integer") {
      text += ", whole"
    }
    guard !port.scalePoints.isEmpty else { return text }
    let points = port.scalePoints.map { "\($0.label) \(number($0.value))" }.joined(separator: ", ")
    let isAll = port.properties.contains(coreURI + "enumeration")
    return text + (isAll ? " (only \(points))" : " (\(points))")
  }

  /// A number as people write it.
  static func number(_ value: Float) -> String {
    guard value == value.rounded(), abs(value) < 1e9 else { return "\(value)" }
    return "\(Int(value))"
  }

  private static func kind(_ port: Port) -> String {
    switch port.kind {
    case .audio: "audio"
    case .control: "control"
    case .cv: "cv"
    case .atom: "events"
    case .other: "other"
    }
  }

  private static func end(_ uri: String) -> String {
    uri.split { "/#".contains($0) }.last.map(String.init) ?? uri
  }
}
