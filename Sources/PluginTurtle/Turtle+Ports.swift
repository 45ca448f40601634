import DivisiControls

extension Turtle {
  /// What is said of a port: its type first, then its names.
  static func lines(of port: Port, in kind: PluginKind) -> [String] {
    [type(of: port), "lv2:symbol \(quoted(port.symbol))", "lv2:name \(quoted(port.name))"]
      + (port.control.map { lines(of: $0, in: kind) + groupLines(of: port, in: kind) }
        ?? (port.side == nil ? eventLines(port, in: kind) : audioLines(port, in: kind)))
      + (port.isOptional ? ["lv2:portProperty lv2:connectionOptional"] : [])
  }

  private static func type(of port: Port) -> String {
    switch port.role {
    case .audioInput: "a lv2:InputPort , lv2:AudioPort"
    case .audioOutput: "a lv2:OutputPort , lv2:AudioPort"
    case .eventInput, .midiInput: "a lv2:InputPort , atom:AtomPort"
    case .eventOutput: "a lv2:OutputPort , atom:AtomPort"
    case .control: "a lv2:InputPort , lv2:ControlPort"
    case .report: "a lv2:OutputPort , lv2:ControlPort"
    }
  }

  private static func audioLines(_ port: Port, in kind: PluginKind) -> [String] {
    let group = port.symbol.dropLast(2)
    return [
      "pg:group <\(kind.uri)#\(group)>", "lv2:designation pg:\(port.side?.rawValue ?? "")",
    ]
  }

  private static func eventLines(_ port: Port, in kind: PluginKind) -> [String] {
    let type = ["atom:bufferType atom:Sequence"]
    return switch port.role {
    case .midiInput: type + ["atom:supports midi:MidiEvent"]
    case .eventInput where kind.separates:
      type + ["atom:supports time:Position , patch:Message"] + controlLines
    default: type + ["atom:supports patch:Message"] + controlLines
    }
  }

  private static let controlLines = ["lv2:designation lv2:control", "rsz:minimumSize 16384"]

  private static func lines(of control: Control, in kind: PluginKind) -> [String] {
    let start = control.start(in: kind)
    var lines = [
      "lv2:minimum \(Control.text(control.range.lowerBound))",
      "lv2:default \(Control.text(start))",
      "lv2:maximum \(Control.text(control.range.upperBound))",
    ]
    func add(_ line: String?) { if let line { lines.append(line) } }
    let properties =
      words(control.kind) + (control.designation == .latency ? ["lv2:reportsLatency"] : [])
      + control.traits.map(word)
    if !properties.isEmpty { add("lv2:portProperty " + properties.joined(separator: " , ")) }
    add(control.designation.map { "lv2:designation lv2:\($0.rawValue)" })
    add(control.unit.flatMap(word).map { "units:unit units:\($0)" })
    let points = control.points.map {
      "[ rdfs:label \(quoted($0.label)) ; rdf:value \(Control.text($0.value)) ]"
    }
    // Some hosts offer the scale points of a port and nothing between them, even where there is one.
    let predicate = control.kind == .choice ? "lv2:scalePoint" : "<urn:divisi:named_value>"
    if !points.isEmpty { add("\(predicate) " + points.joined(separator: " , ")) }
    add(control.comment.map { "rdfs:comment \(quoted($0))" })
    return lines
  }

  private static func words(_ kind: Control.Kind) -> [String] {
    switch kind {
    case .number: []
    case .integer: ["lv2:integer"]
    case .toggle: ["lv2:toggled"]
    case .choice: ["lv2:integer", "lv2:enumeration"]
    }
  }

  private static func word(_ trait: Control.Trait) -> String {
    switch trait {
    case .expert, .hidden: "pprops:notOnGUI"
    case .expensive: "pprops:expensive"
    case .causesArtifacts: "pprops:causesArtifacts"
    }
  }

  /// The word of LV2's vocabulary of units; nil where it has none.
  private static func word(_ unit: Unit) -> String? {
    switch unit {
    case .decibels: "db"
    case .frames: "frame"
    case .hertz: "hz"
    case .milliseconds: "ms"
    case .samples: nil
    case .seconds: "s"
    case .semitones: "semitone12TET"
    }
  }
}
