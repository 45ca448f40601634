/// Standard MIDI files, formats 0, 1 and 2, also within a RIFF wrapper.
///
/// Written after "Standard MIDI Files 1.0" (RP-001) of the MIDI Manufacturers Association.
enum MIDIFile {
  /// How ticks relate to time.
  private enum Division {
    /// Musical time, which the tempo map turns to seconds.
    case ticksPerQuarter(Double)
    /// Time code, which no tempo changes.
    case ticksPerSecond(Double)
  }

  private struct Header {
    var format: Int
    var trackCount: Int
    var division: Division
  }

  /// Reads a MIDI file.
  ///
  /// Tempo changes count in whatever track they stand. The patterns of format 2 follow one another,
  /// each with its own tempo.
  static func parse(bytes: [UInt8], name: String) throws(ScoreError) -> Score {
    var cursor = ByteCursor(bytes, fileName: name)
    let header = try readHeader(&cursor)
    var tracks: [MIDITrack] = []
    var noteCount = 0
    while tracks.count < header.trackCount {
      let place = cursor.offset
      if cursor.remaining == 0 {
        throw cursor.error(
          expected: "track \(tracks.count + 1) of \(header.trackCount)", found: "the end")
      }
      let type = try cursor.take(4, of: "a chunk type")
      if !type.allSatisfy({ (0x20...0x7E).contains($0) }) {
        throw cursor.error(expected: "a track chunk 'MTrk'", found: "no chunk type", at: place)
      }
      let length = try cursor.integer(bytes: 4, "a chunk length")
      if length > cursor.remaining && !type.elementsEqual("MTrk".utf8) {
        let found = quoted(String(decoding: type, as: UTF8.self))
        throw cursor.error(expected: "a track chunk 'MTrk'", found: found, at: place)
      }
      let chunk = try cursor.slice(length, of: "a track chunk")
      if type.elementsEqual("MTrk".utf8) {
        let track = try MIDITrack(chunk)
        noteCount += track.notes.count
        if noteCount > ScoreLimits.eventCount {
          throw cursor.error(
            expected: "at most \(ScoreLimits.eventCount) notes", found: "more", at: place)
        }
        tracks.append(track)
      }
    }
    return score(of: tracks, header)
  }

  private static func readHeader(_ cursor: inout ByteCursor) throws(ScoreError) -> Header {
    if try cursor.peek("a header chunk 'MThd'") == UInt8(ascii: "R") {
      _ = try cursor.take(20, of: "a RIFF head")
    }
    let start = cursor.offset
    let type = try cursor.take(min(4, cursor.remaining), of: "a header chunk")
    if !type.elementsEqual("MThd".utf8) {
      throw cursor.error(expected: "a header chunk 'MThd'", found: "other data", at: start)
    }
    let length = try cursor.integer(bytes: 4, "a header length")
    if length < 6 {
      throw cursor.error(
        expected: "a header of at least 6 bytes", found: "\(length)", at: start + 4)
    }
    var body = try cursor.slice(length, of: "a header")
    let format = try body.integer(bytes: 2, "a format")
    if format > 2 {
      throw body.error(expected: "MIDI file format 0, 1 or 2", found: "\(format)", at: start + 8)
    }
    let trackCount = try body.integer(bytes: 2, "a track count")
    return Header(format: format, trackCount: trackCount, division: try readDivision(&body))
  }

  private static func readDivision(_ cursor: inout ByteCursor) throws(ScoreError) -> Division {
    let place = cursor.offset
    let high = try cursor.byte("a division")
    let low = try cursor.byte("a division")
    if high < 0x80 {
      let ticks = Int(high) << 8 | Int(low)
      if ticks == 0 {
        throw cursor.error(
          expected: "a division above 0 ticks per quarter note", found: "0", at: place)
      }
      return .ticksPerQuarter(Double(ticks))
    }
    let rate = 256 - Int(high)
    if ![24, 25, 29, 30].contains(rate) || low == 0 {
      throw cursor.error(
        expected: "24, 25, 29 or 30 time code frames per second of 1 to 255 ticks",
        found: "\(rate) of \(low)", at: place)
    }
    // 29 stands for drop-frame time code, which runs at 30000/1001 frames per second.
    return .ticksPerSecond((rate == 29 ? 30000.0 / 1001 : Double(rate)) * Double(low))
  }

