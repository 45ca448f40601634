/// What the hands did before a key goes down, and do at that time; see ``HandCosts``.
struct HandsBefore {
  let stroke: KeyStroke
  var left = Hand()
  var right = Hand()
  /// The next lower key of the chord, which comes first, and whose it is.
  private(set) var below: (stroke: KeyStroke, isRight: Bool)?
  /// Whose this key was last, and how long ago, in seconds.
  private(set) var sameKey: (isRight: Bool, age: Double)?
  /// Whose the last key of its voice is.
  private(set) var sameVoice: Bool?
  /// Of the last stroke before, the nearest key: whose it is, how long ago, and how far away.
  private(set) var last: (isRight: Bool, age: Double, distance: Double)?
  /// Whether one hand struck both the key below and this one when they were last struck together.
  private(set) var wereTogether: Bool?
  /// The stroke of this key that is being looked at for that.
  private var earlier: (isRight: Bool, onset: Double)?

  init(_ stroke: KeyStroke) { self.stroke = stroke }

  /// Where a hand is, and what it does.
  struct Hand {
    /// Keys that it holds or strikes at that time.
    var low = Double.infinity
    var high = -Double.infinity
    var count = 0
    var holdsEarlierKeys = false
    /// Keys of the chord that it strikes.
    var chordCount = 0
    /// Of its last stroke before.
    var lastOnset = -Double.infinity
    var lastLow = Double.infinity
    var lastHigh = -Double.infinity
    var lastCount = 0
    /// Where it has been, as means of pitches: just now, and for some time.
    var now = Mean()
    var lately = Mean()
    /// How long it held keys; see ``KeyStroke/length``.
    var length = Mean()
    /// How much the note seems to go on with a voice of that hand, 0 to 1.
    var legato = 0.0
    /// How near, in pitch and time, it struck a key in the last two seconds, 0 to 1.
    var nearness = 0.0

    fileprivate mutating func add(_ other: KeyStroke, before stroke: KeyStroke) {
      let age = stroke.onset - other.onset
      let isChord = age == 0
      let distance = abs(other.pitch - stroke.pitch)
      if isChord || other.release > stroke.onset + 0.01 {
        low = min(low, other.pitch)
        high = max(high, other.pitch)
        count += 1
      }
      if isChord {
        chordCount += 1
      } else {
        if other.release > stroke.onset + 0.05 { holdsEarlierKeys = true }
        // A voice goes on if a key is released that near to the next stroke.
        let gap = abs(stroke.onset - other.release) / 0.24
        if gap < 1 { legato = max(legato, (1 - gap) * max(0, 1 - distance / 14)) }
        if lastOnset == -.infinity { lastOnset = other.onset }
        if other.onset == lastOnset {
          lastLow = min(lastLow, other.pitch)
          lastHigh = max(lastHigh, other.pitch)
          lastCount += 1
        }
        length.add(other.length, 1 / (0.3 + age))
        if age < 2 { nearness = max(nearness, (1 - age / 2) * max(0, 1 - distance / 5)) }
      }
      now.add(other.pitch, 1 / (0.1 + age * age))
      lately.add(other.pitch, 1 / (1 + age))
    }
  }

  struct Mean {
    private var sum = 0.0
    private var weight = 0.0
    var value: Double? { weight > 0 ? sum / weight : nil }

    fileprivate mutating func add(_ value: Double, _ share: Double) {
      sum += share * value
      weight += share
    }
  }

  /// - Parameters:
  ///   - other: an earlier stroke, or one of the same chord; the latest first.
  ///   - isRecent: whether hands remember keys for so long.
  mutating func add(_ other: KeyStroke, isRight: Bool, isRecent: Bool) {
    if isRight { right.add(other, before: stroke) } else { left.add(other, before: stroke) }
    let age = stroke.onset - other.onset
    if age == 0 {
      if below == nil { below = (other, isRight) }
    } else {
      if isRecent && wereTogether == nil, let below {
        if let earlier, earlier.onset == other.onset, other.pitch == below.stroke.pitch {
          wereTogether = earlier.isRight == isRight
        }
        if other.pitch == stroke.pitch { earlier = (isRight, other.onset) }
      }
      let distance = abs(other.pitch - stroke.pitch)
      if last == nil || last?.age == age && distance < last?.distance ?? 0 {
        last = (isRight, age, distance)
      }
    }
    if isRecent && sameKey == nil && other.pitch == stroke.pitch { sameKey = (isRight, age) }
    if sameVoice == nil && stroke.voice != nil && other.voice == stroke.voice {
      sameVoice = isRight
    }
  }
}
