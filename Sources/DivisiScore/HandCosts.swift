internal import Glibc

/// What it costs a hand to play a note after others; see ``HandAssignment``.
///
/// A cost is a sum of what hands cannot do, or avoid, times ``HandWeights``.
struct HandCosts {
  /// How many notes before a note count.
  static let reach = 64
  /// How long hands remember a key, in seconds.
  private static let memorySeconds = 8.0
  private typealias Weights = HandWeights

  private let strokes: [KeyStroke]

  /// - Parameter strokes: of one part, in order.
  init(_ strokes: [KeyStroke]) { self.strokes = strokes }

  /// What a stroke costs the left hand, and the right.
  ///
  /// - Parameters:
  ///   - index: of the stroke.
  ///   - hands: of the strokes before it, the latest in the lowest bit, 1 for the right.
  func costs(of index: Int, after hands: UInt64) -> (left: Double, right: Double) {
    let stroke = strokes[index]
    var before = HandsBefore(stroke)
    var bits = hands
    for place in (max(0, index - Self.reach)..<index).reversed() {
      let isRecent = stroke.onset - strokes[place].onset <= Self.memorySeconds
      if !isRecent && before.left.now.value != nil && before.right.now.value != nil { break }
      before.add(strokes[place], isRight: bits & 1 == 1, isRecent: isRecent)
      bits >>= 1
    }
    return (cost(before, isRight: false), cost(before, isRight: true))
  }

  private func cost(_ before: HandsBefore, isRight: Bool) -> Double {
    let hand = isRight ? before.right : before.left
    let other = isRight ? before.left : before.right
    return reach(before.stroke, hand) + motion(before, hand, isRight: isRight)
      + place(before.stroke, hand, beside: other, isRight: isRight)
      + chord(before, hand, beside: other, isRight: isRight)
      + memory(before, isRight: isRight)
  }

  /// What a hand holds, and how far that is.
  private func reach(_ stroke: KeyStroke, _ hand: HandsBefore.Hand) -> Double {
    if hand.count == 0 { return 0 }
    let span = max(abs(stroke.pitch - hand.low), abs(stroke.pitch - hand.high))
    var cost = Weights.spanOverFifth * octaves(span - 7)
    cost += Weights.spanOverOctave * octaves(span - 12)
    cost += Weights.spanOverTenth * min(1, octaves(span - 15))
    if hand.holdsEarlierKeys { cost += Weights.spanOfHeldKeys * octaves(span - 9) }
    if hand.count >= 3 { cost += Weights.fourthKey }
    if hand.count >= 4 { cost += Weights.fifthKey }
    if hand.count >= 5 { cost += Weights.sixthKey }
    return cost
  }

  /// Where a hand comes from, when, and with what.
  private func motion(
    _ before: HandsBefore, _ hand: HandsBefore.Hand, isRight: Bool
  ) -> Double {
    let stroke = before.stroke
    let age = stroke.onset - hand.lastOnset
    var cost = 0.0
    if hand.lastOnset > -.infinity {
      let leap = max(stroke.pitch - hand.lastHigh, hand.lastLow - stroke.pitch)
      cost += Weights.fastLeap * min(2, octaves(leap - 5)) / (1 + 40 * age * age)
      cost += Weights.leap * min(2, octaves(leap - 3)) / (1 + 4 * age * age)
      cost += Weights.rest * min(1, age / 2)
    }
    if age > 3 { cost += Weights.longRest }
    if let length = hand.length.value {
      cost += Weights.otherLength * min(1.5, abs(stroke.length - length))
    }
    if before.below == nil, let last = before.last, last.isRight != isRight, last.age < 0.25,
      last.distance > 4 && last.distance <= 9
    {
      cost += Weights.fastExchange * (1 - last.age / 0.25)
    }
    return cost
  }

