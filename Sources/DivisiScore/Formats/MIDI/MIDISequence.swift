/// Tracks that run together: all of a file of format 0 or 1, one of format 2.
struct MIDISequence {
  private let tracks: ArraySlice<MIDITrack>
  private let roles: MIDIRoles
  private let ticksPerBeat: Double
  private let tempoMap: TempoMap
  /// None where ticks are those of a time code.
  private(set) var bars: [Bar]
  /// Each track's channels that share strings and a pedal have one number.
  private let instruments: [MIDIRoles.Line: Int]

  init(tracks: ArraySlice<MIDITrack>, roles: MIDIRoles, division: MIDIFile.Division) {
    self.tracks = tracks
    self.roles = roles
    switch division {
    case .ticksPerQuarter(let ticks):
      ticksPerBeat = ticks
      tempoMap = TempoMap(
        changes: tracks.flatMap(\.tempos).map {
          TempoMap.Change(
            position: Double($0.tick) / ticks,
            secondsPerBeat: Double($0.microsecondsPerQuarter) * 1e-6)
        })
      bars = Bar.all(
        signatures: tracks.flatMap(\.signatures).map {
          (Double($0.tick) / ticks, $0.beats, $0.unit)
        }, end: Double(tracks.map(\.endTick).max() ?? 0) / ticks, tempoMap)
      for marker in tracks.flatMap(\.markers) {
        bars.mark(
          atSeconds: tempoMap.seconds(at: Double(marker.tick) / ticks), with: marker.text)
      }
    case .ticksPerSecond(let ticks):
      ticksPerBeat = ticks
      tempoMap = TempoMap(changes: [], initial: 1)
      bars = []
    }
    instruments = roles.instruments(ofTracks: tracks.indices)
  }

  private func seconds(_ tick: Int) -> Double {
    tempoMap.seconds(at: Double(tick) / ticksPerBeat)
  }

  /// How long the sequence is.
  var endSeconds: Double { seconds(tracks.map(\.endTick).max() ?? 0) }

  /// The notes of all tracks, with the instrument that each is played on.
  func notes(startSeconds: Double) -> [(note: Note, instrument: Int)] {
    zip(tracks.indices, tracks).flatMap { index, track in
      track.notes.map { note in
        let line = MIDIRoles.Line(track: index, address: note.address)
        return (
          Note(
            onsetSeconds: startSeconds + seconds(note.onset),
            releaseSeconds: startSeconds + seconds(note.release), pitch: note.pitch,
            velocity: note.velocity, track: index + 1, channel: note.address.channel,
            kind: roles.kind(of: line)),
          instruments[line] ?? 0
        )
      }
    }
  }

  /// The pedal is the instrument's in whose track it stands, else that of all instruments on its
  /// channel; drums have none.
  ///
  /// A piano has one pedal though its hands may be on two channels. Hence, if there are at most two
  /// pitched instruments, all of General MIDI's pianos (programs 1 to 8) as far as the file says, and
  /// only one ever has its pedal pressed, it counts for both. Two that each have pedal events keep
  /// their own.
  ///
  /// - Throws: if there would be more marks, over all instruments, than ``ScoreLimits`` allow.
  func damping(startSeconds: Double, fileName: String) throws(ScoreError) -> Damping {
    let pitched = instruments.filter { roles.kind(of: $0.key) == .pitched }
    let byAddress = Dictionary(grouping: pitched, by: \.key.address)
      .mapValues { Set($0.map(\.value)) }
    var pedals: [Int: [(tick: Int, event: Damping.PedalEvent)]] = [:]
    var count = 0
    for (index, track) in zip(tracks.indices, tracks) {
      for pedal in track.pedals {
        let event = Damping.PedalEvent(
          seconds: startSeconds + seconds(pedal.tick), isDown: pedal.isDown)
        let own = MIDIRoles.Line(track: index, address: pedal.address)
        let played =
          instruments[own].map { pitched[own] == nil ? [] : [$0] } ?? byAddress[pedal.address] ?? []
        count += played.count
        if count > ScoreLimits.eventCount { throw ScoreLimits.tooManyPedalMarks(fileName) }
        for instrument in played { pedals[instrument, default: []].append((pedal.tick, event)) }
      }
    }
    var lines = pedals.mapValues { $0.sorted { $0.tick < $1.tick }.map(\.event) }
    let pressed = lines.filter { $0.value.contains(where: \.isDown) }
    let all = Set(pitched.values)
    if pressed.count == 1, let line = pressed.values.first, all.count <= 2,
      pitched.keys.allSatisfy(roles.mayBePiano)
    {
      for instrument in all { lines[instrument] = line }
    }
    return Damping(pedals: lines, endSeconds: startSeconds + endSeconds)
  }

  /// When the pedals of instruments are down, with the tracks and channels that they are on.
  func pedals(_ spans: [(instrument: Int, start: Double, end: Double)]) -> [PedalSpan] {
    let lines = Dictionary(grouping: instruments.keys, by: { instruments[$0] ?? 0 })
    return spans.flatMap { span in
      let channels = Set((lines[span.instrument] ?? []).map(\.address.channel))
      return channels.sorted().map {
        PedalSpan(startSeconds: span.start, endSeconds: span.end, channel: $0)
      }
    }
  }
}
