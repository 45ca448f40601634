extension PluginKind {
  /// All ports by index. The Turtle is the truth, and a test compares; new ports go at the end.
  public var ports: [Port] {
    audioPorts + eventPorts + hostPorts + remixPorts + enginePorts + scorePorts
  }

  /// The index of a port; nil where the plugin has none of that name.
  public func index(of symbol: String) -> Int? { ports.firstIndex { $0.symbol == symbol } }

  private var audioPorts: [Port] {
    let outputs = ["mix"] + (hasPartOutputs ? stemSymbols : [])
    return ["in_l", "in_r"].map { Port(symbol: $0, role: .audioInput) }
      + outputs.flatMap { name in
        ["l", "r"].map { Port(symbol: "\(name)_\($0)", role: .audioOutput) }
      }
  }

  private var eventPorts: [Port] {
    guard hasPartOutputs else { return [] }
    return [
      Port(symbol: "control", role: .eventInput), Port(symbol: "notify", role: .eventOutput),
    ]
  }

  private var hostPorts: [Port] {
    [
      .toggle("enabled", true),
      .toggle("freewheel", false),
      .report("latency", 0...4_000_000, 0, isInteger: true),
      .report("late", 0...16_000_000, 0, isInteger: true),
      .report("progress", 0...1, 0),
    ]
  }

  private var remixPorts: [Port] {
    stemSymbols.flatMap { stem -> [Port] in
      [
        .number("gain_\(stem)", -60...12, 0),
        .toggle("mute_\(stem)", false),
        .toggle("solo_\(stem)", false),
        .number("pan_\(stem)", -1...1, 0),
      ]
    } + stemSymbols.map { .report("level_\($0)", -60...12, -60) }
  }

  /// The standards are the presets `hands`, `drums` and `parts`.
  private var enginePorts: [Port] {
    [
      .number("lookahead", 0...4, 1),
      .number("history", 4...30, 10),
      .integer("resolution", 2048...8192, isPercussive ? 2048 : 8192),
      .integer("overlap", 2...32, isPercussive ? 4 : 8),
      .integer("model", 0...10, isPercussive ? 10 : 2),
      .number("divergence", -1...3, 1),
      .integer("iterations", 0...200, 30),
      .integer("encoder_iterations", 0...200, isPercussive ? 5 : 30),
      .integer("refinements", 0...50, isPercussive ? 0 : 3),
      .number("wiener_exponent", 0.01...4, 2),
      .number("tolerance", 0...1000, 30),
      .integer("template_frames", 1...64, isPercussive ? 16 : 4),
      .integer("comb", 0...1, 0),
      .toggle("onset_templates", !isPercussive),
      .toggle("attack_templates", !isPercussive),
      .number("cutoff", 0...24_000, isPercussive ? 0 : 11_000),
      .number("release", 0...4, 0),
      .toggle("adapt", true),
    ]
  }

  private var scorePorts: [Port] {
    let source = Port.integer("score_source", 0...2, 0)
    let offset = Port.number("score_offset", -3600...3600, 0)
    return hasPartOutputs
      ? [source, .integer("sync", 0...1, 0), offset]
      : [source, offset, .integer("score_slot", 0...99, 0)]
  }
}

/// The controls that a stream is built from: when one changes, another stream is needed.
///
/// The raw value is the port's symbol; presets and the command line know the same ones.
public enum EngineControl: String, CaseIterable, Sendable {
  case lookahead, history, resolution, overlap, model, divergence, iterations
  case encoderIterations = "encoder_iterations"
  case refinements
  case wienerExponent = "wiener_exponent"
  case tolerance
  case templateFrames = "template_frames"
  case comb
  case onsetTemplates = "onset_templates"
  case attackTemplates = "attack_templates"
  case cutoff, release, adapt
}
