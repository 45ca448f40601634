import Glibc
public import LV2Hosting

/// A plugin that is data alone: it can be asked about, and not run.
public final class DescribedPlugin {
  /// What the data describes.
  public let plugin: Plugin
  private let folder: String
  private let bundle: TemporaryBundle

  /// Makes one with the URI `urn:test:p`.
  ///
  /// - Parameters:
  ///   - ports: in Turtle, without index; see `control(_:_:)`.
  ///   - name: what people call it.
  ///   - more: other statements about it, each ended by a semicolon.
  public init(_ ports: [String], name: String = "Plugin", more: String = "") throws {
    let ports = ports.enumerated().map { "[ lv2:index \($0) ; \($1) ]" }.joined(separator: " , ")
    folder = TemporaryBundle.newFolder()
    bundle = TemporaryBundle(
      [
        "manifest.ttl": """
        @prefix doap: <http://usefulinc.com/ns/doap#> .
        @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
        @prefix patch: <http://lv2plug.in/ns/ext/patch#> .
        @prefix pprops: <http://lv2plug.in/ns/ext/port-props#> .
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix units: <http://lv2plug.in/ns/extensions/units#> .
        <urn:test:p> a lv2:Plugin ; lv2:binary <p.so> ; doap:name "\(name)" ; \(more)
          lv2:port \(ports) .
        """
      ], at: folder + "/p.lv2")
    plugin = try World(path: folder).plugin("urn:test:p")
  }

  deinit { rmdir(folder) }

  /// A control in Turtle: its symbol, and what else there is to say, such as `lv2:minimum 0`.
  public static func control(_ symbol: String, isInput: Bool = true, _ more: String = "") -> String
  {
    "a lv2:\(isInput ? "Input" : "Output")Port, lv2:ControlPort ; lv2:symbol \"\(symbol)\" ; "
      + "lv2:name \"\(symbol)\"" + (more.isEmpty ? "" : " ; " + more)
  }
}
