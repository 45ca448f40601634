/// Off-beats that are played later than they are written.
struct Swing {
  /// From the start of the measure, in quarter notes.
  var position: Double
  /// What is swung: 0.5 for eighths, 0.25 for sixteenths; in quarter notes.
  var unit: Double
  /// By how much off-beats are late, in quarter notes; 0 for straight ones.
  var delay: Double

  /// Notes this close to an off-beat are on it, in quarter notes.
  private static let tolerance = 1.0 / 480

  /// - Parameter element: a `swing`.
  init?(_ element: XMLElement, at position: Double) {
    self.position = position
    unit = element.text(of: "swing-type") == "16th" ? 0.25 : 0.5
    delay = 0
    if element["straight"] != nil { return }
    guard let first = element.text(of: "first")?.finiteNumber,
      let second = element.text(of: "second")?.finiteNumber, (1...99).contains(first),
      (1...99).contains(second)
    else { return nil }
    delay = (2 * first / (first + second) - 1) * unit
  }

  /// Where a moment is played: off-beats are late, and everything else stays.
  ///
  /// - Parameter place: in quarter notes from the start of a measure.
  func played(_ place: Double) -> Double {
    let pair = 2 * unit
    let within = place - (place / pair).rounded(.down) * pair
    return abs(within - unit) < Self.tolerance ? place + delay : place
  }
}
