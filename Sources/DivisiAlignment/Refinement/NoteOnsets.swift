internal import Glibc

/// Where each note begins, around the place of its event.
struct NoteOnsets {
  let evidence: OnsetEvidence

  /// - Parameters:
  ///   - note: its index.
  ///   - eventFrame: the frame of its event.
  ///   - room: how many frames before and after that it may lie, so that it stays apart from the ones before and after
  ///     of its pitch; nil where nothing limits it.
  /// - Returns: in seconds of the recording.
  func onset(ofNote note: Int, eventFrame: Int, room: (before: Int, after: Int)?) -> Double {
    let rate = evidence.grid.frameRate
    let values = Array(evidence.values(ofNote: note))
    let last = values.count - 2
    let refining = evidence.refining
    let centre = min(max(1, eventFrame - evidence.firstFrames[note]), last)
    let reach = Int(refining.noteReachSeconds * rate)
    let (before, after) = (min(reach, room?.before ?? reach), min(reach, room?.after ?? reach))
    var (best, place) = (Float(0), centre)
    for candidate in max(1, centre - before)...min(last, centre + after) {
      let distance = Double(abs(candidate - centre)) / rate
      let value = values[candidate] * Float(exp(-distance / refining.noteDecaySeconds))
      if value > best { (best, place) = (value, candidate) }
    }
    let (left, top, right) = (values[place - 1], values[place], values[place + 1])
    let curvature = left - 2 * top + right
    let offset = curvature < 0 ? min(max(0.5 * (left - right) / curvature, -1), 1) : 0
    return Double(evidence.firstFrames[note] + place) / rate + Double(offset) / rate
      - refining.delaySeconds
  }
}
