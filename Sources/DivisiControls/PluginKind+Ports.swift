private import DivisiScore

extension PluginKind {
  /// All ports by index. Indices never change: a new port goes behind all others.
  public var ports: [Port] { separates ? separationPorts : mosaicPorts }

  private var separationPorts: [Port] {
    let settings = settings.map { control($0.control) }
    let groups = [
      audioPorts, hasPartOutputs ? eventPorts : [], hostPorts, remixPorts,
      Array(settings.prefix(Self.firstSettingCount)), scorePorts,
      hasPartOutputs && !isPercussive ? followPorts : [], statePorts, slotPorts, drumMapPorts,
      hasPartOutputs ? midiPorts : transportPorts,
      hasPartOutputs && isPercussive ? followPorts : [],
      Array(settings.dropFirst(Self.firstSettingCount)),
    ]
    return groups.flatMap { $0 }
  }

  /// The settings that came with the first plugins; ports of later ones go behind all others.
  private static let firstSettingCount = 18

  /// The index of a port; nil where the plugin has none of that name.
  public func index(of symbol: String) -> Int? { ports.firstIndex { $0.symbol == symbol } }

  /// The stereo outputs by symbol and name: the mix, and the stems where they have outputs.
  public var outputs: [(symbol: String, name: String)] {
    guard separates else { return [("out", "Out")] }
    return [("mix", "Mix")] + (hasPartOutputs ? stems.map { ($0.name, $0.label) } : [])
  }

  var audioPorts: [Port] {
    func pair(_ symbol: String, _ name: String, _ role: Port.Role) -> [Port] {
      Port.Side.allCases.map { side in
        Port(
          symbol: "\(symbol)_\(side.rawValue.prefix(1))",
          name: "\(name) \(side.rawValue.prefix(1).uppercased())", role: role, side: side,
          isOptional: role == .audioInput && side == .right)
      }
    }
    return pair("in", "In", .audioInput)
      + outputs.flatMap { pair($0.symbol, $0.name, .audioOutput) }
  }

  var eventPorts: [Port] {
    [
      Port(symbol: "control", name: "Control", role: .eventInput, isOptional: true),
      Port(symbol: "notify", name: "Notify", role: .eventOutput, isOptional: true),
    ]
  }

  /// What hosts play themselves: on and off, bounces, latency.
  var hostPorts: [Port] {
    let all = [
      control(
        .toggle(
          "enabled", "Enabled", default: true, designation: .enabled,
          comment: "When off, the input passes through unchanged, with the same latency.")),
      control(
        .toggle(
          "freewheel", "Freewheel", default: false, traits: [.hidden], designation: .freeWheeling,
          comment:
            "When on, all work is done in time, so that a bounce is complete and reproducible.")),
      report(
        Control(
          "latency", "Latency", 0...4_000_000, .integer, default: 0, unit: .frames,
          traits: [.hidden], designation: .latency)),
      report(
        Control(
          "late", "Late", 0...16_000_000, .integer, default: 0,
          comment:
            "How often since activation the model was not ready in time. Each time costs quality; the sound never drops out."
        )),
      report(
        Control(
          "progress", "Progress", 0...1, default: 0,
          comment: "How much of the history the model has learnt from.")),
    ]
    return separates ? all : Array(all.prefix(3))
  }

  private var remixPorts: [Port] {
    stems.flatMap { stem -> [Port] in
      let (symbol, name) = (stem.name, stem.label)
      return [
        control(
          Control(
            "gain_\(symbol)", "\(name) gain", -60...12, default: 0, unit: .decibels,
            points: [-60: "off"], comment: "In the mix.")),
        control(.toggle("mute_\(symbol)", "\(name) mute", default: false)),
        control(.toggle("solo_\(symbol)", "\(name) solo", default: false)),
        control(
          Control(
            "pan_\(symbol)", "\(name) pan", -1...1, default: 0,
            comment: "A balance: in the middle the part keeps its own image.")),
      ]
    }
      + stems.map { stem in
        report(
          Control(
            "level_\(stem.name)", "\(stem.label) level", -60...12, default: -60, unit: .decibels,
            comment: "Peak, before gain."))
      }
  }

