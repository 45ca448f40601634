/// Note names such as `C4`, `F#3`, `Bb-1`, where C4 is middle C, MIDI 60.
enum NoteName {
  /// The semitones of C to B above C.
  static func semitones(ofStep step: Character) -> Int? {
    switch step {
    case "C", "c": 0
    case "D", "d": 2
    case "E", "e": 4
    case "F", "f": 5
    case "G", "g": 7
    case "A", "a": 9
    case "B", "b": 11
    default: nil
    }
  }

  /// The MIDI number of a note name, or of a number in digits.
  ///
  /// - Returns: 0 to 127, or nil if the text is neither or lies outside.
  static func pitch(of text: some StringProtocol) -> Int? {
    if let number = Int(text) { return (0...127).contains(number) ? number : nil }
    guard let step = text.first, var pitch = semitones(ofStep: step) else { return nil }
    var rest = text.dropFirst()
    while let sign = rest.first, let shift = accidental(sign) {
      pitch += shift
      rest = rest.dropFirst()
      if abs(pitch) > 24 { return nil }
    }
    guard let octave = Int(rest), (-1...9).contains(octave) else { return nil }
    pitch += 12 * (octave + 1)
    return (0...127).contains(pitch) ? pitch : nil
  }

  private static func accidental(_ sign: Character) -> Int? {
    switch sign {
    case "#", "♯": 1
    case "b", "♭": -1
    default: nil
    }
  }
}
