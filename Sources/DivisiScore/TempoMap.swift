/// From musical time to seconds, where the tempo changes in steps.
///
/// Positions are in beats: quarter notes for MIDI and MusicXML.
struct TempoMap {
  /// A tempo that holds from a position on.
  struct Change {
    /// In beats, not negative.
    var position: Double
    /// Above zero.
    var secondsPerBeat: Double
  }

  /// The tempo of a score that gives none: 120 beats a minute, as MIDI and custom have it.
  static let defaultSecondsPerBeat = 0.5

  private var segments: [(position: Double, seconds: Double, secondsPerBeat: Double)]

  /// A map from changes in any order; of several at one position the last given wins.
  ///
  /// - Parameter initial: the seconds per beat before the first change.
  init(changes: [Change], initial: Double = TempoMap.defaultSecondsPerBeat) {
    segments = [(0, 0, initial)]
    for change in changes.sorted(by: { $0.position < $1.position }) {
      let start = seconds(at: change.position)
      if segments[segments.count - 1].position == change.position { segments.removeLast() }
      segments.append((change.position, start, change.secondsPerBeat))
    }
  }

  /// The time of a position.
  ///
  /// - Parameter position: in beats, not negative.
  /// - Complexity: O(log of the number of changes).
  func seconds(at position: Double) -> Double {
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if segments[middle].position <= position { low = middle } else { high = middle }
    }
    let segment = segments[low]
    return segment.seconds + (position - segment.position) * segment.secondsPerBeat
  }
}