  private var scorePorts: [Port] {
    let source = Control.choice(
      "score_source", "Score source",
      hasPartOutputs
        ? [0: "File", 1: "MIDI input", 2: "None"] : [0: "File", 2: "None"],
      default: 0, comment: "Where notes come from.")
    let offset = Control(
      "score_offset", "Score offset", -3600...3600, default: 0, unit: .seconds,
      comment: "Moves the score against the recording: above 0 later, below 0 earlier.")
    return (hasPartOutputs ? [source, sync, offset] : [source, offset, scoreSlot]).map(control)
  }

  private var sync: Control {
    .choice(
      "sync", "Sync", [0: "Host transport", 1: "Free-running"], default: 0,
      comment:
        "What moves the score; free-running begins at activation, as it does where the host has no transport."
    )
  }

  private var scoreSlot: Control {
    Control(
      "score_slot", "Score slot", 0...99, .integer, default: 0, points: [0: "none"],
      comment:
        "The score whose file name begins with this number, in $XDG_DATA_HOME/divisi/scores, in place of the one that was chosen otherwise."
    )
  }

  /// Those for drums came last.
  private var followPorts: [Port] {
    let follow = Control.choice(
      "follow", "Follow", [0: "Off", 1: "Listen", 2: "Live"], default: 0, traits: [.expensive],
      comment:
        "For a score that does not match the recording: Listen aligns it with what is heard while the host's transport rolls, from the second time on and for good; Live follows while it is played the first time, with a look-ahead of at least 0.5 s."
    )
    let position = Control(
      "score_position", "Score position", 0...360_000, default: 0, unit: .seconds,
      comment: "Where in the score the recording is.")
    let verdict = Control.choice(
      "verdict", "Verdict", [0: "None yet", 1: "Good", 2: "Doubtful", 3: "Not this piece"],
      default: 0,
      comment: "How well the score explains what has been heard; nothing is compared when off.")
    return [control(follow), report(position), report(verdict)]
  }

  private var statePorts: [Port] {
    let state = Control.choice(
      "score_state", "Score state",
      [
        0: "No score", 1: "Before the score", 2: "In the score", 3: "Past the score",
        4: "Not this piece", 5: "Lost", 6: "Not in use",
      ], default: 0,
      comment:
        "Where the sound is against the score: with no score, or outside it, everything is in the residual."
    )
    return [report(state)]
  }

  /// Where files can be chosen too; the other plugins have always had it.
  private var slotPorts: [Port] { hasPartOutputs ? [control(scoreSlot)] : [] }

  private var drumMapPorts: [Port] {
    guard isPercussive else { return [] }
    let map = Control.choice(
      "drum_map", "Drum map",
      [
        0: "Automatic", 1: "General MIDI", 2: "Addictive Drums", 3: "Superior Drummer, EZdrummer",
        4: "Roland V-Drums", 5: "Yamaha DTX", 6: "Alesis",
      ], default: 0,
      comment:
        "What the note numbers of drums mean, in files and by MIDI; Automatic is General MIDI, unless a file fits only another map."
    )
    return [control(map)]
  }

  /// Ardour tells nothing of its transport to a port for MIDI that no MIDI is routed to, as on a track for audio; so
  /// MIDI has a port of its own. The plugins with two outputs have none: tracks would ask what to connect to it.
  private var midiPorts: [Port] {
    [Port(symbol: "midi", name: "MIDI", role: .midiInput, isOptional: true)]
  }

  /// What the plugins with two outputs have had only since version 4.
  private var transportPorts: [Port] { eventPorts + [control(sync)] + followPorts }

  func control(_ control: Control) -> Port { port(control, .control) }

  func report(_ control: Control) -> Port { port(control, .report) }

  private func port(_ control: Control, _ role: Port.Role) -> Port {
    Port(
      symbol: control.symbol, name: control.name, role: role, control: control,
      values: Port.Values(
        minimum: Float(control.range.lowerBound), maximum: Float(control.range.upperBound),
        defaultValue: Float(control.start(in: self)),
        isInteger: control.kind != .number))
  }
}
