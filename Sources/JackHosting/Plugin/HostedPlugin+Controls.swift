// Thread: setup

package import LV2Hosting
import Terminal

/// What a person can turn: controls, and properties that are no ports.
extension HostedPlugin {
  /// Sets a control, or where there is none of that name a property: what a person types, who may have files read.
  package func set(_ name: String, to text: String) throws {
    if control(name) == nil, let parameter = parameter(name) {
      try set(parameter, to: text)
    } else {
      try setControl(name, to: text)
    }
  }

  /// A control that can be set; nil if there is none of that symbol.
  private func control(_ symbol: String) -> Port? {
    plugin.port(symbol).flatMap { $0.kind == .control && $0.isInput ? $0 : nil }
  }

  /// Sets a control, and nothing else, to a number, or to the value of that name.
  package func setControl(_ symbol: String, to text: String) throws {
    guard let port = control(symbol) else {
      throw Failure("\(symbol): expected a control of \(plugin.name); found none")
    }
    let point = port.scalePoints.first { $0.label.lowercased() == text.lowercased() }
    guard let value = point?.value ?? Float(text), value.isFinite else {
      let names = port.scalePoints.map(\.label).joined(separator: ", ")
      throw Failure(
        "\(symbol): expected a number\(names.isEmpty ? "" : " or one of \(names)"), found '\(text)'"
      )
    }
    let (minimum, maximum) = port.range(sampleRate: instance.sampleRate)
    guard point != nil || !(value < minimum) && !(value > maximum) else {
      throw Failure("\(symbol): expected \(minimum) to \(maximum), found \(text)")
    }
    instance.setControl(port.index, to: value)
  }

  // MARK: Properties

  /// A property that can be set, by URI, its end or its label.
  private func parameter(_ name: String) -> Plugin.Parameter? {
    guard takesMessages else { return nil }
    let all = plugin.parameters.filter(\.isWritable)
    let wanted = name.lowercased()
    return all.first { $0.uri == name } ?? all.first { $0.label.lowercased() == wanted }
      ?? all.first { PluginSearch.shortName($0.uri).lowercased() == wanted }
  }

  private func set(_ parameter: Plugin.Parameter, to text: String) throws {
    guard let value = try Self.value(text, of: parameter.type) else {
      throw Failure(
        "\(parameter.label): expected \(Self.words[parameter.type ?? ""] ?? "another value"), found '\(text)'"
      )
    }
    try send(.set(parameter.uri, to: value, plugin.world.urids))
  }

  /// Asks the plugin for the values of all its properties, which it tells if it can.
  package func askForProperties() throws {
    if takesMessages { try send(.get(nil, plugin.world.urids)) }
  }

  private static let atom = "http://lv2plug.in/ns/ext/atom#"
  private static let words = [
    atom + "Int": "a whole number", atom + "Long": "a whole number", atom + "Float": "a number",
    atom + "Double": "a number", atom + "Bool": "true or false",
  ]

  /// Text as a value of a type; nil if it is none.
  private static func value(_ text: String, of type: String?) throws -> AtomMessage.Value? {
    switch type {
    case atom + "Int": Int32(text).map { .int($0) }
    case atom + "Long": Int64(text).map { .long($0) }
    case atom + "Float": Float(text).flatMap { $0.isFinite ? .float($0) : nil }
    case atom + "Double": Double(text).flatMap { $0.isFinite ? .double($0) : nil }
    case atom + "Bool":
      ["true": true, "1": true, "false": false, "0": false][text].map { .bool($0) }
    case atom + "Path": .path(try absolutePath(text))
    case atom + "URI", atom + "URID": .uri(text)
    case atom + "String": .string(text)
    default: nil
    }
  }

  // MARK: Scores

  /// Tells a running plugin to use another score.
  package func setScore(_ path: String) throws { try send(scoreMessage(path)) }

  /// A message with a score: to the property of that label, or to the only one that takes a file.
  package func scoreMessage(_ path: String) throws -> AtomMessage {
    let properties = plugin.pathProperties
    let found =
      properties.first { $0.label.lowercased() == "score" }
      ?? (properties.count == 1 ? properties[0] : nil)
    guard let property = found, takesMessages
    else { throw Failure("\(plugin.name): expected a plugin that takes scores; it does not") }
    return .set(property.uri, path: try absolutePath(path), plugin.world.urids)
  }
}
