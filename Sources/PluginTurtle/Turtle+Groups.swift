import DivisiControls

/// Which controls hosts show together, and which of them first.
///
/// The plugins with two outputs have no groups of controls: GStreamer, for which they are, takes whatever is in a
/// group for a channel.
extension Turtle {
  /// The groups of controls: what chooses the score, a strip for each part, the rest.
  static func controlGroups(of kind: PluginKind) -> String {
    var seen: Set<String> = []
    return kind.ports.compactMap { group(of: $0, in: kind) }
      .filter { seen.insert($0.symbol).inserted }
      .map { group in
        "\n<\(kind.uri)#\(group.symbol)>\n  a pg:\(group.direction)Group ;\n"
          + "  lv2:symbol \(quoted(group.symbol)) ;\n  lv2:name \(quoted(group.name)) .\n"
      }.joined()
  }

  /// What a control port says of its group, and how much it matters.
  static func groupLines(of port: Port, in kind: PluginKind) -> [String] {
    let rank = foremost.firstIndex(of: port.symbol).map { foremost.count - $0 }
    return (group(of: port, in: kind).map { ["pg:group <\(kind.uri)#\($0.symbol)>"] } ?? [])
      + (rank.map { ["pprops:displayPriority \($0)"] } ?? [])
  }

  /// What a person sets first, in that order.
  private static let foremost = Port.scoreControls + ["lookahead"]

  private struct Group {
    let symbol: String
    let name: String
    var direction = "Input"
  }

  private static func group(of port: Port, in kind: PluginKind) -> Group? {
    guard kind.hasPartOutputs, let control = port.control, control.designation == nil else {
      return nil
    }
    if port.role == .report {
      return Group(symbol: "status", name: "Status", direction: "Output")
    }
    if Port.scoreControls.contains(port.symbol) { return Group(symbol: "score", name: "Score") }
    if let stem = kind.stems.first(where: { port.symbol.hasSuffix("_" + $0.name) }) {
      return Group(symbol: "strip_" + stem.name, name: stem.label)
    }
    return control.traits.contains(.expert)
      ? Group(symbol: "advanced", name: "Advanced") : Group(symbol: "quality", name: "Quality")
  }
}
