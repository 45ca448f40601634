/// The prefixes that presets use, on four lines.
let prefixes = """
  @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
  @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
  @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
  @prefix state: <http://lv2plug.in/ns/ext/state#> .

  """

/// A manifest that mentions presets of the plugin `urn:p`.
func manifest(_ names: String...) -> String {
  prefixes
    + names.map {
      "<urn:\($0)> a pset:Preset ; lv2:appliesTo <urn:p> ; rdfs:seeAlso <\($0).ttl> .\n"
    }
    .joined()
}

/// A preset with one port, whose value stands on line 6.
func preset(_ name: String, value: String = "1") -> String {
  prefixes + """
    <urn:\(name)> a pset:Preset ; lv2:appliesTo <urn:p> ;
      lv2:port [ lv2:symbol "gain" ; pset:value \(value) ] .

    """
}
