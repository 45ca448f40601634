/// Gives the grace notes of a measure time, which they take from a neighbour.
///
/// They are played on the beat, and the note after them is delayed; those with no note after them
/// in their voice end the note before them, or the rest. With a slash, each takes a thirty-second, and
/// together at most half of the note; without one, they take half of a plain note, and two thirds of a
/// dotted one, unless it has a trill, which they begin.
struct GraceNotes {
  /// A thirty-second note: the usual length in playback.
  private static let longestDuration = 0.125

  /// Per voice, the grace notes that wait for a note, chords together.
  private var pending: [Int?: [[WrittenNote]]] = [:]
  /// The voices whose first grace note that waits has no slash.
  private var unslashed: Set<Int?> = []
  /// Per voice, where its latest chord begins in the measure's notes.
  private var latest: [Int?: Int] = [:]
  /// By how much the current chord is delayed.
  private var delay = 0.0

  /// Keeps a grace note until its voice goes on.
  mutating func add(_ note: WrittenNote, isChord: Bool, isSlashed: Bool) {
    if pending[note.voice] == nil && !isSlashed { unslashed.insert(note.voice) }
    if isChord, let last = pending[note.voice]?.indices.last {
      pending[note.voice]?[last].append(note)
    } else {
      pending[note.voice, default: []].append([note])
    }
  }

  /// Places the grace notes that wait for this note, and delays the note.
  ///
  /// - Parameter dots: of the note, up to 3.
  /// - Returns: the note, to be added next.
  mutating func precede(
    _ note: WrittenNote, isChord: Bool, dots: Int, in notes: inout [WrittenNote]
  ) -> WrittenNote {
    if !isChord {
      let slots = pending.removeValue(forKey: note.voice) ?? []
      var step = Self.step(slots, of: note.duration)
      if unslashed.remove(note.voice) != nil, !slots.isEmpty, note.ornament?.isTrill != true {
        // What is left of a dotted note is its last dot: a third, or a seventh of three sevenths.
        let share = Double(1 << dots) / Double((1 << (dots + 1)) - 1)
        step = note.duration * (dots == 0 ? 0.5 : share) / Double(slots.count)
      }
      let first = notes.count
      Self.place(slots, at: note.position, step, in: &notes)
      for index in first..<notes.count {
        notes[index].isGrace = true
        notes[index].printedPosition = note.position
      }
      // The note a tie leads to is not struck, so there is nothing to delay.
      delay = note.endsTie ? 0 : step * Double(slots.count)
      latest[note.voice] = notes.count
    }
    var result = note
    let shift = min(delay, note.duration)
    if shift > 0 { result.printedPosition = note.position }
    result.position += shift
    result.duration -= shift
    return result
  }

  /// Places the grace notes that wait in a voice before a rest; those after it end the rest.
  mutating func rest(voice: Int?, in notes: inout [WrittenNote]) {
    flush(voice: voice, in: &notes)
    latest[voice] = nil
  }

  /// Places the grace notes that wait in a voice at the end of the note before them.
  private mutating func flush(voice: Int?, in notes: inout [WrittenNote]) {
    guard let slots = pending.removeValue(forKey: voice) else { return }
    unslashed.remove(voice)
    guard let first = latest.removeValue(forKey: voice) else {
      let position = slots.first?.first?.position ?? 0
      let taken = Self.longestDuration * Double(slots.count)
      Self.place(slots, at: max(0, position - taken), Self.longestDuration, in: &notes)
      return
    }
    let chord = notes[first]
    let step = Self.step(slots, of: chord.duration)
    let taken = step * Double(slots.count)
    for i in first..<notes.count {
      if notes[i].position != chord.position || notes[i].voice != chord.voice { break }
      notes[i].duration = min(notes[i].duration, chord.duration - taken)
    }
    Self.place(slots, at: chord.position + chord.duration - taken, step, in: &notes)
  }

  /// Places all grace notes that still wait at the end of the measure.
  mutating func finish(in notes: inout [WrittenNote]) {
    for voice in pending.keys.sorted(by: { $0 ?? 0 < $1 ?? 0 }) { flush(voice: voice, in: &notes) }
  }

  private static func step(_ slots: [[WrittenNote]], of duration: Double) -> Double {
    slots.isEmpty ? 0 : min(longestDuration, duration / 2 / Double(slots.count))
  }

  private static func place(
    _ slots: [[WrittenNote]], at position: Double, _ step: Double, in notes: inout [WrittenNote]
  ) {
    for (index, slot) in slots.enumerated() {
      for var note in slot {
        note.position = position + Double(index) * step
        note.duration = step
        note.startsTie = false
        note.endsTie = false
        notes.append(note)
      }
    }
  }
}
