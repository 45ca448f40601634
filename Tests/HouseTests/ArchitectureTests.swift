import Testing

/// ARCHITECTURE.md against what is there.
@Suite struct ArchitectureTests {
  private let manifest: Manifest
  private let page: String

  init() throws {
    manifest = Manifest(try House.text("Package.swift"))
    page = try House.text("ARCHITECTURE.md")
  }

  private var modules: [Manifest.Target] {
    manifest.targets.filter { $0.kind != .system }
  }
  private var systemNames: Set<String> {
    Set(manifest.targets.filter { $0.kind == .system }.map(\.name))
  }

  /// Reads `A --> B & C` in the Mermaid drawing.
  private func drawing() throws -> Graph {
    let block = try #require(page.firstMatch(of: /```mermaid\n((?s:.*?))```/)).1
    var graph = Graph()
    for line in block.split(separator: "\n") {
      let ends = line.split(separator: "-->").map { side in
        side.split(separator: "&").map { String($0.trimmingPrefix(/\s+/).prefix { $0 != " " }) }
      }
      guard ends.count == 2 else { continue }
      for source in ends[0] { for target in ends[1] { graph.add(source, target) } }
    }
    return graph
  }

  @Test func theManifestIsRead() {
    #expect(modules.count > 10)
    #expect(systemNames.contains("CFFTW"))
    let engine = modules.first { $0.name == "DivisiEngine" }
    #expect(engine?.dependencies.isSuperset(of: ["DivisiDSP", "DivisiScore"]) == true)
    let program = modules.first { $0.name == "divisi" }
    #expect(program?.dependencies.contains("swift-argument-parser") == false)
  }

  /// Every arrow is a dependency, every dependency an arrow or a way of several.
  @Test func theDrawingShowsTheDependencies() throws {
    let drawn = try drawing()
    let dependencies = Dictionary(
      uniqueKeysWithValues: modules.map { ($0.name, $0.dependencies.subtracting(systemNames)) })
    for (source, target) in drawn.all {
      #expect(
        dependencies[source]?.contains(target) == true,
        "\(source) --> \(target) is drawn, but not in Package.swift")
    }
    for (source, targets) in dependencies {
      let reachable = drawn.reachable(from: source)
      for target in targets.sorted() {
        #expect(reachable.contains(target), "the drawing lacks \(source) --> \(target)")
      }
    }
    for module in modules.map(\.name) {
      let isDrawn = drawn.all.contains { $0.source == module || $0.target == module }
      #expect(isDrawn, "\(module) is not in the drawing")
    }
  }

  /// A row of the table of C libraries: its module, what it is, and who imports it.
  @Test func theTableNamesEveryLibrary() throws {
    let rows = page.matches(of: /\n\| `(C\w+)` \|[^|\n]*\|([^|\n]*)\|/)
    let table = Dictionary(
      uniqueKeysWithValues: rows.map { row in
        (String(row.1), Set(row.2.matches(of: /`([^`]+)`/).map { String($0.1) }))
      })
    #expect(Set(table.keys) == systemNames)
    for name in systemNames {
      let users = Set(modules.filter { $0.dependencies.contains(name) }.map(\.name))
      #expect(table[name] == users, "\(name) is a dependency of \(users.sorted())")
    }
  }

  /// Paths are there, names are declared, and other code occurs somewhere.
  @Test func whatIsNamedExists() throws {
    let files = ["Sources", "Plugin", "Tests"].flatMap(House.swiftFiles)
    let texts = try files.map(House.text)
    let declared = texts.map { SwiftWords(of: $0).declarations }
      .reduce(into: Set<Substring>()) { $0.formUnion($1) }
    let folders = Set(files.flatMap { $0.split(separator: "/") })
    let targets = Set(manifest.targets.map { Substring($0.name) })
    let names = declared.union(folders).union(targets)
    let turtle = House.entries("Plugin/divisi.lv2").map { "Plugin/divisi.lv2/" + $0 }
    let others = try texts + (["Makefile", "Package.swift"] + turtle).map(House.text)

    let prose = page.replacing(/```(?s:.*?)```/, with: "")
    for code in Set(prose.matches(of: /`([^`\n]+)`/).map(\.1)) {
      if code.contains("/") || House.exists(String(code)) {
        #expect(House.exists(String(code)), "no file \(code)")
      } else if code.wholeMatch(of: /[A-Za-z_]\w*([.+][A-Za-z_]\w*)*/) != nil {
        let isFile = folders.contains(code) || folders.contains("\(code).swift")
        let isKnown =
          isFile || code.split(separator: ".").allSatisfy { names.contains($0) }
          || others.contains { $0.contains(code) && !code.contains(".") && code.first!.isLowercase }
        #expect(isKnown, "nothing is called \(code)")
      } else {
        let bare = code.hasPrefix("--") ? code.dropFirst(2) : code
        #expect(others.contains { $0.contains(bare) }, "\(code) occurs nowhere")
      }
    }
  }
}
