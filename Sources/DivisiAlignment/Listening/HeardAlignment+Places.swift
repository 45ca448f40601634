import DivisiScore

/// Where in the score the recording is.
extension HeardAlignment {
  /// The tempo of what is followed is that of this much, in seconds.
  private static let tempoSeconds = 8.0

  /// Seconds of the score in a second of the recording, beyond the points; 0 while the score is held.
  public var tempo: Double {
    if isHeld { return 0 }
    guard isLive, let last = points.last,
      let first = points.first(where: { $0.audio >= last.audio - Self.tempoSeconds }),
      last.audio - first.audio > Self.tempoSeconds / 4, last.score > first.score
    else { return 1 / TimeMap(points).meanTempo }
    let tempo = (last.score - first.score) / (last.audio - first.audio)
    return min(max(tempo, 1 / ScoreSearch.scales.upperBound), 1 / ScoreSearch.scales.lowerBound)
  }

  /// The second of the score at a second of the recording.
  ///
  /// - Complexity: O(points).
  func score(at seconds: Double) -> Double {
    guard let first = points.first, let last = points.last else { return seconds }
    if seconds <= first.audio { return first.score + (seconds - first.audio) * tempo }
    guard let next = points.firstIndex(where: { $0.audio > seconds }) else {
      return last.score + (seconds - last.audio) * tempo
    }
    let (left, right) = (points[next - 1], points[next])
    let share = (seconds - left.audio) / (right.audio - left.audio)
    return left.score + share * (right.score - left.score)
  }

  /// Notes are in the wrong place if they are this far from it, in seconds; and places are compared so often.
  private static let (elsewhereSeconds, comparedSeconds) = (0.1, 0.25)
  /// A model that has heard this share of its notes in wrong places has learnt something else.
  private static let elsewhereShare = 0.1

  /// Whether much of what another alignment has heard is somewhere else in this one. What it has not heard, and placed by
  /// tempo, does not count: to forget what was learnt from that for a while costs 0.2 dB of sixteen second passes of
  /// pianos, as the right notes before it are forgotten as well.
  ///
  /// - Complexity: O(seconds heard · points).
  public func isElsewhere(than other: HeardAlignment) -> Bool {
    let times = stride(
      from: other.heard.lowerBound, to: other.heard.upperBound, by: Self.comparedSeconds)
    let limit = Self.elsewhereSeconds * other.tempo
    let (all, wrong) = times.reduce(into: (0, 0)) { counts, time in
      counts.0 += 1
      if abs(score(at: time) - other.score(at: time)) > limit { counts.1 += 1 }
    }
    return Double(wrong) > Self.elsewhereShare * Double(all)
  }

  /// Notes that are this late are missing, in seconds.
  private static let lateSeconds = 1.5

  /// The same with the score held before its next note, if that should have been heard.
  ///
  /// - Complexity: O(notes).
  func heldBeforeMissingNotes(of score: HeardScore, by instrument: Instrument) -> HeardAlignment {
    guard let last = points.last,
      let next = score.notes.lazy.map(\.note).filter({
        instrument.plays($0) && $0.onsetSeconds > last.score + 1e-3
      }).map(\.onsetSeconds).min()
    else { return self }
    let expected = last.audio + (next - last.score) / tempo
    guard expected < heard.upperBound - Self.lateSeconds else { return self }
    return held(at: expected)
  }

  /// The same with the score held where it is at a second of the recording: no note begins after that.
  public func held(at seconds: Double) -> HeardAlignment {
    var held = self
    let place = score(at: seconds)
    held.points.removeAll { $0.audio >= seconds }
    held.points.append(TimeMap.Point(score: place, audio: seconds))
    held.isHeld = true
    for part in held.parts.indices {
      held.parts[part].notes.removeAll { $0.onsetSeconds >= seconds - 1e-3 }
    }
    return held
  }
}

extension HeardAlignment {
  /// How much of the past is kept of what is followed, in seconds: more than a model learns from.
  private static let pastSeconds = 60.0

