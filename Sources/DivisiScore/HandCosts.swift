/// What it costs a hand to play a note after others; see ``HandAssignment``.
///
/// A cost of 1 is that of a span an octave wider than a fifth. The weights were set by what pianists do,
/// and moved where that helped, or did no harm, on each of five sets: printed piano parts of a dozen pieces
/// of the music21 corpus, and the odd and the even items of two benchmark sets.
struct HandCosts {
  /// How many notes before a note count.
  static let reach = 64
  /// Notes that begin within that many seconds are struck together, as people strike chords.
  private static let chordSeconds = 0.03
  /// How long hands remember a key, in seconds.
  private static let memorySeconds = 8.0
  /// A voice goes on if a key is released that near to the next stroke, in seconds.
  private static let legatoSeconds = 0.24

  private struct Stroke {
    var onset: Double
    var release: Double
    var pitch: Double
    /// Nil where all notes are of one voice.
    var voice: Int?
    /// The middle of what sounds about that time.
    var middle = 0.0
  }

  private let strokes: [Stroke]

  /// - Parameter notes: of one part, sorted by onset.
  init(_ notes: [Note]) {
    let hasVoices = Set(notes.map(\.voice)).count > 1
    var strokes = notes.map { note in
      Stroke(
        onset: note.onsetSeconds, release: note.releaseSeconds, pitch: Double(note.pitch),
        voice: hasVoices ? note.voice : nil)
    }
    for index in strokes.indices { strokes[index].middle = Self.middle(at: index, strokes) }
    self.strokes = strokes
  }

  /// Halfway between the lowest and the highest key within half a second.
  private static func middle(at index: Int, _ strokes: [Stroke]) -> Double {
    let stroke = strokes[index]
    var (low, high) = (stroke.pitch, stroke.pitch)
    for other in strokes[max(0, index - reach)..<min(strokes.count, index + reach)]
    where other.onset < stroke.onset + 0.5 && other.release > stroke.onset - 0.5 {
      low = min(low, other.pitch)
      high = max(high, other.pitch)
    }
    return (low + high) / 2
  }

  /// Where a hand is, and what it does, when a note begins.
  private struct Hand {
    /// Keys that it holds or strikes at that time.
    var low = Double.infinity
    var high = -Double.infinity
    var count = 0
    var holdsEarlierKeys = false
    /// Of its last stroke before.
    var lastOnset = -Double.infinity
    var lastLow = Double.infinity
    var lastHigh = -Double.infinity
    /// Where it has been lately: a mean of pitches.
    var sum = 0.0
    var weight = 0.0
    /// How much the note seems to go on with a voice of that hand, 0 to 1.
    var legato = 0.0
    /// How near, in semitones, a key is that it strikes at the same time.
    var nearest = Double.infinity

    mutating func add(_ other: Stroke, before stroke: Stroke) {
      let age = stroke.onset - other.onset
      let isChord = age < HandCosts.chordSeconds
      let distance = abs(other.pitch - stroke.pitch)
      if isChord || other.release > stroke.onset + 0.01 {
        low = min(low, other.pitch)
        high = max(high, other.pitch)
        count += 1
      }
      if isChord {
        nearest = min(nearest, distance)
      } else {
        if other.release > stroke.onset + 0.05 { holdsEarlierKeys = true }
        let gap = abs(stroke.onset - other.release) / HandCosts.legatoSeconds
        if gap < 1 { legato = max(legato, (1 - gap) * max(0, 1 - distance / 14)) }
        if lastOnset == -.infinity { lastOnset = other.onset }
        if other.onset > lastOnset - HandCosts.chordSeconds {
          lastLow = min(lastLow, other.pitch)
          lastHigh = max(lastHigh, other.pitch)
        }
      }
      let share = 1 / (0.1 + age * age)
      sum += share * other.pitch
      weight += share
    }
  }

  /// What a note costs the left hand, and the right.
  ///
  /// - Parameters:
  ///   - index: of the note.
  ///   - hands: of the notes before it, the latest in the lowest bit, 1 for the right.
  func costs(of index: Int, after hands: UInt64) -> (left: Double, right: Double) {
    let stroke = strokes[index]
    var (left, right) = (Hand(), Hand())
    var bits = hands
    var sameKey: Bool?
    var sameVoice: Bool?
    for place in (max(0, index - Self.reach)..<index).reversed() {
      let other = strokes[place]
      let isRight = bits & 1 == 1
      bits >>= 1
      let isRecent = stroke.onset - other.onset <= Self.memorySeconds
      if !isRecent && left.weight > 0 && right.weight > 0 { break }
      if isRight { right.add(other, before: stroke) } else { left.add(other, before: stroke) }
      if isRecent && sameKey == nil && other.pitch == stroke.pitch { sameKey = isRight }
      if sameVoice == nil && stroke.voice != nil && other.voice == stroke.voice {
        sameVoice = isRight
      }
    }
    var costs = (
      left: cost(stroke, left, beside: right, side: -1),
      right: cost(stroke, right, beside: left, side: 1)
    )
    // A key that was struck lately, and a voice, stay with their hand.
    if sameKey == true { costs.left += 0.8 } else if sameKey == false { costs.right += 0.8 }
    if sameVoice == true { costs.left += 2 } else if sameVoice == false { costs.right += 2 }
    return costs
  }

  /// - Parameter side: 1 for the right hand, −1 for the left.
  private func cost(_ stroke: Stroke, _ hand: Hand, beside other: Hand, side: Double) -> Double {
    let pitch = stroke.pitch
    var cost = 0.0
    if hand.count > 0 {
      // A fifth is easy, an octave usual, a tenth the most that many can reach.
      let span = max(abs(pitch - hand.low), abs(pitch - hand.high))
      cost += octaves(span - 7) + 6 * octaves(span - 12) + 2.5 * min(1, octaves(span - 15))
      if hand.count >= 5 { cost += 3 }
    }
    if other.count > 0 {
      let crossing = side > 0 ? other.high - pitch : pitch - other.low
      if crossing > 0 { cost += 1 + 2 * min(1.5, octaves(crossing)) }
    }
    if hand.lastOnset > -.infinity {
      let age = stroke.onset - hand.lastOnset
      let leap = max(pitch - hand.lastHigh, hand.lastLow - pitch)
      cost += min(2, octaves(leap - 5)) / (1 + 40 * age * age)
    }
    // Without a past, the hands are a fifth from middle C.
    let usual = hand.weight > 0 ? hand.sum / hand.weight : 60 + 7 * side
    cost += 2 * min(2, octaves(abs(pitch - usual)))
    cost += 0.6 * min(2, octaves(side * (60 - pitch)))
    cost += 0.5 * min(1.5, octaves(side * (stroke.middle - pitch)))
    cost += 1.5 * max(0, other.legato - hand.legato)
    cost += 0.25 * max(0, 1 - other.nearest / 9)
    if hand.holdsEarlierKeys && !other.holdsEarlierKeys { cost += 1.2 }
    return cost
  }

  private func octaves(_ semitones: Double) -> Double { max(0, semitones) / 12 }
}
