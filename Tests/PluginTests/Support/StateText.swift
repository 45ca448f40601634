/// The Turtle of a preset, as a person or a host would write it.
func presetText(
  uri: String = "", for plugin: String, label: String = "Test", controls: [String: Float] = [:],
  score: String? = nil, model: String? = nil, source: String? = nil
) -> String {
  let ports = controls.sorted { $0.key < $1.key }
    .map { "[ lv2:symbol \"\($0.key)\" ; pset:value \($0.value) ]" }.joined(separator: " ,\n    ")
  let named = [("a_score", score), ("model_file", model), ("source_file", source)]
  let paths = named.compactMap { name, path in
    path.map { "<urn:divisi:\(name)> \"\($0)\"^^<http://lv2plug.in/ns/ext/atom#Path>" }
  }
  let state =
    paths.isEmpty ? "" : " ;\n  state:state [ " + paths.joined(separator: " ; ") + " ]"
  return """
    @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
    @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix state: <http://lv2plug.in/ns/ext/state#> .

    <\(uri)> a pset:Preset ; lv2:appliesTo <\(plugin)> ; rdfs:label "\(label)"\
    \(ports.isEmpty ? "" : " ;\n  lv2:port\n    " + ports)\(state) .

    """
}

/// A bundle of presets, by URI.
func presetManifest(_ presets: [(uri: String, file: String, plugin: String)]) -> String {
  """
  @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
  @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
  @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

  """
    + presets.map {
      "<\($0.uri)> a pset:Preset ; lv2:appliesTo <\($0.plugin)> ; rdfs:seeAlso <\($0.file)> .\n"
    }.joined()
}
