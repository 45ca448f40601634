public import DivisiControls

/// The Turtle of a plugin, from the table of its ports: what hosts read before they load it.
public enum Turtle {
  /// An even micro version is a release; it rises with every change to the data, the minor one with ports.
  public static let version = (minor: 4, micro: 0)

  /// The whole file.
  public static func text(of kind: PluginKind) -> String {
    let blocks = kind.ports.enumerated().map { index, port in
      var lines = lines(of: port, in: kind)
      lines.insert("lv2:index \(index)", at: 1)
      return "    [ " + lines.joined(separator: " ;\n      ") + " ]"
    }
    return prefixes + groups(of: kind) + "\n<\(kind.uri)>\n  "
      + head(of: kind).joined(separator: " ;\n  ") + " ;\n  lv2:port\n"
      + blocks.joined(separator: " ,\n") + " .\n" + (kind.separates ? face(of: kind) : "")
  }

  private static func head(of kind: PluginKind) -> [String] {
    var features = [
      "lv2:hardRTCapable", "log:log", "state:freePath", "state:mapPath",
      "state:threadSafeRestore", "work:schedule",
    ]
    if !kind.needsMap { features.append("urid:map") }
    return [
      "a lv2:Plugin , lv2:SpectralPlugin , doap:Project", "doap:name \(quoted(kind.name))",
      "rdfs:comment \(quoted(kind.comment))", "lv2:project <urn:divisi:project>",
      "doap:license <https://www.gnu.org/licenses/gpl-3.0.html>",
      "doap:maintainer <urn:divisi:developers>", "lv2:minorVersion \(version.minor)",
      "lv2:microVersion \(version.micro)",
    ]
      + (kind.needsMap ? ["lv2:requiredFeature urid:map"] : [])
      + [
        "lv2:optionalFeature " + features.joined(separator: " , "),
        "lv2:extensionData state:interface , work:interface", "pg:mainInput <\(kind.uri)#in>",
        "pg:mainOutput <\(kind.uri)#\(kind.outputs[0].symbol)>",
      ]
      + (kind.separates ? [faceLine(of: kind)] : [])
      + [
        kind.separates
          ? "patch:writable <urn:divisi:a_score> , <urn:divisi:model_file>"
          : "patch:writable <urn:divisi:source_file>",
        "patch:readable <urn:divisi:message>",
      ]
  }

  private static func groups(of kind: PluginKind) -> String {
    func group(_ symbol: String, _ name: String, _ direction: String, source: String? = nil)
      -> String
    {
      let lines =
        [
          "a pg:\(direction)Group , pg:StereoGroup", "lv2:symbol \(quoted(symbol))",
          "lv2:name \(quoted(name))",
          "pg:element [ lv2:index 0 ; lv2:designation pg:left ] , [ lv2:index 1 ; lv2:designation pg:right ]",
        ] + (source.map { ["pg:source <\($0)>"] } ?? [])
      return "\n<\(kind.uri)#\(symbol)>\n  " + lines.joined(separator: " ;\n  ") + " .\n"
    }
    return group("in", "In", "Input")
      + kind.outputs.map { group($0.symbol, $0.name, "Output", source: "\(kind.uri)#in") }.joined()
      + controlGroups(of: kind)
  }

  private static let prefixes = """
    @prefix atom: <http://lv2plug.in/ns/ext/atom#> .
    @prefix doap: <http://usefulinc.com/ns/doap#> .
    @prefix log: <http://lv2plug.in/ns/ext/log#> .
    @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
    @prefix midi: <http://lv2plug.in/ns/ext/midi#> .
    @prefix opts: <http://lv2plug.in/ns/ext/options#> .
    @prefix param: <http://lv2plug.in/ns/ext/parameters#> .
    @prefix patch: <http://lv2plug.in/ns/ext/patch#> .
    @prefix pg: <http://lv2plug.in/ns/ext/port-groups#> .
    @prefix pprops: <http://lv2plug.in/ns/ext/port-props#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix rsz: <http://lv2plug.in/ns/ext/resize-port#> .
    @prefix state: <http://lv2plug.in/ns/ext/state#> .
    @prefix time: <http://lv2plug.in/ns/ext/time#> .
    @prefix ui: <http://lv2plug.in/ns/extensions/ui#> .
    @prefix units: <http://lv2plug.in/ns/extensions/units#> .
    @prefix urid: <http://lv2plug.in/ns/ext/urid#> .
    @prefix work: <http://lv2plug.in/ns/ext/worker#> .

    """
}

/// A literal.
func quoted(_ text: String) -> String {
  "\"" + text.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "\""
}
