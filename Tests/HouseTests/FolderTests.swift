import Testing

/// Folders within modules are layered, as modules are.
@Suite struct FolderTests {
  /// An arrow from a folder to another is a file of the one that names a type that the other defines.
  /// A file that lies directly in the module is a folder of its own: some are the ground that the
  /// others stand on, some the roof over them. Circles of such files alone are no folders' circles.
  @Test(arguments: House.modules) func foldersMakeNoCircle(module: String) throws {
    let files = House.swiftFiles(below: module)
    let words = try Dictionary(
      uniqueKeysWithValues: files.map { ($0, SwiftWords(of: try House.text($0))) })
    // A name that two files define, such as that of a nested type, belongs to neither.
    var homes: [Substring: [String]] = [:]
    for file in files {
      for type in words[file]!.types { homes[type, default: []].append(file) }
    }
    var graph = Graph()
    var reasons: [String: Set<String>] = [:]
    for file in files {
      for word in words[file]!.free {
        guard let home = homes[word], home.count == 1, home[0] != file else { continue }
        let (source, target) = (room(of: file, in: module), room(of: home[0], in: module))
        guard source != target else { continue }
        graph.add(source, target)
        reasons["\(source) → \(target)", default: []].insert("\(word)")
      }
    }
    for circle in graph.circles where circle.contains(where: { !$0.hasSuffix(".swift") }) {
      let arrows = reasons.keys.sorted().filter { arrow in
        let ends = arrow.split(separator: " → ").map(String.init)
        return ends.allSatisfy(circle.contains)
      }
      let list = arrows.map { "\($0): \(reasons[$0]!.sorted().joined(separator: ", "))" }
      Issue.record(
        "\(module): a circle of \(circle.joined(separator: ", "))\n\(list.joined(separator: "\n"))")
    }
  }

  private func room(of file: String, in module: String) -> String {
    String(file.dropFirst(module.count + 1).prefix { $0 != "/" })
  }
}
