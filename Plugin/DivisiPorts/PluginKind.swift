/// One of the plugins in the shared object; the raw value is the place of its descriptor.
public enum PluginKind: Int, CaseIterable, Sendable {
  case hands, drums, parts, handsMix, drumsMix

  /// What identifies the plugin everywhere.
  public var uri: String {
    switch self {
    case .hands: "urn:divisi:hands"
    case .drums: "urn:divisi:drums"
    case .parts: "urn:divisi:parts"
    case .handsMix: "urn:divisi:hands-mix"
    case .drumsMix: "urn:divisi:drums-mix"
    }
  }

  /// Whether parts have outputs of their own and there are event ports; the other plugins have two
  /// outputs and nothing that a simple host refuses.
  public var hasPartOutputs: Bool { rawValue < PluginKind.handsMix.rawValue }

  /// The parts' names in port symbols, in the order of the engine.
  public var partSymbols: [String] {
    switch self {
    case .hands, .handsMix: ["left", "right"]
    case .drums, .drumsMix: ["kick", "snare", "hihat", "toms", "cymbals"]
    case .parts: (1...8).map { "part_\($0)" }
    }
  }

  /// The parts and, last, what is in none of them.
  public var stemSymbols: [String] { partSymbols + ["residual"] }

  var isPercussive: Bool { self == .drums || self == .drumsMix }
}
