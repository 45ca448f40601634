/// Arrows between things that have names.
struct Graph {
  private(set) var arrows: [String: Set<String>] = [:]

  mutating func add(_ source: String, _ target: String) {
    arrows[source, default: []].insert(target)
  }

  var all: [(source: String, target: String)] {
    arrows.sorted { $0.key < $1.key }.flatMap { entry in
      entry.value.sorted().map { (entry.key, $0) }
    }
  }

  /// What can be reached from somewhere by one arrow or more.
  func reachable(from source: String) -> Set<String> {
    var found: Set<String> = []
    var open = Array(arrows[source] ?? [])
    while let next = open.popLast() {
      if found.insert(next).inserted { open += arrows[next] ?? [] }
    }
    return found
  }

  /// Sets of nodes that reach each other, each of two or more.
  var circles: [[String]] {
    let reach = Dictionary(uniqueKeysWithValues: arrows.keys.map { ($0, reachable(from: $0)) })
    let inCircles = reach.filter { $0.value.contains($0.key) }.keys
    let circles = inCircles.map { node in
      reach[node]!.filter { reach[$0]?.contains(node) == true }.sorted()
    }
    return Array(Set(circles)).filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }
}
