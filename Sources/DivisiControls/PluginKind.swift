public import DivisiScore

/// One of the plugins in the shared object; the raw value is the place of its descriptor.
public enum PluginKind: Int, CaseIterable, Sendable {
  case hands, drums, parts, handsMix, drumsMix, mosaic

  /// Those that separate a recording by its score.
  public static let separating: [PluginKind] = allCases.filter(\.separates)

  /// The last word of the URI, and the name of the Turtle file.
  public var fileName: String {
    switch self {
    case .hands: "hands"
    case .drums: "drums"
    case .parts: "parts"
    case .handsMix: "hands-mix"
    case .drumsMix: "drums-mix"
    case .mosaic: "mosaic"
    }
  }

  /// What identifies the plugin everywhere.
  public var uri: String { "urn:divisi:\(fileName)" }

  /// What identifies the plugin's own window.
  public var faceURI: String { "\(uri)#face" }

  /// What hosts call it.
  public var name: String {
    switch self {
    case .hands: "Divisi Hands"
    case .drums: "Divisi Drums"
    case .parts: "Divisi Parts"
    case .handsMix: "Divisi Hands (stereo)"
    case .drumsMix: "Divisi Drums (stereo)"
    case .mosaic: "Divisi Mosaic"
    }
  }

  /// One sentence on what it is for.
  public var comment: String {
    switch self {
    case .hands: "Separates the left and the right hand of a piano recording by its score."
    case .drums: "Separates the drums of a recorded kit by its score."
    case .parts:
      "Separates up to eight parts of a recording by its score: MIDI tracks or channels, or MusicXML parts."
    case .handsMix:
      "Remixes the left and the right hand of a piano recording, for hosts that take no more than two outputs."
    case .drumsMix:
      "Remixes the drums of a recorded kit, for hosts that take no more than two outputs."
    case .mosaic: "Plays what comes in with the sounds of another recording."
    }
  }

  /// Whether a recording is separated into parts; else there are none.
  public var separates: Bool { self != .mosaic }

  /// Whether parts have outputs of their own; the other plugins have two outputs and need nothing of their host.
  public var hasPartOutputs: Bool { rawValue < PluginKind.handsMix.rawValue }

  /// Whether the host has to map URIs; those for simple hosts do without, and without messages then.
  public var needsMap: Bool { hasPartOutputs || self == .mosaic }

  /// The settings that it has ports for.
  public var settings: [Setting] {
    separates ? Setting.withPort.filter { isPercussive || !$0.isOfDrums } : []
  }

  /// What is separated, in the order of outputs.
  public var parts: [NamedPart] {
    switch self {
    case .hands, .handsMix: NamedPart.hands
    case .drums, .drumsMix: NamedPart.kit
    case .parts: NamedPart.numbered
    case .mosaic: []
    }
  }

  /// The parts and, last, what is in none of them.
  public var stems: [NamedPart] { separates ? parts + [.residual] : [] }

  /// Whether parts are drums rather than pitches.
  public var isPercussive: Bool { self == .drums || self == .drumsMix }
}
