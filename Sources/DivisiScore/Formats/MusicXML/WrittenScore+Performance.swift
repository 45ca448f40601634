extension WrittenScore {
  /// Plays the score: repeats in order, ties joined, quarter notes to seconds, pedal applied.
  ///
  /// - Parameter name: the document, for errors.
  /// - Throws: if repeats make it longer than ``ScoreLimits`` allow.
  func performed(name: String) throws(ScoreError) -> Score {
    guard let order = PlaybackOrder(frames).measures(limit: ScoreLimits.measureCount) else {
      throw ScoreError(
        in: name, expected: "at most \(ScoreLimits.measureCount) measures with repeats",
        found: "more")
    }
    var starts: [Double] = []
    var end = 0.0
    for index in order {
      starts.append(end)
      end += frames[index].length
    }
    let tempoMap = try tempoMap(order, starts, name: name)
    var notes: [Note] = []
    var pedals: [Int: [Damping.PedalEvent]] = [:]
    for (index, part) in parts.enumerated() {
      let played = try part.notes(order, starts, name: name)
      if notes.count + played.count > ScoreLimits.eventCount { throw Self.tooMany("notes", name) }
      notes += played.map { $0.note(track: index + 1, tempoMap) }
      pedals[index + 1] = try part.pedals(order, starts, tempoMap, name: name)
    }
    let damping = Damping(
      pedals: shared(pedals, notes), endSeconds: tempoMap.seconds(at: end))
    damping.apply(to: &notes, instruments: notes.map(\.track))
    var score = Score(notes: notes, trackNames: parts.map(\.name), hasPedal: damping.hasPedal)
    score.pedals = damping.spans.map {
      PedalSpan(startSeconds: $0.start, endSeconds: $0.end, track: $0.instrument)
    }
    score.bars = bars(order, starts, tempoMap)
    return score
  }

  /// The unit of beats is that of the place in the print, also after a jump.
  private func bars(_ order: [Int], _ starts: [Double], _ tempoMap: TempoMap) -> [Bar] {
    var current = 4
    let units = frames.map { frame in
      current = frame.beatUnit ?? current
      return current
    }
    guard starts.last ?? 0 <= ScoreLimits.quarterCount else { return [] }
    var bars: [Bar] = []
    var beatCount = 0
    for (index, start) in zip(order, starts) where frames[index].length > 0 {
      let bar = Bar(
        number: frames[index].number ?? index + 1, start: start, length: frames[index].length,
        beatUnit: units[index], tempoMap)
      beatCount += bar.beats.count
      guard beatCount <= ScoreLimits.eventCount else { return [] }
      bars.append(bar)
    }
    return bars
  }

  /// The tempo is that of the place in the print, also after a jump.
  private func tempoMap(
    _ order: [Int], _ starts: [Double], name: String
  ) throws(ScoreError) -> TempoMap {
    var current = TempoMap.defaultSecondsPerBeat
    let initial = frames.map { frame in
      defer {
        let last = frame.tempos.sorted { $0.position < $1.position }.last
        current = last?.secondsPerQuarter ?? current
      }
      return current
    }
    var changes: [TempoMap.Change] = []
    for (index, start) in zip(order, starts) {
      changes.append(TempoMap.Change(position: start, secondsPerBeat: initial[index]))
      for tempo in frames[index].tempos {
        changes.append(
          TempoMap.Change(
            position: start + tempo.position, secondsPerBeat: tempo.secondsPerQuarter))
      }
      if changes.count > ScoreLimits.eventCount { throw Self.tooMany("tempo changes", name) }
    }
    return TempoMap(changes: changes)
  }

  /// A pedal mark stands under one staff but is meant for the piano: if there are at most two
  /// pitched parts, both pianos as far as the file says, and only one has pedal marks, they count
  /// for both. Percussion has no pedal.
  private func shared(
    _ pedals: [Int: [Damping.PedalEvent]], _ notes: [Note]
  ) -> [Int: [Damping.PedalEvent]] {
    let pitched = Set(notes.filter { !$0.isPercussion }.map(\.track))
    var result = pedals.filter { pitched.contains($0.key) }
    let pressed = result.filter { $0.value.contains(where: \.isDown) }
    if pressed.count == 1, let line = pressed.values.first, pitched.count <= 2,
      pitched.allSatisfy({ parts[$0 - 1].isPiano })
    {
      for track in pitched { result[track] = line }
    }
    return result
  }

  fileprivate static func tooMany(_ what: String, _ name: String) -> ScoreError {
    ScoreError(in: name, expected: "at most \(ScoreLimits.eventCount) \(what)", found: "more")
  }
}

extension WrittenPart {
  /// Positions in quarter notes that differ by less are the same: a 480th, finer than print.
  private static let tolerance = 1.0 / 480

  /// The notes in playing order, with positions from the start of the score and ties joined.
  ///
  /// A tie joins a note to the next of its pitch that begins where it ends; a tie that leads
  /// nowhere, as over a jump, leaves the note struck anew.
  fileprivate func notes(
    _ order: [Int], _ starts: [Double], name: String
  ) throws(ScoreError) -> [WrittenNote] {
    var result: [WrittenNote] = []
    var tied: [Int: [Int]] = [:]
    var playedCount = 0
    for (index, start) in zip(order, starts) where index < measures.count {
      playedCount += measures[index].notes.count
      if playedCount > ScoreLimits.eventCount { throw WrittenScore.tooMany("notes", name) }
      for var note in measures[index].notes.sorted(by: { $0.position < $1.position }) {
        note.position += start
        let open = tied[note.pitch] ?? []
        let match = open.firstIndex {
          abs(result[$0].position + result[$0].duration - note.position) < Self.tolerance
        }
        if note.endsTie, let match {
          result[open[match]].duration += note.duration
          if !note.startsTie { tied[note.pitch]?.remove(at: match) }
        } else {
          if note.startsTie {
            let reachable = open.filter {
              result[$0].position + result[$0].duration > note.position - Self.tolerance
            }
            tied[note.pitch] = reachable.suffix(8) + [result.count]
          }
          result.append(note)
        }
      }
    }
    return result
  }

  fileprivate func pedals(
    _ order: [Int], _ starts: [Double], _ tempoMap: TempoMap, name: String
  ) throws(ScoreError) -> [Damping.PedalEvent] {
    var events: [Damping.PedalEvent] = []
    for (index, start) in zip(order, starts) where index < measures.count {
      for pedal in measures[index].pedals {
        events.append(
          Damping.PedalEvent(
            seconds: tempoMap.seconds(at: start + pedal.position), isDown: pedal.isDown))
      }
      if events.count > ScoreLimits.eventCount { throw WrittenScore.tooMany("pedal marks", name) }
    }
    return events
  }
}

extension WrittenNote {
  fileprivate func note(track: Int, _ tempoMap: TempoMap) -> Note {
    Note(
      onsetSeconds: tempoMap.seconds(at: position),
      releaseSeconds: tempoMap.seconds(at: position + duration), pitch: pitch,
      velocity: velocity ?? Note.unspecifiedVelocity, track: track, channel: channel,
      staff: staff, voice: voice)
  }
}
