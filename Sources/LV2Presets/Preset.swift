/// An LV2 preset: values for the controls of a plugin, under a name.
public struct Preset: Sendable, Equatable {
  /// The file, as it was found or given.
  public let path: String
  /// What identifies the preset in LV2 hosts.
  public let uri: String
  /// The short name that a person types: the file's name without `.ttl`.
  public let name: String
  /// The name as hosts show it; the short name where the file gives none.
  public let label: String
  /// One line on what the preset is for; empty where the file has none.
  public let comment: String
  /// The URI of the plugin whose controls these are.
  public let appliesTo: String
  /// Control values by port symbol, finite, in the port's unit; whether they lie in its range is
  /// the plugin's to say.
  public let values: [String: Double]
  /// Absolute paths of files that the preset names, by the URI of the property, such as
  /// `urn:divisi:model_file`; they need not exist.
  public let paths: [String: String]

  /// Reads a preset from a file of its own, whether or not it is in a bundle.
  ///
  /// - Throws: one line if the file is missing or damaged, holds no preset or several, or the
  ///   preset is incomplete.
  public init(path: String) throws(PresetError) {
    let graph = try TurtleFile.read(path: path)
    let presets = graph.instances(of: RDF.preset)
    guard presets.count == 1 else {
      throw PresetError(
        path, expected: "one pset:Preset",
        found: "there \(presets.count == 0 ? "is none" : "are \(presets.count)")")
    }
    try self.init(presets[0], in: graph, or: RDFGraph(path: path))
  }

  /// Reads the statements about a preset.
  ///
  /// - Parameters:
  ///   - graph: the preset's own file.
  ///   - manifest: where label and plugin are looked for next.
  init(_ subject: RDFGraph.Node, in graph: RDFGraph, or manifest: RDFGraph) throws(PresetError) {
    guard case .uri(let uri) = subject else {
      throw PresetError(graph.path, expected: "a preset with a URI", found: "it is a blank node")
    }
    func first(_ predicate: String) -> RDFGraph.Statement? {
      graph.statements(about: subject, predicate: predicate).first
        ?? manifest.statements(about: subject, predicate: predicate).first
    }
    guard case .uri(let plugin) = first(RDF.appliesTo)?.object else {
      throw PresetError(
        graph.path, expected: "lv2:appliesTo with the URI of a plugin", found: "there is none")
    }
    path = graph.path
    self.uri = uri
    name = fileStem(graph.path)
    label = first(RDF.label)?.object.text ?? name
    comment = first(RDF.comment)?.object.text ?? ""
    appliesTo = plugin
    values = try portValues(of: subject, in: graph)
    paths = statePaths(of: subject, in: graph)
  }
}

extension RDFGraph.Node {
  /// The characters of a literal; nil for anything else.
  var text: String? {
    if case .literal(let text, _) = self { text } else { nil }
  }
}

/// The name of a file without folder and extension.
func fileStem(_ path: String) -> String {
  let file = path.split(separator: "/").last ?? ""
  return String(file.hasSuffix(".ttl") ? file.dropLast(4) : file)
}

private func portValues(
  of preset: RDFGraph.Node, in graph: RDFGraph
) throws(PresetError) -> [String: Double] {
  var values: [String: Double] = [:]
  for port in graph.statements(about: preset, predicate: RDF.port) {
    guard let symbol = graph.statements(about: port.object, predicate: RDF.symbol).first,
      let name = symbol.object.text, !name.isEmpty
    else {
      throw PresetError(
        graph.path, line: port.line, expected: "an lv2:symbol for the port", found: "it has none")
    }
    guard let value = graph.statements(about: port.object, predicate: RDF.value).first else {
      throw PresetError(
        graph.path, line: symbol.line, expected: "a pset:value for port \(name)",
        found: "it has none")
    }
    guard case .literal(let text, let type?) = value.object, RDF.numberTypes.contains(type),
      let number = Double(text), number.isFinite
    else {
      throw PresetError(
        graph.path, line: value.line, expected: "a number as the pset:value of port \(name)",
        found: "it is \(value.object.text.map { "\"\($0)\"" } ?? "no literal")")
    }
    guard values.updateValue(number, forKey: name) == nil else {
      throw PresetError(
        graph.path, line: value.line, expected: "one value for port \(name)",
        found: "this is a second")
    }
  }
  guard !values.isEmpty else {
    throw PresetError(
      graph.path, expected: "at least one lv2:port with a pset:value", found: "there is none")
  }
  return values
}

/// Files are named by a URI, relative ones within the bundle, or by an `atom:Path`, as hosts save
/// them.
private func statePaths(of preset: RDFGraph.Node, in graph: RDFGraph) -> [String: String] {
  var paths: [String: String] = [:]
  for state in graph.statements(about: preset, predicate: RDF.state) {
    for property in graph.statements(about: state.object) {
      switch property.object {
      case .uri(let uri): paths[property.predicate] = TurtleFile.path(ofURI: uri)
      case .literal(let path, RDF.atomPath?):
        paths[property.predicate] = TurtleFile.path(path, besideFile: graph.path)
      default: break
      }
    }
  }
  return paths
}
