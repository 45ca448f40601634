import DivisiDSP

/// Notes that the score puts at one time.
struct ScoreEvent: Sendable, Equatable {
  /// In seconds of the score.
  var score: Double
  /// Indices of its notes; at least one.
  var notes: [Int]

  /// Score times that differ by less are the same, in seconds.
  private static let tolerance = 0.002
  /// Notes of one event lie no further apart in the recording, in seconds: another pass of a repeat
  /// is another event.
  private static let spread = 0.2

  /// The events of some notes, in the order in which they are played.
  ///
  /// - Parameter notes: with score times that ascend, unless the recording repeats something; then the
  ///   order is that of the estimates.
  static func all(_ notes: [NoteEstimate]) -> [ScoreEvent] {
    let ascends = zip(notes, notes.dropFirst()).allSatisfy {
      $1.scoreOnset >= $0.scoreOnset - 0.001
    }
    let order = notes.indices.sorted { a, b in
      let (x, y) =
        ascends
        ? (notes[a].scoreOnset, notes[b].scoreOnset) : (notes[a].estimate, notes[b].estimate)
      return x != y ? x < y : a < b
    }
    var events: [ScoreEvent] = []
    for note in order {
      if let last = events.last,
        abs(notes[note].scoreOnset - last.score) < tolerance,
        abs(notes[note].estimate - notes[last.notes[0]].estimate) < spread
      {
        events[events.count - 1].notes.append(note)
      } else {
        events.append(ScoreEvent(score: notes[note].scoreOnset, notes: [note]))
      }
    }
    return events
  }
}

/// The frames of all events together: those at which the evidence of their notes is strong, while the
/// time from one event to the next is about what the estimates say.
///
/// A dynamic programme over events and places. What it maximises is the sum over events of
/// Σ evidence / √notes − 1.5/s · min(0.3 s, |t − estimate|) − 0.6 |Δt − expected| / (0.02 s + 0.4 expected),
/// with Δt ≥ 0; the evidence of chords may lie up to 40 ms apart. Drums have other numbers (``Instrument/Refining``):
/// strokes of one drum lie apart, and strokes of different drums that a grid has torn apart may come together
/// (``Instrument/Pattern``).
struct EventPath {
  private let evidence: OnsetEvidence
  private let notes: [NoteEstimate]

  /// What a second from the estimate costs, and from where on it costs no more, in seconds.
  private static let distanceWeight = 1.5
  private static let farthest = 0.3

  init(evidence: OnsetEvidence, notes: [NoteEstimate]) {
    self.evidence = evidence
    self.notes = notes
  }

  /// - Parameter events: in the order of playing.
  /// - Returns: the frame of each event.
  /// - Complexity: O(events · places); memory two bytes of each.
  func frames(of events: [ScoreEvent]) -> [Int] {
    guard !events.isEmpty else { return [] }
    let width = evidence.width
    let rate = evidence.grid.frameRate
    let expected = expectedSeconds(events)
    let refining = evidence.refining
    let bases = events.map { evidence.firstFrames[$0.notes[0]] }
    var sources = [Int16](repeating: 0, count: events.count * width)
    var reached = gains(of: events[0], base: bases[0])
    var step = EventStep(width: width)
    let pitches = events.map { Set($0.notes.map { notes[$0].pitch }) }
    for index in events.indices.dropFirst() {
      let unit = refining.timeUnitSeconds + refining.timeShare * expected[index]
      let gains = gains(of: events[index], base: bases[index])
      let shift = bases[index] - bases[index - 1]
      let isRepeated = !pitches[index].isDisjoint(with: pitches[index - 1])
      let before = reached
      func setSource(_ place: Int, _ origin: Int) { sources[index * width + place] = Int16(origin) }
      reached = step.advance(
        before, shift: shift, expected: expected[index] * rate,
        least: isRepeated ? Int((refining.leastGapSeconds * rate).rounded()) : 0,
        weight: refining.tempoWeight / unit / rate, source: setSource)
      if let pattern = refining.pattern, !isRepeated, expected[index] < pattern.tornSeconds {
        join(before, shift: shift, pattern: pattern, in: &reached, source: setSource)
      }
      for place in 0..<width { reached[place] += gains[place] }
    }
    var place = reached.indices.max { reached[$0] < reached[$1] } ?? 0
    var result = [Int](repeating: 0, count: events.count)
    for index in events.indices.reversed() {
      result[index] = bases[index] + place
      place = Int(sources[index * width + place])
    }
    return result
  }

