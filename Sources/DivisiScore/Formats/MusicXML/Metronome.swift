/// Metronome marks such as "dotted quarter = 80".
enum Metronome {
  /// In quarter notes a minute; far beyond what is playable, but time moves on.
  static let range = 1.0...10_000.0

  /// The tempo of a `metronome` element.
  ///
  /// - Returns: nil for marks that give no number: "quarter = eighth", "Allegro".
  /// - Throws: if the number is out of range.
  static func quartersPerMinute(
    _ element: XMLElement, fileName: String
  ) throws(ScoreError) -> Double? {
    let units = element.all("beat-unit")
    guard units.count == 1, let unit = element.text(of: "beat-unit"),
      let quarters = quartersByUnit[unit], let text = element.text(of: "per-minute")
    else { return nil }
    // "c. 112" and "112-120" both mean about 112.
    let digits = text.drop { !$0.isASCII || !$0.isNumber }.prefix { "0123456789.".contains($0) }
    guard let number = digits.finiteNumber else { return nil }
    let dots = min(element.all("beat-unit-dot").count, 4)
    let dotted = quarters * (2 - 1 / Double(1 << dots))
    if !range.contains(number * dotted) {
      throw ScoreError(
        in: fileName, at: .line(element.line),
        expected: "a tempo from 1 to 10000 quarter notes a minute", found: quoted(text))
    }
    return number * dotted
  }

  /// The lengths of note types in quarter notes.
  static let quartersByUnit: [String: Double] = [
    "long": 16, "breve": 8, "whole": 4, "half": 2, "quarter": 1, "eighth": 0.5, "16th": 0.25,
    "32nd": 0.125, "64th": 0.0625,
  ]
}
