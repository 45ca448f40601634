/// The wavy lines of a part: all notes from the one at which a line starts to the one at which it stops are trilled.
struct TrillLines {
  private struct Line {
    var id: Int
    /// Of its first note, and how far that note's neighbour is.
    var pitch: Int
    var semitones: Int
  }

  private var open: [Int?: Line] = [:]
  private var count = 0

  /// The line over a note, and the trill that it makes of the note; nil if there is none.
  ///
  /// - Parameters:
  ///   - element: of the note, which is no grace note. Those of a voice come in order.
  ///   - above: how far its neighbour is, in semitones.
  ///   - ended: gets the lines that stop. The others are not played, since nobody knows where they end.
  mutating func trill(
    _ note: WrittenNote, _ element: XMLElement, above: Int, ended: inout Set<Int>
  ) -> (line: Int, ornament: Ornament)? {
    let types = element.all("notations").flatMap { $0.all("ornaments") }
      .flatMap { $0.all("wavy-line") }.compactMap { $0.attributes["type"] }
    let starts = types.contains("start")
    let before = open[note.voice]
    guard let line = before ?? (starts ? begin(note, above) : nil) else { return nil }
    if types.contains("stop") {
      ended.insert(line.id)
      open[note.voice] = before != nil && starts ? begin(note, above) : nil
    } else {
      open[note.voice] = line
    }
    let semitones = note.pitch == line.pitch ? line.semitones : above
    return (line.id, .trill(semitones: semitones, step: Ornament.step))
  }

  private mutating func begin(_ note: WrittenNote, _ above: Int) -> Line {
    count += 1
    if case .trill(let semitones, _) = note.ornament {
      return Line(id: count, pitch: note.pitch, semitones: semitones)
    }
    return Line(id: count, pitch: note.pitch, semitones: above)
  }
}
