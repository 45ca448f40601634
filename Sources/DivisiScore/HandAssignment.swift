/// Tells the hands of a keyboard part apart that does not say which of them plays what.
///
/// Each note goes to one hand, and every way to do so has a cost: what hands cannot do, or avoid. They
/// span little, play few keys at once, stay where they are, keep to their side of each other, go on
/// with the voice that they have begun, and share chords as before. How much each of these counts was learned from
/// other music whose hands are known (``HandWeights``). The cheapest way is searched note by note, keeping the best
/// few: what comes later decides, too, but not much later.
///
/// The pedal does not matter: what counts is how long keys are held.
///
/// - SeeAlso: Parncutt, Sloboda, Clarke, Raekallio and Desain, "An Ergonomic Model of Keyboard Fingering for
///   Melodic Fragments", Music Perception 14(4), 1997, for what is hard for a hand; Nakamura, Ono and
///   Sagayama, "Merged-Output HMM for Piano Fingering of Both Hands", ISMIR 2014, for two hands whose
///   notes come as one sequence; Kilian and Hoos, "Voice Separation: A Local Optimisation Approach", ISMIR
///   2002, for the costs of voices.
enum HandAssignment {
  /// Whether each note is the right hand's.
  ///
  /// Linear in the number of notes.
  ///
  /// - Parameter notes: of one part, sorted by onset.
  static func isRight(_ notes: [Note]) -> [Bool] {
    if let isRight = onlyHand(of: notes) {
      return [Bool](repeating: isRight, count: notes.count)
    }
    let (strokes, order) = KeyStroke.strokes(of: notes)
    var isRight = [Bool](repeating: false, count: notes.count)
    for (note, hand) in zip(order, hands(of: strokes)) { isRight[note] = hand }
    return isRight
  }

  /// A line of single notes within two octaves is one hand's: the right one's if it lies above middle C.
  ///
  /// - Returns: whether that is the right hand; nil where there may be two.
  private static func onlyHand(of notes: [Note]) -> Bool? {
    guard let low = notes.map(\.pitch).min(), let high = notes.map(\.pitch).max(),
      high - low <= 24
    else { return nil }
    for (note, next) in zip(notes, notes.dropFirst())
    where next.onsetSeconds < note.releaseSeconds - legatoSeconds
      || next.onsetSeconds - note.onsetSeconds < KeyStroke.chordSeconds
    {
      return nil
    }
    return notes.reduce(0) { $0 + $1.pitch } >= 60 * notes.count
  }

  /// How long keys of a legato line overlap, in seconds.
  private static let legatoSeconds = 0.05

  private static func hands(of strokes: [KeyStroke]) -> [Bool] {
    let costs = HandCosts(strokes)
    var paths = [Path(cost: 0, hands: 0)]
    var next: [Path] = []
    var result: [Bool] = []
    result.reserveCapacity(strokes.count)
    for index in strokes.indices {
      next.removeAll(keepingCapacity: true)
      for path in paths {
        let (left, right) = costs.costs(of: index, after: path.hands)
        next.append(Path(cost: path.cost + left, hands: path.hands << 1))
        next.append(Path(cost: path.cost + right, hands: path.hands << 1 | 1))
      }
      next.sort { ($0.cost, $0.hands) < ($1.cost, $1.hands) }
      keepBest(of: next, in: &paths)
      if index >= HandCosts.reach - 1 {
        // The oldest note that paths remember is decided by the best of them.
        let decided = paths[0].hands >> (HandCosts.reach - 1)
        result.append(decided == 1)
        paths.removeAll { $0.hands >> (HandCosts.reach - 1) != decided }
      }
      let least = paths[0].cost
      for i in paths.indices { paths[i].cost -= least }
    }
    for place in (0..<strokes.count - result.count).reversed() {
      result.append(paths[0].hands >> place & 1 == 1)
    }
    return result
  }

  /// The hands of the last notes, the latest in the lowest bit, 1 for the right.
  private struct Path {
    var cost: Double
    var hands: UInt64
  }

  /// Paths that are followed at once: twice as many change next to nothing.
  private static let width = 24
  /// Of two paths with the same last notes, the cheaper is kept: what follows costs both the same.
  private static let sharedNotes: UInt64 = 1 << 14 - 1

  private static func keepBest(of sorted: [Path], in paths: inout [Path]) {
    paths.removeAll(keepingCapacity: true)
    for path in sorted where paths.count < width {
      if !paths.contains(where: { ($0.hands ^ path.hands) & sharedNotes == 0 }) {
        paths.append(path)
      }
    }
  }
}
