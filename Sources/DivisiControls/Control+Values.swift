extension Control {
  /// What is wrong with a value; nil where the control accepts it.
  ///
  /// - Parameter value: in the unit of the control; any number, or none.
  /// - Returns: what was expected and what was found, such as `expected 0.01 to 4, found 9`.
  public func problem(with value: Double) -> String? {
    guard !accepts(value) else { return nil }
    return "expected \(expectation(isWhole: value == value.rounded())), found \(Self.text(value))"
  }

  /// The range that is accepted, for people: `4 to 30`.
  public var rangeText: String {
    "\(Self.text(accepted.lowerBound)) to \(Self.text(accepted.upperBound))"
  }

  /// The accepted value that is nearest to one in the port's range.
  public func nearest(to value: Double) -> Double {
    if kind == .choice {
      let steps = zip(points, points.dropFirst())
      let passed = steps.prefix { value >= ($0.value + $1.value) / 2 }.count
      return points[passed].value
    }
    guard zero == .off else { return value }
    return value < accepted.lowerBound / 2 ? 0 : max(value, accepted.lowerBound)
  }

  private func accepts(_ value: Double) -> Bool {
    if value == 0, zero != .ordinary { return zero == .off }
    guard accepted.contains(value) else { return false }
    switch kind {
    case .number: return true
    case .integer, .toggle: return value == value.rounded()
    case .choice: return accepted == range ? isPoint(value) : value == value.rounded()
    }
  }

  private func isPoint(_ value: Double) -> Bool { points.contains { $0.value == value } }

  private func expectation(isWhole: Bool) -> String {
    let unit = unit.map { " \($0.text)" } ?? ""
    let (low, high) = (Self.text(accepted.lowerBound), Self.text(accepted.upperBound))
    switch zero {
    case .off: return "0, or \(low) to \(high)\(unit)"
    case .excluded: return "above 0, at most \(high)\(unit)"
    case .ordinary: break
    }
    switch kind {
    case .toggle: return "0 or 1"
    case .choice
    where accepted == range && Double(points.count) <= range.upperBound - range.lowerBound:
      let values = points.map { Self.text($0.value) }
      return "\(values.dropLast().joined(separator: ", ")) or \(values[values.count - 1])"
    default:
      return "\(kind == .number || isWhole ? "" : "a whole number from ")\(low) to \(high)\(unit)"
    }
  }

  /// A number as people write it: whole ones without a point.
  public static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }
}
