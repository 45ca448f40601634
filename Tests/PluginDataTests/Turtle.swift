import DivisiControls
@testable import LV2Presets

/// Where the package's sources are.
let packageRoot = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
let pluginBundle = packageRoot + "/Plugin/divisi.lv2"
let presetBundle = packageRoot + "/Presets/divisi-presets.lv2"

enum Word {
  static let lv2 = "http://lv2plug.in/ns/lv2core#"
  static let atom = "http://lv2plug.in/ns/ext/atom#"
  static let midiEvent = "http://lv2plug.in/ns/ext/midi#MidiEvent"
  static let group = "http://lv2plug.in/ns/ext/port-groups#"
  static let state = "http://lv2plug.in/ns/ext/state#"
  static let units = "http://lv2plug.in/ns/extensions/units#"
  static let label = "http://www.w3.org/2000/01/rdf-schema#label"
  static let value = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value"
  static let name = "http://usefulinc.com/ns/doap#name"
}

extension RDFGraph {
  func objects(_ subject: Node, _ predicate: String) -> [Node] {
    statements(about: subject, predicate: predicate).map(\.object)
  }

  func text(_ subject: Node, _ predicate: String) -> String? {
    objects(subject, predicate).first?.text
  }

  func number(_ subject: Node, _ predicate: String) -> Double? {
    text(subject, predicate).flatMap(Double.init)
  }
}

/// A plugin as its Turtle describes it.
struct DescribedPlugin {
  let graph: RDFGraph
  let subject: RDFGraph.Node
  /// The ports in the order of their indices.
  let ports: [RDFGraph.Node]

  init(_ kind: PluginKind) throws {
    let name = kind.uri.split(separator: ":").last ?? ""
    graph = try TurtleFile.read(path: "\(pluginBundle)/\(name).ttl")
    subject = .uri(kind.uri)
    let graph = graph
    ports = graph.objects(subject, Word.lv2 + "port").sorted {
      (graph.number($0, Word.lv2 + "index") ?? -1) < (graph.number($1, Word.lv2 + "index") ?? -1)
    }
  }

  func symbol(_ port: RDFGraph.Node) -> String { graph.text(port, Word.lv2 + "symbol") ?? "" }

  func port(_ symbol: String) -> RDFGraph.Node? { ports.first { self.symbol($0) == symbol } }

  func isA(_ port: RDFGraph.Node, _ type: String) -> Bool {
    graph.objects(port, RDF.type).contains(.uri(type))
  }

  func has(_ port: RDFGraph.Node, property: String) -> Bool {
    graph.objects(port, Word.lv2 + "portProperty").contains(.uri(Word.lv2 + property))
  }

  /// What passes through a port, and its range; nil where the Turtle does not say.
  func role(_ port: RDFGraph.Node) -> (DivisiControls.Port.Role, DivisiControls.Port.Values?)? {
    let isInput = isA(port, Word.lv2 + "InputPort")
    guard isInput != isA(port, Word.lv2 + "OutputPort") else { return nil }
    if isA(port, Word.lv2 + "AudioPort") { return (isInput ? .audioInput : .audioOutput, nil) }
    if isA(port, Word.atom + "AtomPort") {
      let isMIDI = graph.objects(port, Word.atom + "supports").contains(.uri(Word.midiEvent))
      return (isMIDI ? .midiInput : isInput ? .eventInput : .eventOutput, nil)
    }
    guard isA(port, Word.lv2 + "ControlPort"),
      let minimum = graph.number(port, Word.lv2 + "minimum"),
      let maximum = graph.number(port, Word.lv2 + "maximum"),
      let standard = graph.number(port, Word.lv2 + "default")
    else { return nil }
    let values = DivisiControls.Port.Values(
      minimum: Float(minimum), maximum: Float(maximum), defaultValue: Float(standard),
      isInteger: has(port, property: "integer") || has(port, property: "toggled"))
    return (isInput ? .control : .report, values)
  }

  /// The labels of a port's scale points, by value.
  func scalePoints(_ port: RDFGraph.Node) -> [Double: String] {
    var points: [Double: String] = [:]
    for point in graph.objects(port, Word.lv2 + "scalePoint")
      + graph.objects(port, "urn:divisi:named_value")
    {
      if let value = graph.number(point, Word.value) {
        points[value] = graph.text(point, Word.label)
      }
    }
    return points
  }
}
