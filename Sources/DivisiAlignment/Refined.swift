import DivisiScore

/// Rough onsets made exact, grace notes put before their main notes, and ends.
struct Refined {
  /// By onset; a note that is repeated as often as it is played.
  let notes: [AlignedNote]
  let map: TimeMap

  /// - Parameters:
  ///   - placed: in the order of the recording.
  ///   - score: what `placed` refers to.
  ///   - anchoring: what is known of the times.
  ///   - mains: of each note of the score its main note, if it is a grace note.
  /// - Throws: what reading the recording throws.
  init(
    _ placed: [PlacedNote], of score: [Note], mains: [Int?], transposition: Int,
    anchoring: Anchoring, with refinement: Refinement, in sound: RecordedSound
  ) throws {
    let placed = try anchoring.corrected(placed, of: score).filter {
      (0...127).contains(score[$0.index].pitch + transposition)
    }
    let estimates = placed.map { item in
      let note = score[item.index]
      return NoteEstimate(
        pitch: note.pitch + transposition, scoreOnset: note.onsetSeconds,
        scoreEnd: note.releaseSeconds, estimate: item.onset)
    }
    let gracesOf = Dictionary(grouping: score.indices.filter { mains[$0] != nil }) { mains[$0]! }
    var graces: [(note: Int, estimate: GraceEstimate)] = []
    for (index, item) in placed.enumerated() {
      for grace in gracesOf[item.index] ?? [] {
        let pitch = score[grace].pitch + transposition
        guard (0...127).contains(pitch) else { continue }
        graces.append(
          (grace, GraceEstimate(pitch: pitch, main: index, isOrdered: score[grace].isGrace)))
      }
    }
    var result = try refinement.refine(
      estimates, graces: graces.map(\.estimate), in: sound)
    anchoring.keep(in: &result, estimates: estimates, graces: graces.map(\.estimate))
    map = result.map
    var notes: [AlignedNote] = []
    for (index, item) in placed.enumerated() {
      let times = result.notes[index]
      let damped = result.map.audioSeconds(
        atScore: score[item.index].dampedSeconds, stretch: result.stretches[index])
      notes.append(
        AlignedNote(
          index: item.index, onsetSeconds: times.onset, releaseSeconds: times.end,
          dampedSeconds: max(damped, times.end)))
    }
    for ((note, _), times) in zip(graces, result.graces) {
      notes.append(
        AlignedNote(
          index: note, onsetSeconds: times.onset, releaseSeconds: times.end,
          dampedSeconds: times.end))
    }
    self.notes = notes.sorted {
      $0.onsetSeconds != $1.onsetSeconds
        ? $0.onsetSeconds < $1.onsetSeconds : $0.index < $1.index
    }
  }
}
