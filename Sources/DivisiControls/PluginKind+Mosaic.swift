extension PluginKind {
  /// The ports of the plugin that separates nothing.
  var mosaicPorts: [Port] {
    let controls = [
      Control(
        "mix", "Mix", 0...1, default: 1, points: [0: "dry", 1: "mosaic"],
        comment: "How much of what comes out is the mosaic; the rest is what came in."),
      Control(
        "gain", "Gain", -60...12, default: 0, unit: .decibels, points: [-60: "off"],
        comment: "Of the mosaic."),
      Control(
        "polyphony", "Polyphony", 1...32, .integer, default: 10,
        comment: "How many frames of the source sound at once at most."),
      Control(
        "repetition", "Repetition", 1...43, .integer, default: 7,
        points: [1: "free"],
        comment:
          "For so many frames, of 23 ms, a frame of the source sounds again only if it is stronger."
      ),
      Control(
        "continuity", "Continuity", 0...0.95, default: 0.7, points: [0: "none"],
        comment: "How much the source is drawn to go on as it went."),
      Control(
        "transpose", "Transpose", -24...24, .integer, default: 0, unit: .semitones,
        traits: [.expensive], comment: "By how much the source is played higher or lower."),
    ]
    let state = Control.choice(
      "source_state", "Source state", [0: "No source", 1: "Being read", 2: "Playing"], default: 0,
      comment: "Whether there is a source; without one, what comes in passes through.")
    return audioPorts + eventPorts + hostPorts + controls.map(control) + [report(state)]
  }
}
