import DivisiScore

/// Which notes are grace notes: those that are printed as such, and short ones that are written at the onset of a
/// longer one.
///
/// Scores at an even tempo put them on the beat, where nobody plays them.
enum GraceNotes {
  /// The longest that one is written, in seconds.
  private static let longest = 0.065
  /// How far the onsets of a grace note and its main note are apart, in seconds.
  private static let tolerance = 0.001

  /// - Parameter notes: by onset; those that are printed as grace notes at that of their main note.
  /// - Returns: of each note the index of its main note; nil for those that are no grace notes.
  static func mains(of notes: [Note]) -> [Int?] {
    notes.indices.map { index in
      let note = notes[index]
      guard note.isGrace || note.releaseSeconds - note.onsetSeconds <= longest else { return nil }
      func isMain(_ other: Int) -> Bool {
        let candidate = notes[other]
        return !candidate.isGrace && candidate.track == note.track && candidate.staff == note.staff
          && candidate.label == note.label
          && candidate.releaseSeconds - candidate.onsetSeconds > longest
      }
      func isNear(_ other: Int) -> Bool {
        abs(notes[other].onsetSeconds - note.onsetSeconds) < tolerance
      }
      return notes[..<index].indices.reversed().prefix(while: isNear).last(where: isMain)
        ?? notes[(index + 1)...].indices.prefix(while: isNear).first(where: isMain)
    }
  }
}
