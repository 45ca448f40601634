import CLilv
import LV2Hosting

/// What lilv, and so any LV2 host, reads from a preset.
struct HostedPreset: Equatable {
  var label: String
  var appliesTo: String
  var values: [String: Double]
}

/// All presets of a bundle by URI, read by lilv as a host does, without the plugins they are for.
func presetsAsHosted(bundle: String) -> [String: HostedPreset] {
  World.reading.withLock { _ in readPresets(bundle) }
}

private func readPresets(_ bundle: String) -> [String: HostedPreset] {
  guard let world = lilv_world_new() else { return [:] }
  defer { lilv_world_free(world) }
  let bundleURI = lilv_new_file_uri(world, nil, bundle + "/")
  defer { lilv_node_free(bundleURI) }
  lilv_world_load_bundle(world, bundleURI)

  func uri(_ text: String) -> OpaquePointer? { lilv_new_uri(world, text) }
  func nodes(_ subject: OpaquePointer?, _ predicate: String, _ object: String? = nil)
    -> [OpaquePointer?]
  {
    let predicate = uri(predicate)
    let object = object.flatMap(uri)
    defer {
      lilv_node_free(predicate)
      lilv_node_free(object)
    }
    let found = lilv_world_find_nodes(world, subject, predicate, object)
    defer { lilv_nodes_free(found) }
    var result: [OpaquePointer?] = []
    var iterator = lilv_nodes_begin(found)
    while let position = iterator, !lilv_nodes_is_end(found, position) {
      result.append(lilv_node_duplicate(lilv_nodes_get(found, position)))
      iterator = lilv_nodes_next(found, position)
    }
    return result
  }
  func text(_ subject: OpaquePointer?, _ predicate: String) -> String {
    nodes(subject, predicate).first.map { String(cString: lilv_node_as_string($0)) } ?? ""
  }

  let lv2 = "http://lv2plug.in/ns/lv2core#"
  let pset = "http://lv2plug.in/ns/ext/presets#"
  let type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
  var presets: [String: HostedPreset] = [:]
  for preset in nodes(nil, type, pset + "Preset") {
    lilv_world_load_resource(world, preset)
    var values: [String: Double] = [:]
    for port in nodes(preset, lv2 + "port") {
      let value = nodes(port, pset + "value").first.map { Double(lilv_node_as_float($0)) }
      values[text(port, lv2 + "symbol")] = value
    }
    presets[String(cString: lilv_node_as_uri(preset))] = HostedPreset(
      label: text(preset, "http://www.w3.org/2000/01/rdf-schema#label"),
      appliesTo: text(preset, lv2 + "appliesTo"), values: values)
  }
  return presets
}
