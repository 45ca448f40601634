/// A port of a plugin.
public struct Port: Sendable, Equatable {
  /// What passes through a port.
  public enum Role: Sendable, Equatable {
    case audioInput, audioOutput, eventInput, eventOutput
    /// A value that the host sets.
    case control(Values)
    /// A value that the plugin tells.
    case report(Values)
  }

  /// What a control may say, in the port's own unit.
  public struct Values: Sendable, Equatable {
    /// The lowest value.
    public var minimum: Float
    /// The highest value.
    public var maximum: Float
    /// Where a control starts, and what a value that is no number counts as.
    public var standard: Float
    /// Whether only whole numbers have a meaning.
    public var isInteger: Bool

    /// A range.
    public init(minimum: Float, maximum: Float, standard: Float, isInteger: Bool) {
      self.minimum = minimum
      self.maximum = maximum
      self.standard = standard
      self.isInteger = isInteger
    }

    /// What ports without a value have.
    public static let none = Values(minimum: 0, maximum: 0, standard: 0, isInteger: false)
  }

  /// What identifies the port in saved projects and presets.
  public let symbol: String
  /// Direction and kind.
  public let role: Role

  /// The range, of ports that have one.
  public var values: Values? {
    switch role {
    case .control(let values), .report(let values): values
    default: nil
    }
  }

  static func number(
    _ symbol: String, _ range: ClosedRange<Float>, _ standard: Float
  ) -> Port {
    control(symbol, range, standard, isInteger: false)
  }

  static func integer(
    _ symbol: String, _ range: ClosedRange<Float>, _ standard: Float
  ) -> Port {
    control(symbol, range, standard, isInteger: true)
  }

  static func toggle(_ symbol: String, _ standard: Bool) -> Port {
    control(symbol, 0...1, standard ? 1 : 0, isInteger: true)
  }

  static func report(
    _ symbol: String, _ range: ClosedRange<Float>, _ standard: Float, isInteger: Bool = false
  ) -> Port {
    Port(
      symbol: symbol,
      role: .report(
        Values(
          minimum: range.lowerBound, maximum: range.upperBound, standard: standard,
          isInteger: isInteger)))
  }

  private static func control(
    _ symbol: String, _ range: ClosedRange<Float>, _ standard: Float, isInteger: Bool
  ) -> Port {
    Port(
      symbol: symbol,
      role: .control(
        Values(
          minimum: range.lowerBound, maximum: range.upperBound, standard: standard,
          isInteger: isInteger)))
  }
}
