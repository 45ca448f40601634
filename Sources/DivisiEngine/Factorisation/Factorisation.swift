public import DivisiDSP
public import DivisiScore

/// What was learnt from a recording: templates, activations, the encoder if there is one, and what
/// they mean.
public struct Factorisation: Sendable {
  /// What one component stands for.
  public struct Component: Sendable, Hashable {
    /// Which sound of its pitch a component is.
    public enum Role: String, Sendable {
      /// The full sound of a pitch.
      case tone
      /// The first 0.3 s of a pitch.
      case attack
      /// The noise of a pitch's onset.
      case onset
      /// A drum.
      case stroke
      /// What is no drum.
      case rest
    }

    /// MIDI number; of a drum, in the General MIDI map; of the rest, a number from 0.
    public let pitch: Int
    /// What it is for.
    public let role: Role
    /// What plays it; see ``Part/instrument``.
    public var instrument = 0
    /// The parts of that instrument, joined by `+`; empty where all parts are of one.
    public var instrumentName = ""
    /// How far its partials start from those of the pitch, in cents.
    public var cents = 0.0
  }

  /// Where frames and bins lie.
  public let grid: TimeGrid
  /// How it was fitted.
  public let settings: SeparationSettings
  /// V, W and H.
  public let model: ConvolutiveNMF
  /// W_E as it was last used; nil for a model without one.
  public let encoder: Encoder?
  /// How the parts share a bin.
  public let mask: WienerMask
  /// The parts, in the order of the stems.
  public let parts: [Part]
  /// R of them.
  public let components: [Component]
  /// Tones that follow their pitch, which have a say in the masks; nil for none.
  public var partials: PartialModel?
  /// Their pitches; empty where there are none.
  public var tracks: [PitchTrack] = []

  /// How much the masks of tones that follow their pitch count against those of templates. On twelve recordings of players,
  /// 0.5 to 0.7 measure alike; 1 costs 0.5 dB on duos, 0 a whole one on quartets.
  private static let partialShare: Float = 0.6

  /// The masks of one frame.
  ///
  /// - Parameters:
  ///   - frame: n.
  ///   - masks: K of the grid × S; column s becomes part s.
  ///   - scratch: K × (2 + S), contents arbitrary.
  public func masks(
    ofFrame frame: Int, into masks: borrowing Matrix, scratch: borrowing Matrix
  ) {
    mask.compute(from: model, frame: frame, into: masks, scratch: scratch)
    guard let partials else { return }
    mask.compute(from: partials, frame: frame, into: scratch, from: 2, scratch: scratch)
    masks.blend(with: scratch, from: 2, share: Self.partialShare)
  }
}

/// W_E of a model that has one: K × R × T, row r of the encoder as column r.
public final class Encoder: Sendable {
  /// Its values.
  public let templates: Templates

  init(_ templates: consuming Templates) { self.templates = templates }
}

extension Factorisation.Component {
  /// The components of a model, in its order.
  static func all(
    parts: [Part], material: Material, settings: SeparationSettings
  ) -> [Factorisation.Component] {
    switch material {
    case .drums:
      let pitches = parts.flatMap { $0.notes.map(\.pitch) }
      let drums = Set(pitches.map(DrumKit.articulation)).sorted().map {
        Factorisation.Component(pitch: $0, role: .stroke)
      }
      return drums
        + (0..<(settings.hasRest ? Rest.componentCount : 0)).map { .init(pitch: $0, role: .rest) }
    case .pitched:
      let instruments = Dictionary(grouping: parts, by: \.instrument).sorted { $0.key < $1.key }
      return instruments.flatMap { instrument, own in
        let name = instruments.count > 1 ? own.map(\.name).joined(separator: "+") : ""
        return Set(own.flatMap { $0.notes.map(\.pitch) }).sorted().flatMap { pitch in
          settings.pitchComponents.map {
            Self(
              pitch: pitch, role: Role($0.kind), instrument: instrument, instrumentName: name,
              cents: $0.cents)
          }
        }
      }
    }
  }
}

extension Factorisation.Component.Role {
  fileprivate init(_ kind: PitchComponent.Kind) {
    self =
      switch kind {
      case .tone: .tone
      case .attack: .attack
      case .onset: .onset
      }
  }
}

extension Factorisation.Component {
  private static let steps = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
  private static let drums = [
    35: "kick", 36: "kick", 37: "side stick", 38: "snare", 39: "clap", 40: "snare", 41: "low tom",
    42: "closed hi-hat", 43: "low tom", 44: "pedal hi-hat", 45: "mid tom", 46: "open hi-hat",
    47: "mid tom", 48: "high tom", 49: "crash", 50: "high tom", 51: "ride", 52: "china",
    53: "ride bell", 54: "tambourine", 55: "splash", 56: "cowbell", 57: "crash", 59: "ride",
  ]

  /// A pitch as people write it: `C4` is middle C.
  public static func name(ofPitch pitch: Int) -> String {
    steps[pitch % 12] + String(pitch / 12 - 1)
  }

  /// What to call a drum, by its General MIDI number.
  public static func name(ofDrum number: Int) -> String { drums[number] ?? "drum \(number)" }

  /// What to call it: `C4`, `C4 attack`, `C4 onset`, `snare`, `rest 1`; of several instruments `violin C4`, and of
  /// several tones `violin C4 -20 cents`.
  public var name: String {
    let owner = instrumentName.isEmpty ? "" : instrumentName + " "
    let shift = cents == 0 ? "" : " \(Int(cents)) cents"
    return switch role {
    case .tone: owner + Self.name(ofPitch: pitch) + shift
    case .attack, .onset: "\(owner)\(Self.name(ofPitch: pitch)) \(role.rawValue)"
    case .stroke: Self.name(ofDrum: pitch)
    case .rest: "\(role.rawValue) \(pitch + 1)"
    }
  }
}
