/// A value that people set or read: a port of the plugin, a line of a preset, an option of the
/// command line. Its unit is the same in all of them.
public struct Control: Sendable, Equatable {
  /// Which values have a meaning.
  public enum Kind: Sendable, Equatable {
    /// Any in the range.
    case number
    /// Whole numbers in the range.
    case integer
    /// 0 and 1.
    case toggle
    /// The scale points.
    case choice
  }

  /// What hosts may want to know before they show a control or move it.
  public enum Trait: Sendable, Equatable {
    /// For people who know the methods: left out of generic windows.
    case expert
    /// Another stream has to be built, which takes a moment.
    case expensive
    /// The latency changes with it, or the sound breaks off.
    case causesArtifacts
    /// Not shown, because hosts know it in another way.
    case hidden
  }

  /// A part that hosts themselves play.
  public enum Designation: String, Sendable {
    case enabled
    case freeWheeling
    case latency
  }

  /// A value with a name.
  public struct Point: Sendable, Equatable {
    /// In the unit of the control.
    public let value: Double
    /// What people read.
    public let label: String
  }

  /// What identifies the control in ports, saved states and presets. Never changes.
  public let symbol: String
  /// What people read in a host.
  public let name: String
  /// Which values have a meaning.
  public let kind: Kind
  /// The range of the port.
  public let range: ClosedRange<Double>
  /// The range that presets and the command line may use: the port's, or a wider one.
  public let accepted: ClosedRange<Double>
  /// How 0 stands out.
  public let zero: Zero
  /// Where the control starts.
  public let defaultValue: Double
  /// Where it starts in the plugins for drums.
  public let drumsDefault: Double
  /// Where it starts in the plugin for parts.
  public let partsDefault: Double
  /// Where it starts in the plugins with two outputs; nil for where it starts in those with outputs for parts.
  public let stereoDefault: Double?
  /// The unit of all these values.
  public let unit: Unit?
  /// Values with names, in the order in which they are shown.
  public let points: [Point]
  /// What hosts should know.
  public let traits: [Trait]
  /// What the host plays with it.
  public let designation: Designation?
  /// The long option that sets it, without dashes; nil where there is none.
  public let option: String?
  /// How many of the unit make one of the engine's: 1000 where the engine counts seconds, the control ms.
  public let perEngineUnit: Double
  /// One sentence.
  public let comment: String?

  /// How 0 stands out among the values that are accepted.
  public enum Zero: Sendable {
    /// It does not.
    case ordinary
    /// It is accepted beside the range, and turns something off.
    case off
    /// It bounds the range and does not belong to it.
    case excluded
  }

  /// A number, or a whole one.
  init(
    _ symbol: String, _ name: String, _ range: ClosedRange<Double>, _ kind: Kind = .number,
    accepted: ClosedRange<Double>? = nil, zero: Zero = .ordinary, default defaultValue: Double,
    drums: Double? = nil, parts: Double? = nil, stereo: Double? = nil, unit: Unit? = nil,
    points: KeyValuePairs<Double, String> = [:], traits: [Trait] = [],
    designation: Designation? = nil, option: String? = nil,
    perEngineUnit: Double = 1, comment: String? = nil
  ) {
    self.symbol = symbol
    self.name = name
    self.kind = kind
    self.range = range
    self.accepted = accepted ?? range
    self.zero = zero
    self.defaultValue = defaultValue
    drumsDefault = drums ?? defaultValue
    partsDefault = parts ?? defaultValue
    stereoDefault = stereo
    self.unit = unit
    self.points = points.map(Point.init)
    self.traits = traits
    self.designation = designation
    self.option = option
    self.perEngineUnit = perEngineUnit
    self.comment = comment
  }

  /// Off or on.
  static func toggle(
    _ symbol: String, _ name: String, default isOn: Bool, drums: Bool? = nil, parts: Bool? = nil,
    traits: [Trait] = [],
    designation: Designation? = nil, comment: String? = nil
  ) -> Control {
    Control(
      symbol, name, 0...1, .toggle, default: isOn ? 1 : 0, drums: (drums ?? isOn) ? 1 : 0,
      parts: (parts ?? isOn) ? 1 : 0,
      traits: traits, designation: designation, comment: comment)
  }

  /// One of several, in ascending order.
  static func choice(
    _ symbol: String, _ name: String, _ points: KeyValuePairs<Double, String>,
    accepted: ClosedRange<Double>? = nil, default defaultValue: Double, drums: Double? = nil,
    parts: Double? = nil, unit: Unit? = nil, traits: [Trait] = [], option: String? = nil,
    comment: String? = nil
  ) -> Control {
    Control(
      symbol, name, points[0].key...points[points.count - 1].key, .choice, accepted: accepted,
      default: defaultValue, drums: drums, parts: parts, unit: unit, points: points, traits: traits,
      option: option, comment: comment)
  }
}

extension Control {
  /// Where it starts in a plugin.
  public func start(in kind: PluginKind) -> Double {
    switch kind {
    case .hands: defaultValue
    case .drums: drumsDefault
    case .parts: partsDefault
    case .handsMix: stereoDefault ?? defaultValue
    case .drumsMix: stereoDefault ?? drumsDefault
    case .mosaic: defaultValue
    }
  }
}

/// What a control's values count.
public enum Unit: Sendable, Equatable {
  case decibels, frames, hertz, milliseconds, samples, seconds, semitones

  /// After a number, where people read it.
  public var text: String {
    switch self {
    case .decibels: "dB"
    case .frames: "frames"
    case .hertz: "Hz"
    case .milliseconds: "ms"
    case .samples: "samples at 44.1 kHz"
    case .seconds: "seconds"
    case .semitones: "semitones"
    }
  }
}
