import LV2Hosting
import Terminal

/// A part's controls and meters, as on a mixer.
///
/// A plugin has a strip for each name for which it has `gain_<name>` or `level_<name>`.
struct Strip: Equatable {
  /// What its symbols end in, such as `snare`.
  let name: String
  /// What people call it, such as `Snare`.
  let title: String
  /// The symbols of its controls; nil where it has none.
  let gain: String?, mute: String?, solo: String?, pan: String?
  /// The symbol of its meter, in decibels; nil if it has none.
  let level: String?

  /// All strips of a plugin, in the order of its ports.
  static func all(of plugin: Plugin) -> [Strip] {
    var names: [String] = []
    for port in plugin.ports where port.kind == .control {
      for start in ["gain_", "level_"] where port.symbol.hasPrefix(start) {
        let name = String(port.symbol.dropFirst(start.count))
        if !names.contains(name) { names.append(name) }
      }
    }
    return names.map { name in
      func symbol(_ start: String) -> String? {
        plugin.port("\(start)_\(name)").flatMap { $0.kind == .control ? $0.symbol : nil }
      }
      let gain = symbol("gain")
      let label = (gain ?? symbol("level")).flatMap { plugin.port($0)?.name } ?? name
      return Strip(
        name: name, title: Self.withoutRole(label).printable, gain: gain, mute: symbol("mute"),
        solo: symbol("solo"), pan: symbol("pan"), level: symbol("level"))
    }
  }

  /// `Left hand` of `Left hand gain`.
  private static func withoutRole(_ label: String) -> String {
    for role in [" gain", " level", " Gain", " Level"] where label.hasSuffix(role) {
      return String(label.dropLast(role.count))
    }
    return label
  }
}
