// Thread: setup

import JackHosting
import LV2Hosting
import Terminal

extension Mixer {
  private static let core = "http://lv2plug.in/ns/lv2core#"

  /// What a session has to show.
  init(_ session: Session) {
    let plugin = session.hosted.plugin
    self.plugin = plugin.name.printable
    client = session.clientName
    parts = session.strips.map {
      Part(
        name: $0.name, title: $0.title, gain: $0.gain, mute: $0.mute, solo: $0.solo,
        pan: $0.pan, level: $0.level)
    }
    controls = Self.shown(plugin).map { Control($0) }
    presets = PluginSearch.presets(of: plugin).map {
      Preset(name: $0.name, label: $0.label.printable)
    }
    takesScore = session.hosted.takesScore
  }

  /// The ports with a number that a person may see: not those that the host itself looks after.
  static func shown(_ plugin: Plugin) -> [Port] {
    plugin.ports.filter {
      $0.kind == .control && $0.designation != core + "freeWheeling"
        && $0.designation != core + "latency" && !$0.properties.contains(core + "reportsLatency")
    }
  }
}

extension Mixer.Control {
  private static let core = "http://lv2plug.in/ns/lv2core#"
  private static let properties = "http://lv2plug.in/ns/ext/port-props#"

  init(_ port: Port) {
    func has(_ property: String) -> Bool { port.properties.contains(property) }
    let low = port.minimum.isFinite ? port.minimum : 0
    let high = port.maximum.isFinite ? port.maximum : max(1, low + 1)
    if has(Self.core + "toggled") {
      kind = .toggle
    } else if has(Self.core + "enumeration") && !port.scalePoints.isEmpty {
      kind = .choice
    } else if has(Self.core + "integer") {
      kind = .integer
    } else {
      kind = has(Self.properties + "logarithmic") && low > 0 ? .logarithmic : .number
    }
    symbol = port.symbol
    name = port.name.printable
    minimum = low
    maximum = high
    standard = port.default.isFinite ? min(max(port.default, low), high) : low
    unit = port.unit.flatMap { Self.unit($0) } ?? ""
    points = port.scalePoints.filter { $0.value.isFinite }.map {
      Point(label: $0.label.printable, value: $0.value)
    }
    isHidden = has(Self.properties + "notOnGUI")
    isOutput = !port.isInput
  }

  /// What people write after a number; nil for units that are none, or that are the plugin's own.
  private static func unit(_ uri: String) -> String? {
    let start = "http://lv2plug.in/ns/extensions/units#"
    guard uri.hasPrefix(start) else { return nil }
    let name = String(uri.dropFirst(start.count))
    switch name {
    case "db", "hz", "khz", "mhz":
      return ["db": "dB", "hz": "Hz", "khz": "kHz", "mhz": "MHz"][name]
    case "s", "ms", "min", "m", "cm", "mm", "km", "bpm": return name
    case "pc": return "%"
    case "degree": return "°"
    case "cent", "oct": return name
    case "semitone12TET": return "semitones"
    case "bar", "beat": return name + "s"
    case "frame": return "samples"
    default: return nil
    }
  }
}

extension HostedPlugin {
  /// Whether there is a file to be given to it that is a score, as `setScore` finds it.
  var takesScore: Bool {
    let properties = plugin.pathProperties
    guard let port = controlPort,
      port.supports.contains("http://lv2plug.in/ns/ext/patch#Message")
    else { return false }
    return properties.count == 1 || properties.contains { $0.label.lowercased() == "score" }
  }
}
