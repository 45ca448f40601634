/// Divisions, keys, time signatures, transpositions, and signs that repeat bars.
extension PartReader {
  mutating func readAttributes(
    _ element: XMLElement, _ frame: inout MeasureFrame
  ) throws(ScoreError) {
    // Other units than those of notes are left out: nothing sounds different without them.
    if let unit = element["time"]?.text(of: "beat-type").flatMap({ Int($0) }),
      [1, 2, 4, 8, 16, 32, 64].contains(unit)
    {
      frame.beatUnit = unit
    }
    if let time = element["time"] { readTime(time, &frame) }
    if let text = element["key"]?.text(of: "fifths"), let number = Int(text), abs(number) <= 7 {
      fifths = number
    }
    for style in element.all("measure-style") { readStyle(style) }
    if let text = element.text(of: "divisions") {
      guard let number = text.finiteNumber, number >= 1e-3, number <= 1e9 else {
        throw error(element, expected: "<divisions> above 0", found: quoted(text))
      }
      divisions = number
    }
    for transpose in element.all("transpose") {
      let chromatic = transpose.text(of: "chromatic")?.finiteNumber ?? 0
      let octaves = transpose.text(of: "octave-change")?.finiteNumber ?? 0
      let semitones = chromatic.rounded() + 12 * octaves.rounded()
      if abs(semitones) > 127 {
        throw error(
          transpose, expected: "a transposition by at most 127 semitones", found: "\(semitones)")
      }
      let staff = transpose.attributes["number"].flatMap { Int($0) } ?? 0
      if staff == 0 { transposition = [:] }
      if transposition.count < 100 { transposition[staff] = Int(semitones) }
    }
  }

  /// A signature without beats, as in music without bars, says nothing of empty bars.
  private mutating func readTime(_ time: XMLElement, _ frame: inout MeasureFrame) {
    let beats = (time.text(of: "beats") ?? "").split(separator: "+").compactMap { $0.finiteNumber }
    guard let unit = time.text(of: "beat-type")?.finiteNumber, (1...128).contains(unit),
      case let count = beats.reduce(0, +), count > 0, count <= 1000
    else { return }
    nominalLength = count * 4 / unit
    frame.nominalLength = nominalLength
  }

  /// Signs that stand for the bars before them.
  private mutating func readStyle(_ style: XMLElement) {
    if style["beat-repeat"]?.attributes["type"] == "start" { remarks.leaveOut("beat repeats") }
    guard let sign = style["measure-repeat"] else { return }
    if sign.attributes["type"] == "stop" {
      // At the end of a bar, the sign is still about that bar.
      if position <= 0 { barRepeat = nil } else { endsBarRepeat = true }
    } else {
      let count = Int(sign.text.trimmed) ?? 1
      barRepeat = (
        (1...8).contains(count) ? count : 1, style.attributes["number"].flatMap { Int($0) }
      )
    }
  }
}