  /// - Parameters:
  ///   - alignment: in seconds of what was heard.
  ///   - indices: the notes of the score that were aligned, in their order.
  ///   - isLive: whether this is of the last seconds of a recording that is being followed.
  ///   - before: what was known of those before; for what is followed.
  init(
    _ alignment: Alignment, of score: HeardScore, indices: [Int], verdict: Verdict,
    heard: Range<Double>, offsetSeconds: Double, isLive: Bool = false,
    before: HeardAlignment? = nil
  ) {
    scoreKey = score.key
    hasPedal = score.hasPedal
    transposition = alignment.transposition
    judgement = verdict.judgement
    agreement = verdict.agreement
    self.heard = heard
    self.offsetSeconds = offsetSeconds
    self.isLive = isLive
    points = alignment.map.stretches.joined().map {
      TimeMap.Point(score: $0.score, audio: $0.audio + heard.lowerBound)
    }
    parts = score.parts.map {
      Part(name: $0.name, notes: [], instrument: $0.instrument)
    }
    let notes = score.notes
    var isThere = [Bool](repeating: false, count: notes.count)
    var wasLookedFor = isThere
    for index in indices { wasLookedFor[index] = true }
    for aligned in alignment.notes {
      let index = indices[aligned.index]
      isThere[index] = true
      add(
        notes[index], onset: aligned.onsetSeconds + heard.lowerBound,
        release: aligned.releaseSeconds + heard.lowerBound,
        damped: aligned.dampedSeconds + heard.lowerBound)
    }
    if isLive {
      keepPast(of: before)
      addByTempo(notes.indices.lazy.filter { !isThere[$0] }.map { notes[$0] })
    } else {
      for index in notes.indices where !isThere[index] {
        let item = notes[index]
        let stretches = Self.stretches(
          of: alignment.map, playing: item.note, wasLookedFor: wasLookedFor[index])
        for stretch in stretches {
          func time(_ seconds: Double) -> Double {
            alignment.map.audioSeconds(atScore: seconds, stretch: stretch) + heard.lowerBound
          }
          add(
            item, onset: time(item.note.onsetSeconds), release: time(item.note.releaseSeconds),
            damped: time(item.note.dampedSeconds))
        }
      }
    }
    for part in parts.indices { parts[part].notes.sort { $0.onsetSeconds < $1.onsetSeconds } }
  }

  /// Where a note that was not heard may still be: before the first one that was, or after the last; one that nobody
  /// looked for, such as a drum beside pitches, wherever the map has it.
  private static func stretches(
    of map: TimeMap, playing note: Note, wasLookedFor: Bool
  ) -> [Int] {
    guard let first = map.stretches.first?.first, let last = map.stretches.last?.last else {
      return []
    }
    if note.onsetSeconds < first.score { return [0] }
    if note.onsetSeconds > last.score { return [map.stretches.count - 1] }
    return wasLookedFor ? [] : map.stretches(playing: note.onsetSeconds)
  }

  private mutating func add(
    _ item: (part: Int, note: Note), onset: Double, release: Double, damped: Double
  ) {
    var note = item.note
    if note.kind == .pitched { note.pitch += transposition }
    note.onsetSeconds = onset
    note.releaseSeconds = max(release, onset)
    note.dampedSeconds = max(damped, note.releaseSeconds)
    guard note.onsetSeconds >= 0, (0...127).contains(note.pitch) else { return }
    parts[item.part].notes.append(note)
  }

  // MARK: What is followed

  /// Puts the points of the past before those that were found now.
  private mutating func keepPast(of before: HeardAlignment?) {
    guard let before, !before.isHeld, let first = points.first else { return }
    let past = before.points.filter {
      $0.audio < first.audio && $0.score < first.score
        && $0.audio > first.audio - Self.pastSeconds
    }
    points = past + points
  }

  /// Adds notes where the points say, and beyond them where the tempo leads.
  private mutating func addByTempo(_ items: some Sequence<(part: Int, note: Note)>) {
    let line = PointLine(
      points.map { PathPoint(score: $0.score, recording: $0.audio) }, slope: 1 / tempo)
    for item in items {
      add(
        item, onset: line.recording(atScore: item.note.onsetSeconds),
        release: line.recording(atScore: item.note.releaseSeconds),
        damped: line.recording(atScore: item.note.dampedSeconds))
    }
  }
}
