// Thread: setup

import LV2Hosting

/// The addresses of a plugin's controls and of what it measures.
///
/// A strip's are `/divisi/<strip>/<role>`; all have `/divisi/<symbol>`, unless that is a command.
struct OSCControls {
  /// A control, or something that the plugin measures.
  struct Control {
    let symbol: String
    let isInput: Bool
    let isToggled: Bool
    /// What answers come from; nil if only `/divisi/control` reaches it.
    let address: String?
  }

  /// All, in the order of ports.
  let all: [Control]
  /// Places in `all` by what follows `/divisi/`.
  private let places: [String: Int]
  /// The same in order, in parts.
  private let parts: [(parts: [Substring], place: Int)]

  static let root = "/divisi/"
  /// Bytes of a pattern; one that is longer would cost more time than it is worth.
  private static let longestPattern = 256
  private static let toggled = "http://lv2plug.in/ns/lv2core#toggled"

  /// - Parameter commands: words that mean something else after `/divisi/`.
  init(of plugin: Plugin, commands: Set<String>) {
    var strips: [String: String] = [:]
    for strip in Strip.all(of: plugin) {
      let roles = [
        "gain": strip.gain, "mute": strip.mute, "solo": strip.solo, "pan": strip.pan,
        "level": strip.level,
      ]
      for case let (role, symbol?) in roles { strips[symbol] = "\(strip.name)/\(role)" }
    }
    let ports = plugin.ports.filter { $0.kind == .control }
    var names: [(name: String, place: Int)] = []
    all = ports.enumerated().map { place, port in
      let own = commands.contains(port.symbol) ? nil : port.symbol
      let name = strips[port.symbol] ?? own
      names += Set([name, own]).compactMap { $0.map { ($0, place) } }
      return Control(
        symbol: port.symbol, isInput: port.isInput,
        isToggled: port.properties.contains(Self.toggled), address: name.map { Self.root + $0 })
    }
    // No two are alike: symbols are not, and have no slash.
    places = Dictionary(uniqueKeysWithValues: names)
    parts = names.map { (Self.split($0.name), $0.place) }
  }

  /// The one of a symbol; nil if there is none.
  subscript(symbol: String) -> Control? { all.first { $0.symbol == symbol } }

  /// The only one that a message sets; nil if it does something else.
  func target(of message: OSCMessage) -> Control? {
    guard message.path.hasPrefix(Self.root) else { return nil }
    let name = String(message.path.dropFirst(Self.root.count))
    if let place = places[name] { return message.values.isEmpty ? nil : all[place] }
    guard name == "control" || name == "set", message.values.count > 1,
      case .text(let symbol)? = message.values.first
    else { return nil }
    return self[symbol]
  }

  /// Those that are meant by what follows `/divisi/`, which may have wildcards; each once.
  func matching(_ name: String) -> [Control] {
    if let place = places[name] { return [all[place]] }
    guard OSCPattern.isOne(name), name.utf8.count <= Self.longestPattern else { return [] }
    let patterns = Self.split(name).map { OSCPattern($0) }
    var found = Set<Int>()
    for (parts, place) in parts where parts.count == patterns.count {
      if zip(parts, patterns).allSatisfy({ $1.matches(String($0)) }) { found.insert(place) }
    }
    return found.sorted().map { all[$0] }
  }

  private static func split(_ name: String) -> [Substring] {
    name.split(separator: "/", omittingEmptySubsequences: false)
  }
}

extension OSCControls.Control {
  /// What tells its value.
  func message(_ value: Float) -> OSCMessage {
    if let address { return OSCMessage(address, .number(Double(value))) }
    return OSCMessage(OSCControls.root + "control", .text(symbol), .number(Double(value)))
  }
}
