import DivisiScore

/// Draws an alignment through times that are known.
struct Anchoring {
  private let anchors: [Anchor]

  /// An anchor in a map.
  private struct Place {
    var stretch: Int
    var point: TimeMap.Point
    /// Where the map has it, in seconds of the recording.
    var found: Double
  }

  /// Score times that differ by less are the same, in seconds.
  private static let tolerance = 0.002
  /// How far outside a stretch an anchor may lie that is meant to be in it, in seconds of the score.
  private static let margin = 0.5

  init(_ anchors: [Anchor]) { self.anchors = anchors }

  /// Places moved so that the anchors lie on their line: what they are off by is shared out evenly
  /// from anchor to anchor.
  ///
  /// - Parameter score: what `placed` refers to.
  /// - Throws: if the recording has the anchors in another order than they say.
  func corrected(
    _ placed: [PlacedNote], of score: [Note]
  ) throws(AlignmentError) -> [PlacedNote] {
    guard !anchors.isEmpty, !placed.isEmpty else { return placed }
    let map = TimeMap(
      placed.map { TimeMap.Point(score: score[$0.index].onsetSeconds, audio: $0.onset) })
    let places = places(in: map).sorted { $0.found < $1.found }
    for (first, second) in zip(places, places.dropFirst())
    where first.point.audio >= second.point.audio || second.found - first.found < Self.tolerance {
      throw .anchorsCross(first.point, second.point)
    }
    let line = PointLine(
      places.map { PathPoint(score: $0.found, recording: $0.point.audio - $0.found) }, slope: 0)
    return placed.map {
      PlacedNote(index: $0.index, onset: $0.onset + line.recording(atScore: $0.onset))
    }
  }

  /// Where the anchors are in a map, in the order of the recording: inside a stretch if possible, and as near as possible.
  private func places(in map: TimeMap) -> [Place] {
    anchors.compactMap { anchor in
      let all = map.stretches.indices.flatMap { stretch in
        anchor.scores.map { score in
          Place(
            stretch: stretch, point: TimeMap.Point(score: score, audio: anchor.audio),
            found: map.audioSeconds(atScore: score, stretch: stretch))
        }
      }
      func isOutside(_ place: Place) -> Bool {
        let points = map.stretches[place.stretch]
        guard let first = points.first, let last = points.last else { return true }
        return place.point.score < first.score - Self.margin
          || place.point.score > last.score + Self.margin
      }
      let inside = all.filter { !isOutside($0) }
      return (inside.isEmpty ? all : inside).min {
        abs($0.found - anchor.audio) < abs($1.found - anchor.audio)
      }
    }.sorted { $0.point.audio < $1.point.audio }
  }

  /// Puts what the score has at an anchor exactly there, its grace notes with it, and the map through it.
  func keep(
    in result: inout Refinement.Result, estimates: [NoteEstimate], graces: [GraceEstimate]
  ) {
    guard !anchors.isEmpty else { return }
    var stretches = result.map.stretches
    for place in places(in: result.map) {
      let (anchor, own) = (place.point, place.stretch)
      let isThere = { (score: Double) in abs(score - anchor.score) < Self.tolerance }
      if let event = stretches[own].first(where: { isThere($0.score) }) {
        let shift = anchor.audio - event.audio
        for note in estimates.indices
        where result.stretches[note] == own && isThere(estimates[note].scoreOnset) {
          result.notes[note].onset += shift
          result.notes[note].end += shift
          for grace in graces.indices where graces[grace].main == note {
            result.graces[grace].onset += shift
            result.graces[grace].end += shift
          }
        }
      }
      stretches[own].removeAll { isThere($0.score) }
      for stretch in stretches.indices {
        for index in stretches[stretch].indices {
          let point = stretches[stretch][index]
          let isBefore = stretch == own ? point.score < anchor.score : stretch < own
          stretches[stretch][index].audio =
            isBefore ? min(point.audio, anchor.audio) : max(point.audio, anchor.audio)
        }
      }
      stretches[own].append(anchor)
      stretches[own].sort { $0.score < $1.score }
    }
    result.map = TimeMap(stretches.flatMap { $0 })
  }
}
