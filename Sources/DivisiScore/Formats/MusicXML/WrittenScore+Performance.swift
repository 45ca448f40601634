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
    var remarks = ReadingNotes()
    let swings = swings
    for (index, var part) in parts.enumerated() {
      remarks.add(part.remarks)
      let moved = part.settleStaves()
      if moved > 0 {
        remarks.mend(
          "notes printed on the other staff, left to the hand of their voice", count: moved)
      }
      let played = try part.notes(order, starts, swings, name: name)
      if notes.count + played.count > ScoreLimits.eventCount { throw Self.tooMany("notes", name) }
      let kind: Note.Kind? = NameHint(part.name) == .click ? .click : nil
      notes += played.map { $0.note(track: index + 1, kind, tempoMap) }
      pedals[index + 1] = try part.pedals(order, starts, tempoMap, name: name)
    }
    let damping = Damping(
      pedals: shared(pedals, notes), endSeconds: tempoMap.seconds(at: end))
    damping.apply(to: &notes, instruments: notes.map(\.track))
    var score = Score(notes: notes, trackNames: parts.map(\.name), hasPedal: damping.hasPedal)
    score.pedals = damping.spans.map {
      PedalSpan(startSeconds: $0.start, endSeconds: $0.end, track: $0.instrument)
    }
    score.warnings = remarks.lines(name: name)
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
      var bar = Bar(
        number: frames[index].number ?? index + 1, start: start, length: frames[index].length,
        beatUnit: units[index], tempoMap)
      bar.mark = frames[index].mark
      beatCount += bar.beats.count
      guard beatCount <= ScoreLimits.eventCount else { return [] }
      bars.append(bar)
    }
    return bars
  }

  /// Which swing holds in each measure, from which place on; none where nothing is swung.
  private var swings: [[Swing]] {
    guard frames.contains(where: { !$0.swings.isEmpty }) else { return [] }
    var current: Swing?
    return frames.map { frame in
      let here = frame.swings.sorted { $0.position < $1.position }
      defer { current = here.last ?? current }
      guard var before = current else { return here }
      before.position = 0
      return [before] + here
    }
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
    let pitched = Set(notes.filter { $0.kind == .pitched }.map(\.track))
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
  private static let tolerance = OpenTies.tolerance

  /// The notes in playing order, with positions from the start of the score and ties joined.
  ///
  /// A tie joins a note to the next of its pitch that begins where it ends; see ``OpenTies``.
  fileprivate func notes(
    _ order: [Int], _ starts: [Double], _ swings: [[Swing]], name: String
  ) throws(ScoreError) -> [WrittenNote] {
    var result: [WrittenNote] = []
    var ties = OpenTies()
    var playedCount = 0
    for (index, start) in zip(order, starts) where index < measures.count {
      let played = try self.played(index, swings, &playedCount, name: name)
      ties.enterMeasure(index)
      for var note in played {
        note.position += start
        note.printedPosition? += start
        if let first = ties.reached(by: note, at: result.count) {
          result[first].duration = note.position + note.duration - result[first].position
        } else {
          result.append(note)
        }
      }
    }
    return result
  }

  private func lineTrill(of note: WrittenNote) -> Ornament? {
    note.lineTrill.flatMap { endedTrillLines.contains($0.line) ? $0.ornament : nil }
  }

  /// The notes of a measure as they are played, in order: ornaments, and swing.
  private func played(
    _ index: Int, _ swings: [[Swing]], _ count: inout Int, name: String
  ) throws(ScoreError) -> [WrittenNote] {
    var notes: [WrittenNote] = []
    for note in measures[index].notes {
      if let ornament = note.ornament ?? lineTrill(of: note) {
        notes += ornament.played(note)
      } else {
        notes.append(note)
      }
      if count + notes.count > ScoreLimits.eventCount { throw WrittenScore.tooMany("notes", name) }
    }
    count += notes.count
    if index < swings.count, !swings[index].isEmpty {
      for i in notes.indices {
        let place = notes[i].position
        guard let swing = swings[index].last(where: { $0.position <= place + Self.tolerance })
        else {
          continue
        }
        let end = swing.played(place + notes[i].duration)
        notes[i].position = swing.played(place)
        notes[i].printedPosition = notes[i].printedPosition.map(swing.played)
        notes[i].duration = max(0, end - notes[i].position)
      }
    }
    return notes.sorted { $0.position < $1.position }
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
  fileprivate func note(track: Int, _ kind: Note.Kind?, _ tempoMap: TempoMap) -> Note {
    var note = Note(
      onsetSeconds: tempoMap.seconds(at: position),
      releaseSeconds: tempoMap.seconds(at: position + duration), pitch: pitch,
      velocity: velocity ?? Note.unspecifiedVelocity, track: track, channel: channel,
      staff: staff, voice: voice, kind: kind)
    note.printedOnsetSeconds = printedPosition.map(tempoMap.seconds)
    note.isGrace = isGrace
    return note
  }
}
