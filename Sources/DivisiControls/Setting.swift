/// What decides how a recording is separated. The case is named as the engine's property is, the raw
/// value is the symbol of port and preset; ``control`` says the rest, and which option sets it.
///
/// This file is where a setting is added, behind the last with a port: its port then goes behind all
/// others. The compiler lists what else to complete. Symbols never change.
public enum Setting: String, CaseIterable, Sendable {
  case lookahead
  case history
  case windowLength = "resolution"
  /// How many hops a window is long; the engine keeps ``hopSize``.
  case overlap
  case model
  /// β.
  case beta = "divergence"
  case iterations
  case encoderIterations = "encoder_iterations"
  case refinements
  /// α.
  case wienerExponent = "wiener_exponent"
  case tolerance
  case templateFrames = "template_frames"
  case comb
  case onsetTemplates = "onset_templates"
  case attackTemplates = "attack_templates"
  case cutoff
  case release
  case adapts = "adapt"
  case rest

  // Without a port, for the command line alone. Those of its options that are words or switches, which
  // cannot be out of range, are not here.
  case hopSize = "hop"
  case layers
  case learningRate = "learning_rate"
  case sparsity
  case activity
  case strokeLength = "decay"

  /// Whether plugins have a port for it, and presets a value.
  public var hasPort: Bool {
    switch self {
    case .hopSize, .layers, .learningRate, .sparsity, .activity, .strokeLength: false
    default: true
    }
  }

  /// The settings with a port, in the order in which a stream's key holds them.
  public static let withPort = allCases.filter(\.hasPort)

  /// Whether only drums have it, and the plugins for them a port.
  public var isOfDrums: Bool { self == .rest }

  /// Throws where a value is none that the setting can have.
  ///
  /// - Parameter value: in the unit of ``control``.
  public func check(_ value: Double) throws(SettingsError) {
    if let problem = control.problem(with: value) { throw .invalid(self, problem) }
  }
}

