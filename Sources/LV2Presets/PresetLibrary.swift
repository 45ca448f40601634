/// The presets of an LV2 bundle.
public struct PresetLibrary: Sendable {
  /// The folder, as it was given.
  public let bundle: String
  /// All presets, sorted by name; names differ.
  public let presets: [Preset]

  /// Reads all presets that a bundle's `manifest.ttl` mentions. No plugin has to be installed.
  ///
  /// - Parameter bundle: the path of the folder.
  /// - Throws: one line if the folder or one of its files is missing or damaged, if a preset is
  ///   incomplete, or if two have one name.
  public init(bundle: String) throws(PresetError) {
    self.bundle = bundle
    let manifest = try TurtleFile.read(path: bundle + "/manifest.ttl")
    var presets: [Preset] = []
    for subject in manifest.instances(of: RDF.preset) {
      presets.append(try Self.preset(subject, of: manifest, in: bundle))
    }
    presets.sort { $0.name < $1.name }
    for (one, next) in zip(presets, presets.dropFirst()) where one.name == next.name {
      throw PresetError(
        bundle, expected: "presets of different names", found: "two are called \(one.name)")
    }
    self.presets = presets
  }

  /// Finds a preset by its short name.
  ///
  /// - Throws: one line that lists the names there are, and the one that may have been meant.
  public func preset(named name: String) throws(PresetError) -> Preset {
    if let preset = presets.first(where: { $0.name == name }) { return preset }
    let names = presets.map(\.name)
    let suggestion = nearest(to: name, among: names).map { ", did you mean \($0)?" } ?? ""
    throw PresetError(
      bundle, expected: "a preset that is there (\(names.joined(separator: ", ")))",
      found: "there is no \"\(name)\"\(suggestion)")
  }

  private static func preset(
    _ subject: RDFGraph.Node, of manifest: RDFGraph, in bundle: String
  ) throws(PresetError) -> Preset {
    guard let file = manifest.statements(about: subject, predicate: RDF.seeAlso).first else {
      throw PresetError(
        manifest.path, expected: "an rdfs:seeAlso for each preset", found: "one has none")
    }
    guard case .uri(let uri) = file.object, let path = TurtleFile.path(ofURI: uri) else {
      throw PresetError(
        manifest.path, line: file.line, expected: "the URI of a file", found: "this is none")
    }
    return try Preset(subject, in: TurtleFile.read(path: path), or: manifest)
  }
}