  private static func score(of tracks: [MIDITrack], _ header: Header) -> Score {
    var notes: [Note] = []
    var hasPedal = false
    var pedals: [PedalSpan] = []
    var bars: [Bar] = []
    var startSeconds = 0.0
    let groups =
      header.format == 2
      ? tracks.indices.map { $0..<$0 + 1 } : [tracks.indices]
    for group in groups {
      let sequence = Sequence(tracks: tracks, range: group, division: header.division)
      var sounding = sequence.notes(startSeconds: startSeconds)
      let damping = sequence.damping(startSeconds: startSeconds)
      damping.apply(to: &sounding, instruments: sounding.map { $0.channel ?? 0 })
      notes += sounding
      hasPedal = hasPedal || damping.hasPedal
      pedals += damping.spans.map {
        PedalSpan(startSeconds: $0.start, endSeconds: $0.end, channel: $0.instrument)
      }
      if groups.count == 1 { bars = sequence.bars }
      startSeconds += sequence.endSeconds
    }
    var score = Score(notes: notes, trackNames: tracks.map(\.name), hasPedal: hasPedal)
    score.pedals = pedals
    score.bars = bars
    return score
  }

  /// Tracks that run together: all of a file of format 0 or 1, one of format 2.
  private struct Sequence {
    let tracks: ArraySlice<MIDITrack>
    let ticksPerBeat: Double
    let tempoMap: TempoMap
    /// None where ticks are those of a time code.
    let bars: [Bar]

    init(tracks: [MIDITrack], range: Range<Int>, division: Division) {
      self.tracks = tracks[range]
      switch division {
      case .ticksPerQuarter(let ticks):
        ticksPerBeat = ticks
        tempoMap = TempoMap(
          changes: tracks[range].flatMap(\.tempos).map {
            TempoMap.Change(
              position: Double($0.tick) / ticks,
              secondsPerBeat: Double($0.microsecondsPerQuarter) * 1e-6)
          })
        bars = Bar.all(
          signatures: tracks[range].flatMap(\.signatures).map {
            (Double($0.tick) / ticks, $0.beats, $0.unit)
          }, end: Double(tracks[range].map(\.endTick).max() ?? 0) / ticks, tempoMap)
      case .ticksPerSecond(let ticks):
        ticksPerBeat = ticks
        tempoMap = TempoMap(changes: [], initial: 1)
        bars = []
      }
    }

    func seconds(_ tick: Int) -> Double { tempoMap.seconds(at: Double(tick) / ticksPerBeat) }

    var endSeconds: Double { seconds(tracks.map(\.endTick).max() ?? 0) }

    func notes(startSeconds: Double) -> [Note] {
      zip(tracks.indices, tracks).flatMap { index, track in
        track.notes.map { note in
          Note(
            onsetSeconds: startSeconds + seconds(note.onset),
            releaseSeconds: startSeconds + seconds(note.release), pitch: note.pitch,
            velocity: note.velocity, track: index + 1, channel: note.channel)
        }
      }
    }

    /// The pedal is per channel, whatever track it stands in, and percussion has none.
    ///
    /// A piano has one pedal though its hands may be on two channels. Hence, if the pitched notes
    /// are on at most two channels, all of General MIDI's pianos (programs 1 to 8), and the pedal
    /// is only ever pressed on one channel, it counts for all of them. Two channels that each have
    /// pedal events keep their own.
    func damping(startSeconds: Double) -> Damping {
      var pedals: [Int: [(tick: Int, event: Damping.PedalEvent)]] = [:]
      for pedal in tracks.flatMap(\.pedals) where pedal.channel != Note.percussionChannel {
        let event = Damping.PedalEvent(
          seconds: startSeconds + seconds(pedal.tick), isDown: pedal.isDown)
        pedals[pedal.channel, default: []].append((pedal.tick, event))
      }
      var lines = pedals.mapValues { $0.sorted { $0.tick < $1.tick }.map(\.event) }
      let pressed = lines.filter { $0.value.contains(where: \.isDown) }
      let pitched = Set(tracks.flatMap { $0.notes.map(\.channel) })
        .subtracting([Note.percussionChannel])
      if pressed.count == 1, let line = pressed.values.first, pitched.count <= 2,
        pitched.allSatisfy(isPiano)
      {
        for channel in pitched { lines[channel] = line }
      }
      return Damping(pedals: lines, endSeconds: startSeconds + endSeconds)
    }

    private func isPiano(_ channel: Int) -> Bool {
      tracks.allSatisfy { track in track.programs[channel, default: []].allSatisfy { $0 < 8 } }
    }
  }
}
