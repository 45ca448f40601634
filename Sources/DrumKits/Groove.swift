public import DivisiScore

/// Where notes of a score lie against the beat, and how loud they are there: by place in a bar.
///
/// - SeeAlso: groove templates of sequencers.
public struct Groove: Sendable, Equatable {
  /// What is known of one place.
  struct Place: Sendable, Equatable {
    /// How late its notes are, in quarter notes.
    var delay: Double
    /// Their velocities against the mean of the score.
    var emphasis: Double
  }

  /// By the number of sixteenths from the start of a bar.
  let places: [Int: Place]
  /// Places are this far apart, in quarter notes.
  private static let step = 0.25

  /// The groove of a score; nil for a score without bars.
  public init?(of score: Score) {
    guard let map = BeatMap(score.bars), !score.notes.isEmpty else { return nil }
    var found: [Int: [(delay: Double, velocity: Double)]] = [:]
    for note in score.notes where note.kind != .click {
      let position = map.quarters(atSeconds: note.onsetSeconds)
      let nearest = (position / Self.step).rounded() * Self.step
      found[Self.place(of: nearest, map), default: []].append(
        (position - nearest, Double(note.velocity)))
    }
    let all = found.values.joined()
    let mean = all.reduce(0) { $0 + $1.velocity } / Double(all.count)
    places = found.mapValues { notes in
      let count = Double(notes.count)
      return Place(
        delay: notes.reduce(0) { $0 + $1.delay } / count,
        emphasis: notes.reduce(0) { $0 + $1.velocity } / count / mean)
    }
  }

  /// A score with this groove in place of its own: each note on its sixteenth, as late and as loud as the other's
  /// notes are there.
  ///
  /// - Returns: nil for a score without bars.
  public func applied(to score: Score) -> Score? {
    guard let map = BeatMap(score.bars) else { return nil }
    return score.mapNotes { note in
      let position = map.quarters(atSeconds: note.onsetSeconds)
      let nearest = (position / Self.step).rounded() * Self.step
      guard let place = places[Self.place(of: nearest, map)] else {
        return note.moved(to: map.seconds(atQuarters: nearest))
      }
      var note = note.moved(to: map.seconds(atQuarters: nearest + place.delay))
      note.velocity = min(max(Int((Double(note.velocity) * place.emphasis).rounded()), 1), 127)
      return note
    }
  }

  private static func place(of position: Double, _ map: BeatMap) -> Int {
    Int((map.quartersInBar(position) / step).rounded())
  }
}