  /// Places that are better reached from about the same time, before or after it: written apart, but played together.
  private func join(
    _ values: [Double], shift: Int, pattern: Instrument.Pattern, in reached: inout [Double],
    source: (_ place: Int, _ origin: Int) -> Void
  ) {
    let reach = Int((pattern.togetherSeconds * evidence.grid.frameRate).rounded())
    for place in reached.indices {
      let near = place + shift - reach...place + shift + reach
      guard near.overlaps(0...values.count - 1) else { continue }
      for origin in near.clamped(to: 0...values.count - 1)
      where values[origin] - pattern.togetherCost > reached[place] {
        reached[place] = values[origin] - pattern.togetherCost
        source(place, origin)
      }
    }
  }

  /// What each place of an event is worth by itself.
  private func gains(of event: ScoreEvent, base: Int) -> [Double] {
    let width = evidence.width
    let rate = evidence.grid.frameRate
    var result = [Double](repeating: 0, count: width)
    let scale = 1 / Double(event.notes.count).squareRoot()
    for note in event.notes {
      let values = event.notes.count > 1 ? widened(note) : Array(evidence.values(ofNote: note))
      let shift = base - evidence.firstFrames[note]
      for place in max(0, -shift)..<max(0, -shift, min(width, width - shift)) {
        result[place] += Double(values[place + shift])
      }
    }
    for place in 0..<width {
      let distance = Double(abs(place - width / 2)) / rate
      result[place] =
        result[place] * scale - Self.distanceWeight * min(Self.farthest, distance)
    }
    return result
  }

  /// The evidence of a note with a triangle around each value, of which the largest count.
  private func widened(_ note: Int) -> [Float] {
    let values = Array(evidence.values(ofNote: note))
    let reach = Int(evidence.refining.chordSeconds * evidence.grid.frameRate)
    var result = values
    for distance in 1...max(1, reach) {
      let weight = 1 - 0.5 * Float(distance) / Float(reach + 1)
      for place in distance..<max(distance, values.count) {
        result[place] = max(result[place], weight * values[place - distance])
        result[place - distance] = max(result[place - distance], weight * values[place])
      }
    }
    return result
  }

  /// How long after the event before it each is expected, in seconds: the time in the score, at the
  /// tempo that the estimates have within half a second of it.
  private func expectedSeconds(_ events: [ScoreEvent]) -> [Double] {
    var result = [Double](repeating: 0, count: events.count)
    func estimate(_ event: Int) -> Double { notes[events[event].notes[0]].estimate }
    for index in events.indices.dropFirst() {
      var (first, last) = (index - 1, index)
      while first > 0, events[index - 1].score - events[first - 1].score <= Self.tempoReach,
        events[first - 1].score <= events[first].score
      {
        first -= 1
      }
      while last < events.count - 1,
        events[last + 1].score - events[index].score <= Self.tempoReach,
        events[last + 1].score >= events[last].score
      {
        last += 1
      }
      let step = events[index].score - events[index - 1].score
      let span = events[last].score - events[first].score
      if step >= 0, span > 0.001 {
        let tempo = (estimate(last) - estimate(first)) / span
        result[index] = step * min(max(tempo, Self.tempi.lowerBound), Self.tempi.upperBound)
      } else {
        result[index] = max(0, estimate(index) - estimate(index - 1))
      }
    }
    return result
  }

  private static let tempoReach = 0.5
  /// Seconds of the recording in a second of the score.
  private static let tempi = 0.2...5.0
}
