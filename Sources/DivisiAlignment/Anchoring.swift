import DivisiScore

/// Draws an alignment through times that are known.
struct Anchoring {
  private let anchors: [TimeMap.Point]

  /// Score times that differ by less are the same, in seconds.
  private static let tolerance = 0.002

  /// - Parameter anchors: ascending in both.
  init(_ anchors: [TimeMap.Point]) { self.anchors = anchors }

  /// Places moved so that the anchors lie on their line: what they are off by is shared out evenly
  /// from anchor to anchor.
  ///
  /// - Parameter score: what `placed` refers to.
  func corrected(_ placed: [PlacedNote], of score: [Note]) -> [PlacedNote] {
    guard !anchors.isEmpty, !placed.isEmpty else { return placed }
    let map = TimeMap(
      placed.map { TimeMap.Point(score: score[$0.index].onsetSeconds, audio: $0.onset) })
    let line = PointLine(
      anchors.map {
        PathPoint(score: $0.score, recording: $0.audio - map.audioSeconds(atScore: $0.score))
      }, slope: 0)
    return placed.map {
      let error = line.recording(atScore: score[$0.index].onsetSeconds)
      return PlacedNote(index: $0.index, onset: $0.onset + error)
    }
  }

  /// Puts what the score has at an anchor exactly there, its grace notes with it, and the map through it.
  func keep(
    in result: inout Refinement.Result, estimates: [NoteEstimate], graces: [GraceEstimate]
  ) {
    guard !anchors.isEmpty else { return }
    var points = result.map.stretches.first ?? []
    for anchor in anchors {
      let isThere = { (score: Double) in abs(score - anchor.score) < Self.tolerance }
      if let event = points.first(where: { isThere($0.score) }) {
        let shift = anchor.audio - event.audio
        for note in estimates.indices
        where result.stretches[note] == 0 && isThere(estimates[note].scoreOnset) {
          result.notes[note].onset += shift
          result.notes[note].end += shift
          for grace in graces.indices where graces[grace].main == note {
            result.graces[grace].onset += shift
            result.graces[grace].end += shift
          }
        }
      }
      points.removeAll { isThere($0.score) }
      for index in points.indices {
        let time = points[index].audio
        points[index].audio =
          points[index].score < anchor.score
          ? min(time, anchor.audio) : max(time, anchor.audio)
      }
      points.append(anchor)
      points.sort { $0.score < $1.score }
    }
    result.map = TimeMap(points + result.map.stretches.dropFirst().flatMap { $0 })
  }
}
