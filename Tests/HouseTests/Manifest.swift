/// The targets of Package.swift and what each depends on, read from its text: SwiftPM itself would wait
/// for the build that runs the tests.
struct Manifest {
  enum Kind { case library, executable, system }

  struct Target {
    let name: String
    let kind: Kind
    /// Targets of this package; products of others are left out.
    let dependencies: Set<String>
  }

  /// All targets but those of tests.
  let targets: [Target]

  init(_ text: String) {
    targets = text.matches(of: /\.(target|executableTarget|systemLibrary)\(/)
      .compactMap { match in
        let body = Self.parenthesised(text[match.range.upperBound...])
        if body.contains("path: \"Tests/") { return nil }
        let kind: Kind =
          switch match.1 {
          case "executableTarget": .executable
          case "systemLibrary": .system
          default: .library
          }
        let name = body.firstMatch(of: /name:\s*"([^"]+)"/).map { String($0.1) } ?? ""
        let list = body.firstMatch(of: /dependencies:\s*\[([^\]]*)\]/)?.1 ?? ""
        let own = list.replacing(/\.product\([^)]*\)/, with: "")
        return Target(
          name: name, kind: kind,
          dependencies: Set(own.matches(of: /"([^"]+)"/).map { String($0.1) }))
      }
  }

  /// The text up to the parenthesis that closes the one before it.
  private static func parenthesised(_ text: Substring) -> Substring {
    var depth = 1
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return text[..<index] }
    }
    return text
  }
}
