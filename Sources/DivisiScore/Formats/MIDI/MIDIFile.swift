/// Standard MIDI files, formats 0, 1 and 2, also within a RIFF wrapper.
///
/// Written after "Standard MIDI Files 1.0" (RP-001) of the MIDI Manufacturers Association. Files whose
/// counts, lengths or ends are wrong are read as far as they make sense.
enum MIDIFile {
  /// How ticks relate to time.
  enum Division {
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

  /// Of a header's count of tracks, 16 bits.
  private static let maximumTrackCount = 65_535

  /// Reads a MIDI file.
  ///
  /// Tempo changes count in whatever track they stand. The patterns of format 2 follow one another,
  /// each with its own tempo.
  static func parse(
    bytes: [UInt8], name: String, _ abandonment: Abandonment
  ) throws(ScoreError) -> Score {
    var cursor = ByteCursor(bytes, fileName: name)
    let header = try readHeader(&cursor)
    let tracksOffset = cursor.offset
    let chunks = MIDIChunks(bytes, from: tracksOffset)
    var tracks: [MIDITrack] = []
    var problems: [ScoreError] = []
    var (noteCount, pedalCount) = (0, 0)
    for chunk in chunks.tracks.prefix(maximumTrackCount) {
      try abandonment.check()
      let track = try MIDITrack(cursor.slice(chunk.body), abandonment)
      noteCount += track.notes.count
      if noteCount > ScoreLimits.eventCount {
        throw cursor.error(
          expected: "at most \(ScoreLimits.eventCount) notes", found: "more", at: chunk.offset)
      }
      pedalCount += track.pedals.count
      if pedalCount > ScoreLimits.eventCount { throw ScoreLimits.tooManyPedalMarks(name) }
      tracks.append(track)
      if !track.problems.isEmpty {
        problems += track.problems
      } else if let stated = chunk.wrongLength, track.endOffset != chunk.body.lowerBound + stated {
        problems.append(
          cursor.error(
            expected: "a track of \(stated) bytes, as its chunk says",
            found: "\(chunk.body.count)", at: chunk.offset))
      }
    }
    if tracks.isEmpty {
      throw cursor.error(
        expected: "a track chunk 'MTrk'", found: chunks.firstType(quoted), at: tracksOffset)
    }
    if noteCount == 0, let problem = problems.first { throw problem }
    if tracks.count != header.trackCount && !(header.format == 0 && header.trackCount == 0) {
      problems.append(
        ScoreError(
          in: name,
          expected:
            "\(header.trackCount) track\(header.trackCount == 1 ? "" : "s"), as the header says",
          found: "\(tracks.count)"))
    }
    var score = try score(of: tracks, header, name: name)
    score.warnings = MIDIWarnings.lines(problems, fileName: name)
    return score
  }

  private static func readHeader(_ cursor: inout ByteCursor) throws(ScoreError) -> Header {
    if try cursor.peek("a header chunk 'MThd'") != UInt8(ascii: "M") {
      cursor.skip(to: "MThd")
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

  private static func score(
    of tracks: [MIDITrack], _ header: Header, name: String
  ) throws(ScoreError) -> Score {
    var notes: [Note] = []
    var hasPedal = false
    var pedals: [PedalSpan] = []
    var bars: [Bar] = []
    var startSeconds = 0.0
    let roles = MIDIRoles(tracks)
    let groups =
      header.format == 2
      ? tracks.indices.map { $0..<$0 + 1 } : [tracks.indices]
    for group in groups {
      let sequence = MIDISequence(tracks: tracks[group], roles: roles, division: header.division)
      let played = sequence.notes(startSeconds: startSeconds)
      var sounding = played.map(\.note)
      let damping = try sequence.damping(startSeconds: startSeconds, fileName: name)
      damping.apply(to: &sounding, instruments: played.map(\.instrument))
      notes += sounding
      hasPedal = hasPedal || damping.hasPedal
      pedals += sequence.pedals(damping.spans)
      if groups.count == 1 { bars = sequence.bars }
      startSeconds += sequence.endSeconds
    }
    var score = Score(
      notes: notes, trackNames: tracks.map { $0.name.isEmpty ? $0.instrumentName : $0.name },
      hasPedal: hasPedal)
    score.pedals = pedals
    score.bars = bars
    score.channelNames = roles.channelNames
    score.programs = roles.programs
    return score
  }
}

/// What is doubtful in a MIDI file, in lines.
enum MIDIWarnings {
  /// Of a kind of damage, lines that are worth reading.
  private static let maximumCount = 8

  /// A line for each problem; of very many only the first.
  static func lines(_ problems: [ScoreError], fileName: String) -> [String] {
    var lines = problems.prefix(maximumCount).map(\.description)
    if problems.count > maximumCount {
      lines.append(onOneLine("\(fileName): \(problems.count - maximumCount) more such problems"))
    }
    return lines
  }
}