  /// Whether a key is on the hand's side, as the music has it now, lately and on the whole, and whose voice it goes on.
  private func place(
    _ stroke: KeyStroke, _ hand: HandsBefore.Hand, beside other: HandsBefore.Hand, isRight: Bool
  ) -> Double {
    let pitch = stroke.pitch
    let side = isRight ? 1.0 : -1.0
    func beyond(_ middle: Double, _ most: Double) -> Double {
      min(most, octaves(side * (middle - pitch)))
    }
    var cost = isRight ? Weights.rightHand : 0
    if other.count > 0 {
      let crossing = isRight ? other.high - pitch : pitch - other.low
      if crossing > 0 {
        cost += Weights.crossing + Weights.crossingWidth * min(1.5, octaves(crossing))
      }
    }
    // Without a past, hands are a fifth from the middle.
    let usual = stroke.usualMiddle + 7 * side
    let otherUsual = stroke.usualMiddle - 7 * side
    cost += Weights.fromNow * min(2, octaves(abs(pitch - (hand.now.value ?? usual))))
    cost += Weights.fromLately * min(2, octaves(abs(pitch - (hand.lately.value ?? usual))))
    cost += Weights.beyondOther * beyond(other.now.value ?? otherUsual, 2)
    cost += Weights.beyondMiddleC * beyond(60, 2)
    cost += Weights.beyondUsualMiddle * beyond(stroke.usualMiddle, 2)
    cost += Weights.beyondSoundingMiddle * beyond(stroke.soundingMiddle, 1.5)
    cost += Weights.beyondPartingHalfSecond * beyond(stroke.partingHalfSecond, 1)
    cost += Weights.beyondPartingTwoSeconds * beyond(stroke.partingTwoSeconds, 1)
    cost += Weights.beyondPartingTwentySeconds * beyond(stroke.partingTwentySeconds, 1)
    cost += Weights.legatoOfOther * max(0, other.legato - hand.legato)
    cost += Weights.nearnessOfOther * max(0, other.nearness - hand.nearness)
    if hand.holdsEarlierKeys && !other.holdsEarlierKeys { cost += Weights.alsoHolds }
    return cost
  }

  /// Whether a chord is for one hand or for two, and where it is divided: above the key below this one, or not.
  private func chord(
    _ before: HandsBefore, _ hand: HandsBefore.Hand, beside other: HandsBefore.Hand, isRight: Bool
  ) -> Double {
    let stroke = before.stroke
    var cost = 0.0
    if hand.lastCount > 0 && hand.chordCount + 1 > hand.lastCount { cost += Weights.moreKeys }
    if other.chordCount > 0 && other.chordCount < other.lastCount { cost += Weights.fewerKeys }
    guard let below = before.below else { return cost }
    if below.isRight == isRight {
      if other.count == 0 && hand.count > 0 { cost += Weights.leavesOtherFree }
      if before.wereTogether == false { cost += Weights.togetherUnlikeBefore }
      return cost
    }
    let gap = stroke.pitch - below.stroke.pitch
    let span = stroke.chordHigh - stroke.chordLow
    if gap <= 4 {
      cost += Weights.dividesThird
    } else if gap <= 7 {
      cost += Weights.dividesFifth
    } else if gap <= 12 {
      cost += Weights.dividesOctave
    }
    cost += Weights.dividesElsewhere * (1 - gap / max(1, stroke.chordGap))
    if span == 12 && stroke.chordCount == 2 { cost += Weights.dividesOctaveAlone }
    if span <= 12 { cost += Weights.dividesSmallChord }
    if span <= 9 { cost += Weights.dividesCloseChord }
    if stroke.chordCount > 2 {
      let difference = abs(stroke.length - below.stroke.length)
      cost += Weights.dividesEqualLengths * max(0, 1 - difference / 0.3)
    }
    if other.lastCount > 1 && other.lastHigh - other.lastLow == gap {
      cost += Weights.dividesIntervalOfOther
    }
    if before.wereTogether == true { cost += Weights.apartUnlikeBefore }
    return cost
  }

  /// A key that was struck lately, and a voice, stay with their hand.
  private func memory(_ before: HandsBefore, isRight: Bool) -> Double {
    var cost = 0.0
    if let key = before.sameKey, key.isRight != isRight {
      cost += Weights.keyOfOther + Weights.keyOfOtherNow * exp(-key.age)
    }
    if before.sameVoice == !isRight { cost += Weights.voiceOfOther }
    return cost
  }

  private func octaves(_ semitones: Double) -> Double { max(0, semitones) / 12 }
}
