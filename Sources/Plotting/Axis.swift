internal import Glibc

/// One direction of a panel: the values it shows, and how they are labelled.
public struct Axis: Sendable {
  /// How values become distances.
  public enum Scale: Sendable {
    /// Equal differences are equal distances.
    case linear
    /// Equal ratios are equal distances; values must be above zero.
    case logarithmic
  }

  /// A mark on the axis.
  public struct Tick: Sendable, Equatable {
    /// Where.
    public let value: Double
    /// What is written there; may be empty.
    public let label: String

    /// A mark with a label.
    public init(_ value: Double, _ label: String) {
      self.value = value
      self.label = label
    }
  }

  /// What the values are, with their unit.
  public let label: String
  /// What the axis shows; its ends differ.
  public let range: ClosedRange<Double>
  /// How values become distances.
  public let scale: Scale
  /// The marks, in order.
  public let ticks: [Tick]
  /// Whether marks are drawn through the panel as lines.
  public let hasGrid: Bool

  /// An axis with marks of its own.
  ///
  /// - Precondition: a logarithmic range is above zero.
  public init(
    _ label: String, range: ClosedRange<Double>, scale: Scale = .linear, ticks: [Tick],
    hasGrid: Bool = false
  ) {
    precondition(scale == .linear || range.lowerBound > 0, "a logarithmic axis from \(range)")
    self.label = label
    let isEmpty = range.lowerBound == range.upperBound
    self.range = isEmpty ? range.lowerBound...range.upperBound + 1 : range
    self.scale = scale
    self.ticks = ticks.filter { range.contains($0.value) }
    self.hasGrid = hasGrid
  }

  /// An axis marked at round numbers, about as many as asked for.
  public static func numbers(
    _ label: String, range: ClosedRange<Double>, count: Int = 8, hasGrid: Bool = false
  ) -> Axis {
    let width = max(range.upperBound - range.lowerBound, 1e-12)
    let rough = width / Double(max(count, 1))
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    let digits = max(0, Int(-floor(log10(step) + 1e-9)))
    let first = (range.lowerBound / step).rounded(.up)
    let marks = stride(from: first, through: range.upperBound / step + 1e-9, by: 1).map {
      Tick($0 * step, text($0 * step, digits: digits))
    }
    return Axis(label, range: range, ticks: marks, hasGrid: hasGrid)
  }

  /// An axis whose marks are 1, 2 and 5 times powers of ten, with more or fewer of them on a short or long range.
  public static func ratios(
    _ label: String, range: ClosedRange<Double>, hasGrid: Bool = false
  ) -> Axis {
    let lower = Int(floor(log10(range.lowerBound)))
    let upper = Int(ceil(log10(range.upperBound)))
    let factors: [Double] =
      upper - lower > 4
      ? [1] : range.upperBound < 12 * range.lowerBound ? [1, 2, 3, 5] : [1, 2, 5]
    let marks = (lower...max(lower, upper)).flatMap { exponent in
      factors.map { factor -> Tick in
        let value = factor * pow(10, Double(exponent))
        return Tick(value, short(value))
      }
    }
    return Axis(label, range: range, scale: .logarithmic, ticks: marks, hasGrid: hasGrid)
  }

  /// Frequencies on a logarithmic scale, in hertz, as people hear them.
  public static func frequency(from lower: Double, to upper: Double) -> Axis {
    ratios("Frequency (Hz)", range: lower...upper)
  }

  /// Where a value lies, from 0 at the lower end to 1 at the upper.
  func position(_ value: Double) -> Double {
    switch scale {
    case .linear: (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    case .logarithmic:
      log(max(value, 1e-300) / range.lowerBound) / log(range.upperBound / range.lowerBound)
    }
  }

  /// The value at a position; the inverse of ``position(_:)``.
  func value(at position: Double) -> Double {
    switch scale {
    case .linear: range.lowerBound + position * (range.upperBound - range.lowerBound)
    case .logarithmic:
      range.lowerBound * pow(range.upperBound / range.lowerBound, position)
    }
  }

  private static func text(_ value: Double, digits: Int) -> String {
    let scale = pow(10, Double(digits))
    let whole = Int((abs(value) * scale).rounded())
    var text = String(whole / Int(scale))
    if digits > 0 { text += "." + String(whole % Int(scale) + Int(scale)).dropFirst() }
    return value < 0 && whole > 0 ? "−" + text : text
  }

  private static func short(_ value: Double) -> String {
    if value >= 1e6 { return "10" + superscript(Int(log10(value).rounded(.down)), of: value) }
    if value >= 1000 { return text(value / 1000, digits: 0) + "k" }
    if value >= 0.001 {
      return text(value, digits: value >= 1 ? 0 : Int(ceil(-log10(value) - 1e-9)))
    }
    return "10" + superscript(Int(floor(log10(value) + 1e-9)), of: value)
  }

  private static func superscript(_ exponent: Int, of value: Double) -> String {
    let digits: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
      "8": "⁸", "9": "⁹",
    ]
    return String(String(exponent).map { digits[$0] ?? $0 })
  }
}
