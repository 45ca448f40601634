import ArgumentParser
import Terminal

/// What `--replace` says: another sound for a drum, or none.
struct Replacement {
  let drum: String
  /// Nil for silence.
  let path: String?

  /// Reads `snare=mine.wav` and `snare=off`.
  init(_ text: String) throws {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let drum = String(sides[0]).trimmed
    guard sides.count == 2, !drum.isEmpty, !sides[1].isEmpty else {
      throw ValidationError(
        "--replace: expected a drum and a recording of one stroke, or off, such as snare=mine.wav; found '\(text)'"
      )
    }
    self.drum = drum
    path = sides[1] == "off" ? nil : String(sides[1])
  }
}
