// Thread: setup

package import LV2Hosting
import Terminal

/// Finds plugins and presets by what people type.
package enum PluginSearch {
  /// What is hosted where nobody says: all that this program knows of it.
  package static let defaultURI = "urn:divisi:drums"

  /// How many are named where a name fits many.
  private static let mostNamed = 8

  /// A plugin by its URI, its name, or a part of either that no other plugin has.
  package static func plugin(_ text: String, in world: World) throws -> Plugin {
    if world.pluginURIs.contains(text) { return try world.plugin(text) }
    let wanted = text.lowercased()
    let all = try world.pluginURIs.map { try world.plugin($0) }
    let named = all.filter { $0.name.lowercased() == wanted || shortName($0.uri) == wanted }
    let similar = all.filter {
      $0.name.lowercased().contains(wanted) || $0.uri.lowercased().contains(wanted)
    }
    let found = named.isEmpty ? similar : named
    guard found.count < 2 else {
      let uris = found.prefix(Self.mostNamed).map(\.uri).joined(separator: ", ")
      let more = found.count > Self.mostNamed ? " and \(found.count - Self.mostNamed) more" : ""
      throw Failure("\(text): expected one plugin, found \(uris)\(more)")
    }
    guard let plugin = found.first else {
      throw Failure(
        "\(text): expected a plugin that is installed (divisi-host --list); found none")
    }
    return plugin
  }

  /// A preset by URI, label or short name, or by the path of its file.
  package static func preset(_ text: String, of plugin: Plugin) throws -> State {
    let all = presets(of: plugin)
    let wanted = text.lowercased()
    let found =
      all.first { $0.uri == text } ?? all.first { $0.name.lowercased() == wanted }
      ?? all.first { $0.label.lowercased() == wanted }
    if let found { return try State(preset: found.uri, in: plugin.world) }
    if text.contains("/") && !text.contains("://") || text.hasSuffix(".ttl") {
      let state = try State(path: text, in: plugin.world)
      guard state.pluginURI.isEmpty || state.pluginURI == plugin.uri else {
        throw Failure("\(text): expected a preset for <\(plugin.uri)>, found <\(state.pluginURI)>")
      }
      return state
    }
    let names = all.isEmpty ? "it has none" : all.map(\.name).joined(separator: ", ")
    throw Failure("\(text): expected a preset of \(plugin.name) (\(names)); found none")
  }

  /// The end of a URI, which is quick to type.
  package static func shortName(_ uri: String) -> String {
    uri.split { "/#:".contains($0) }.last.map(String.init) ?? uri
  }

  /// A preset as it is shown.
  package struct PresetName {
    package let uri: String
    /// The end of the URI, which is quick to type.
    package let name: String
    package let label: String
  }

  /// All presets of a plugin, sorted by short name.
  package static func presets(of plugin: Plugin) -> [PresetName] {
    plugin.world.presets(of: plugin).map { uri in
      let name = shortName(uri)
      let label = (try? State(preset: uri, in: plugin.world))?.label ?? ""
      return PresetName(uri: uri, name: name, label: label.isEmpty ? name : label)
    }.sorted { ($0.name, $0.uri) < ($1.name, $1.uri) }
  }
}
