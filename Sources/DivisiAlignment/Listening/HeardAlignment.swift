public import DivisiScore

/// A score in parts, as it is written.
public struct HeardScore: Sendable {
  /// The notes of each part, in seconds of the score.
  public var parts: [Part]
  /// Whether a pedal says when notes are damped.
  public var hasPedal: Bool
  /// Where a recording may leave its order.
  public var jumps: AlignmentOptions.Jumps

  /// A score without or with repeats.
  public init(parts: [Part], hasPedal: Bool, jumps: AlignmentOptions.Jumps = .none) {
    self.parts = parts
    self.hasPedal = hasPedal
    self.jumps = jumps
  }

  /// All notes, with the parts that they are of.
  var notes: [(part: Int, note: Note)] {
    parts.indices.flatMap { part in parts[part].notes.map { (part, $0) } }
  }

  /// Two scores have the same if they say the same.
  ///
  /// - Complexity: O(notes).
  public var key: UInt64 {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ value: UInt64) {
      hash = (hash ^ value) &* 0x0000_0100_0000_01B3
      // Values are taken whole, not byte by byte: the high bits have to come down.
      hash ^= hash >> 29
    }
    for (part, note) in notes {
      for seconds in [note.onsetSeconds, note.releaseSeconds, note.dampedSeconds] {
        add(seconds.bitPattern)
      }
      add(UInt64(part) << 32 | UInt64(note.pitch) << 16 | UInt64(note.velocity))
    }
    return hash
  }
}

/// A score on the time of a recording that was heard, as far as it was; what lies beyond is put where the tempo of the
/// whole leads.
public struct HeardAlignment: Sendable {
  /// ``HeardScore/key`` of the score.
  public var scoreKey: UInt64
  /// The notes of each part at the pitches of the recording, in its seconds.
  public var parts: [Part]
  /// As of the score.
  public var hasPedal: Bool
  /// Which times belong together, in the order of the recording; at least one.
  public var points: [TimeMap.Point]
  /// Semitones by which the recording sounds higher than the score is written.
  public var transposition: Int
  /// Good or doubtful.
  public var judgement: Verdict.Judgement
  /// As ``Verdict/agreement``.
  public var agreement: Double
  /// What had been heard, in seconds of the recording.
  public var heard: Range<Double>
  /// How much later the score as it is written was said to begin.
  public var offsetSeconds: Double

  /// Whether another says the same, be it read from a text or found just now.
  public func isSame(as other: HeardAlignment?) -> Bool {
    guard let other else { return false }
    return scoreKey == other.scoreKey && points == other.points && heard == other.heard
      && transposition == other.transposition && offsetSeconds == other.offsetSeconds
      && HeardScore(parts: parts, hasPedal: hasPedal).key
        == HeardScore(parts: other.parts, hasPedal: other.hasPedal).key
  }

  /// The parts for somebody who plays them by so much later.
  public var partsWithoutOffset: [Part] {
    guard offsetSeconds != 0 else { return parts }
    return parts.map { part in
      var part = part
      for index in part.notes.indices {
        part.notes[index].onsetSeconds -= offsetSeconds
        part.notes[index].releaseSeconds -= offsetSeconds
        part.notes[index].dampedSeconds -= offsetSeconds
      }
      return part
    }
  }
}

extension HeardAlignment {
  /// - Parameters:
  ///   - alignment: in seconds of what was heard.
  ///   - indices: the notes of the score that were aligned, in their order.
  init(
    _ alignment: Alignment, of score: HeardScore, indices: [Int], verdict: Verdict,
    heard: Range<Double>, offsetSeconds: Double
  ) {
    scoreKey = score.key
    hasPedal = score.hasPedal
    transposition = alignment.transposition
    judgement = verdict.judgement
    agreement = verdict.agreement
    self.heard = heard
    self.offsetSeconds = offsetSeconds
    points = alignment.map.stretches.joined().map {
      TimeMap.Point(score: $0.score, audio: $0.audio + heard.lowerBound)
    }
    parts = score.parts.map { Part(name: $0.name, notes: []) }
    let notes = score.notes
    var isThere = [Bool](repeating: false, count: notes.count)
    for aligned in alignment.notes {
      let index = indices[aligned.index]
      isThere[index] = true
      add(
        notes[index], onset: aligned.onsetSeconds, release: aligned.releaseSeconds,
        damped: aligned.dampedSeconds)
    }
    let map = alignment.map
    for index in notes.indices where !isThere[index] {
      let note = notes[index].note
      for stretch in Self.stretches(of: map, playing: note) {
        func time(_ seconds: Double) -> Double {
          map.audioSeconds(atScore: seconds, stretch: stretch)
        }
        add(
          notes[index], onset: time(note.onsetSeconds), release: time(note.releaseSeconds),
          damped: time(note.dampedSeconds))
      }
    }
    for part in parts.indices { parts[part].notes.sort { $0.onsetSeconds < $1.onsetSeconds } }
  }

  /// Where a note that was not heard may still be: before the first one that was, or after the last; drums wherever
  /// the map has them.
  private static func stretches(of map: TimeMap, playing note: Note) -> [Int] {
    guard let first = map.stretches.first?.first, let last = map.stretches.last?.last else {
      return []
    }
    if note.onsetSeconds < first.score { return [0] }
    if note.onsetSeconds > last.score { return [map.stretches.count - 1] }
    return note.kind == .pitched ? [] : map.stretches(playing: note.onsetSeconds)
  }

  private mutating func add(
    _ item: (part: Int, note: Note), onset: Double, release: Double, damped: Double
  ) {
    var note = item.note
    if note.kind == .pitched { note.pitch += transposition }
    note.onsetSeconds = onset + heard.lowerBound
    note.releaseSeconds = max(release, onset) + heard.lowerBound
    note.dampedSeconds = max(damped, release, onset) + heard.lowerBound
    guard note.onsetSeconds >= 0, (0...127).contains(note.pitch) else { return }
    parts[item.part].notes.append(note)
  }
}