extension Setting {
  /// The table. Ranges are those of the port; `accepted` is wider, for presets and options. Defaults are
  /// those of the presets `hands`, `drums` and `parts`.
  public var control: Control {
    switch self {
    case .lookahead:
      Control(
        rawValue, "Look-ahead", 0...4, default: 1, stereo: 0, unit: .seconds, points: [0: "live"],
        traits: [.expensive, .causesArtifacts], option: "lookahead",
        comment:
          "How far ahead of what it separates the model looks: latency for quality. At 0 the latency is one window."
      )
    case .history:
      Control(
        rawValue, "History", 4...30, default: 10, unit: .seconds, traits: [.expert, .expensive],
        option: "history", comment: "How much of the past the model learns from.")
    case .windowLength:
      .choice(
        rawValue, "Resolution", [2048: "2048", 4096: "4096", 8192: "8192"], accepted: 64...65_536,
        default: 8192, drums: 2048, unit: .samples, traits: [.expensive, .causesArtifacts],
        option: "window",
        comment:
          "Window of the analysis in samples at 44.1 kHz: short for drums and low latency, long for pitches."
      )
    case .overlap:
      Control(
        rawValue, "Overlap", 2...32, .integer, default: 8, drums: 4, parts: 4,
        traits: [.expert, .expensive],
        comment: "Windows that cover a sample.")
    case .model:
      .choice(
        rawValue, "Model",
        [
          0: "NMF", 1: "NMFD", 2: "NAE", 3: "CAE", 4: "NAE-SGD", 5: "NAE-Adam", 6: "NAE-RMSprop",
          7: "CAE-SGD", 8: "CAE-Adam", 9: "CAE-RMSprop", 10: "WAE",
        ], default: 2, drums: 10, parts: 0, traits: [.expert, .expensive], option: "model",
        comment:
          "Factorisation or autoencoder, of single frames or convolutive. A stream takes NAE or CAE for those that are trained by gradients, and CAE for WAE."
      )
    case .beta:
      Control(
        rawValue, "Divergence", -1...3, default: 1,
        points: [0: "Itakura-Saito", 1: "Kullback-Leibler", 2: "Euclidean"],
        traits: [.expert, .expensive], option: "divergence",
        comment:
          "The divergence that is minimised for whole recordings, on the command line; a stream always uses Kullback-Leibler."
      )
    case .iterations:
      Control(
        rawValue, "Iterations", 0...200, .integer, accepted: 0...10_000, default: 30, parts: 15,
        traits: [.expert, .expensive], option: "iterations",
        comment:
          "For a whole recording; a stream, which starts from what it has learnt, does a share of them."
      )
    case .encoderIterations:
      Control(
        rawValue, "Encoder iterations", 0...200, .integer, accepted: 0...10_000, default: 30,
        drums: 3, parts: 0, traits: [.expert, .expensive], option: "encoder-iterations",
        comment:
          "How many iterations of a whole recording are the autoencoder's; in a stream with NAE, all are."
      )
    case .refinements:
      Control(
        rawValue, "Refinements", 0...50, .integer, accepted: 0...1000, default: 3, drums: 0,
        parts: 0,
        traits: [.expert, .expensive], comment: "Steps on the activations alone at the end.")
    case .wienerExponent:
      Control(
        rawValue, "Mask exponent", 0.01...4, default: 2, traits: [.expert, .expensive],
        option: "alpha", comment: "Higher separates more sharply and sounds rougher.")
    case .tolerance:
      Control(
        rawValue, "Tolerance", 0...1000, default: 30, parts: 50, unit: .milliseconds,
        traits: [.expensive],
        option: "tolerance", perEngineUnit: 1000,
        comment: "How early or late a note may be against the score.")
    case .templateFrames:
      Control(
        rawValue, "Template frames", 1...64, .integer, default: 4, drums: 64,
        traits: [.expert, .expensive], option: "template-frames",
        comment:
          "Length of the templates of convolutive models; a stream of drums takes 16 at most.")
    case .comb:
      .choice(
        rawValue, "Comb", [0: "Lobes", 1: "Bands", 2: "Shifts", 3: "Tracks"], default: 0, parts: 2,
        traits: [.expert, .expensive],
        comment:
          "How the partials of a template start out; Shifts has five narrow templates for each pitch, which players bend. Tracks has tones beside them that follow the pitch of each note, on the command line; in a stream it is Shifts."
      )
    case .onsetTemplates:
      .toggle(
        rawValue, "Onset templates", default: true, drums: false, parts: false,
        traits: [.expert, .expensive],
        comment: "A second template for the noise of a note's onset.")
    case .attackTemplates:
      .toggle(
        rawValue, "Attack templates", default: true, drums: false, parts: false,
        traits: [.expert, .expensive],
        comment: "Another template for a note's beginning.")
    case .cutoff:
      Control(
        rawValue, "Cutoff", 0...24_000, accepted: 1000...1_000_000, zero: .off, default: 11_000,
        drums: 0, unit: .hertz, points: [0: "off"], traits: [.expert, .expensive],
        comment:
          "The model is fitted only below this frequency: 1000 Hz or more, or 0 for no limit.")
    case .release:
      Control(
        rawValue, "Release", 0...4, default: 0, unit: .seconds, points: [0: "automatic"],
        traits: [.expensive], comment: "How long notes sound after they are damped.")
    case .adapts:
      .toggle(
        rawValue, "Adapt", default: true, traits: [.expensive],
        comment: "Off keeps the templates as they started.")
    case .rest:
      .toggle(
        rawValue, "Rest", default: false, traits: [.expensive],
        comment:
          "For drums out of a whole song: what is no drum is found as well, and goes to the residual instead of to the drums."
      )

    case .hopSize:
      Control(
        rawValue, "Hop", 1...32_768, .integer, default: 1024, drums: 512, unit: .samples,
        option: "hop")
    case .layers:
      .choice(
        rawValue, "Layers", [2: "2", 4: "4", 6: "6", 8: "8"], default: 2, option: "layers")
    case .learningRate:
      Control(
        rawValue, "Learning rate", 0...1_000_000, zero: .excluded, default: 0.1,
        option: "learning-rate")
    case .sparsity:
      Control(rawValue, "Sparsity", 0...1_000_000, default: 0, option: "sparsity")
    case .activity:
      Control(rawValue, "Activity", 0...1_000_000, default: 0, option: "activity")
    case .strokeLength:
      Control(rawValue, "Decay", 0.05...4, default: 0.5, unit: .seconds, option: "decay")
    }
  }
}
