/// A port of a plugin.
public struct Port: Sendable, Equatable {
  /// What passes through a port.
  public enum Role: Sendable {
    case audioInput, audioOutput, midiInput
    /// Messages, as of a transport.
    case eventInput, eventOutput
    /// A value that the host sets.
    case control
    /// A value that the plugin tells.
    case report
  }

  /// One side of a stereo pair.
  public enum Side: String, Sendable, CaseIterable {
    case left, right
  }

  /// What a control may say, as the audio thread reads it.
  public struct Values: Sendable, Equatable {
    /// The lowest value.
    public var minimum: Float
    /// The highest value.
    public var maximum: Float
    /// Where a control starts, and what a value that is no number counts as.
    public var defaultValue: Float
    /// Whether only whole numbers have a meaning.
    public var isInteger: Bool

    /// A range.
    public init(minimum: Float, maximum: Float, defaultValue: Float, isInteger: Bool) {
      self.minimum = minimum
      self.maximum = maximum
      self.defaultValue = defaultValue
      self.isInteger = isInteger
    }

    /// What ports without a value have.
    public static let none = Values(minimum: 0, maximum: 0, defaultValue: 0, isInteger: false)
  }

  /// The controls that choose the score and place it, as far as a plugin has them, in the order in which people
  /// need them.
  public static let scoreControls = [
    "score_source", "score_slot", "drum_map", "sync", "score_offset", "follow",
  ]

  /// What identifies the port in saved projects and presets.
  public let symbol: String
  /// What people read.
  public let name: String
  /// Direction and kind.
  public let role: Role
  /// Which side of its pair an audio port is.
  public var side: Side?
  /// Whether a host may leave it unconnected.
  public var isOptional = false
  /// What a port with a value stands for.
  public var control: Control?
  /// The range, of ports that have one.
  public var values: Values?
}
