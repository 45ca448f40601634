import LV2Hosting

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

  /// All ports with what there is to know of them, and the files that the plugin takes.
  static func ports(of plugin: Plugin) {
    say("\(plugin.name.printable) <\(plugin.uri)>")
    for port in plugin.ports {
      var line = "\(port.isInput ? "in" : "out")\t\(kind(port))\t\(port.symbol)\t\(port.name)"
      if port.kind == .control { line += "\t" + range(port) }
      if let unit = port.unit { line += "\t" + end(unit) }
      if let group = port.group { line += "\tgroup \(end(group))" }
      say(line.replacingControls)
    }
    for property in plugin.pathProperties { say("file\t\(property.uri)\t\(property.label)") }
  }

  /// The default, and what may stand in its place.
  static func range(_ port: Port) -> String {
    var text = "\(number(port.default)) of \(number(port.minimum)) to \(number(port.maximum))"
    if !port.scalePoints.isEmpty {
      text +=
        " ("
        + port.scalePoints.map { "\($0.label) \(number($0.value))" }
        .joined(separator: ", ") + ")"
    }
    return text
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

extension String {
  /// The text with its tabs, and without other control characters.
  fileprivate var replacingControls: String {
    split(separator: "\t", omittingEmptySubsequences: false).map { String($0).printable }
      .joined(separator: "\t")
  }
}
