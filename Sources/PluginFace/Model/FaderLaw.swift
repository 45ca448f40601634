import DivisiControls

/// How the values of a control lie along a fader, and how far hands move them: as on the mixer page.
struct FaderLaw: Sendable {
  /// A movement by keys or by the wheel.
  enum Step: Equatable, Sendable {
    /// One notch up or down, as often as said; a large notch is 1 dB in place of 0.5, or a twentieth of the range in
    /// place of a hundredth.
    case notches(Double, isLarge: Bool)
    /// A page up or down: 6 dB, or a tenth of the range.
    case pages(Double)
    case lowest, highest, standard
  }

  let control: Control
  /// Where the control starts.
  let standard: Double

  init(_ control: Control, in kind: PluginKind) {
    self.control = control
    standard = control.start(in: kind)
  }

  private var range: ClosedRange<Double> { control.range }
  private var extent: Double { range.upperBound - range.lowerBound }
  private var isWhole: Bool { control.kind != .number }

  /// The finest change that makes sense: 0.1 dB, or a power of ten below a five-hundredth of the range, and of seconds
  /// a thousandth at most.
  var grain: Double {
    if isWhole { return 1 }
    if control.unit == .decibels { return 0.1 }
    var grain = 1000.0
    let most = control.unit == .seconds ? min(extent / 500, 0.001) : extent / 500
    while grain > most, grain > 1e-6 { grain /= 10 }
    return grain
  }

  /// Decimals that the grain has.
  var decimals: Int {
    var (count, step) = (0, grain)
    while step < 0.999, count < 6 {
      step *= 10
      count += 1
    }
    return count
  }

  /// Where a value lies, from 0 to 1.
  func share(of value: Double) -> Double {
    guard extent > 0, value == value else { return 0 }
    return min(max((value - range.lowerBound) / extent, 0), 1)
  }

  /// The value at a place from 0 to 1.
  func value(atShare share: Double) -> Double {
    settled(range.lowerBound + min(max(share, 0), 1) * extent)
  }

  /// The nearest value that makes sense.
  func settled(_ value: Double) -> Double {
    guard value == value else { return standard }
    if control.kind == .choice {
      return control.points.map(\.value).min { abs($0 - value) < abs($1 - value) } ?? standard
    }
    // Not by a product with the grain, of which floats hold only some exactly.
    let perUnit = (1 / grain).rounded()
    let rounded = grain < 1 ? (value * perUnit).rounded() / perUnit : value.rounded()
    return min(max(rounded, range.lowerBound), range.upperBound)
  }

  /// A value after a movement.
  func moved(_ value: Double, _ step: Step) -> Double {
    switch step {
    case .lowest: return range.lowerBound
    case .highest: return range.upperBound
    case .standard: return standard
    case .pages(let count):
      if control.kind == .choice { return next(after: value, count) }
      let page = control.unit == .decibels ? 6 : extent / 10
      return settled(value + count * (isWhole ? max(1, page.rounded()) : page))
    case .notches(let count, let isLarge):
      if control.kind == .choice { return next(after: value, count) }
      let notch =
        control.unit == .decibels ? (isLarge ? 1 : 0.5) : extent / (isLarge ? 20 : 100)
      return settled(value + count * (isWhole ? max(1, notch.rounded()) : notch))
    }
  }

  /// The choice after one, or before it; the ends are ends.
  private func next(after value: Double, _ count: Double) -> Double {
    let points = control.points.map(\.value)
    let here = points.firstIndex(of: settled(value)) ?? 0
    return points[min(max(here + (count > 0 ? 1 : -1), 0), points.count - 1)]
  }
}
