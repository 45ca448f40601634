public import DivisiScore

extension Alignment {
  /// In seconds.
  private static let shortestBeat = 0.001

  /// A score on the time of the recording, with everything that it has; pitches stay as they are written, so that
  /// they mean the same parts.
  ///
  /// - Parameters:
  ///   - score: whose pitched notes were aligned.
  ///   - noteIndices: which of its notes they were, in their order; percussion follows the map.
  public func applied(to score: Score, noteIndices: [Int]) -> Score {
    let map = map
    let aligned = Set(noteIndices)
    var notes = self.notes(of: noteIndices.map { score.notes[$0] })
    for index in score.notes.indices where !aligned.contains(index) {
      let note = score.notes[index]
      for stretch in map.stretches(playing: note.onsetSeconds) {
        var copy = note
        copy.onsetSeconds = map.audioSeconds(atScore: note.onsetSeconds, stretch: stretch)
        copy.releaseSeconds = map.audioSeconds(atScore: note.releaseSeconds, stretch: stretch)
        copy.dampedSeconds = map.audioSeconds(atScore: note.dampedSeconds, stretch: stretch)
        notes.append(copy)
      }
    }
    var result = score
    result.notes = Score(notes: notes, trackNames: [], hasPedal: false).notes
    result.pedals = []
    result.bars = []
    for pedal in score.pedals {
      for stretch in map.stretches(playing: pedal.startSeconds) {
        var copy = pedal
        copy.startSeconds = map.audioSeconds(atScore: pedal.startSeconds, stretch: stretch)
        copy.endSeconds = map.audioSeconds(atScore: pedal.endSeconds, stretch: stretch)
        result.pedals.append(copy)
      }
    }
    for stretch in map.stretches.indices {
      for bar in score.bars {
        var copy = bar
        copy.beats = bar.beats.filter { map.plays($0, stretch: stretch) }.map {
          map.audioSeconds(atScore: $0, stretch: stretch)
        }
        guard let last = copy.beats.last else { continue }
        copy.endSeconds = max(
          last + Self.shortestBeat, map.audioSeconds(atScore: bar.endSeconds, stretch: stretch))
        result.bars.append(copy)
      }
    }
    return result
  }
}

extension TimeMap {
  /// How much before its first note a stretch may begin, in seconds of the recording.
  private static let lead = 0.05

  /// Whether a stretch plays a moment: before the next stretch begins, and after the one before has
  /// ended.
  func plays(_ score: Double, stretch: Int) -> Bool {
    let time = audioSeconds(atScore: score, stretch: stretch)
    let begin = stretch == 0 ? -Double.infinity : stretches[stretch][0].audio - Self.lead
    let end =
      stretch + 1 < stretches.count ? stretches[stretch + 1][0].audio - Self.lead : .infinity
    return time >= begin && time < end
  }

  /// The stretches that play a moment of the score.
  func stretches(playing score: Double) -> [Int] {
    stretches.indices.filter { plays(score, stretch: $0) }
  }
}
