/// What one track chunk of a MIDI file says, in ticks.
struct MIDITrack {
  /// A note with its key held from `onset` to `release`.
  struct TickNote {
    var onset: Int
    var release: Int
    var pitch: Int
    var velocity: Int
    var channel: Int
  }

  private(set) var name = ""
  private(set) var notes: [TickNote] = []
  private(set) var pedals: [(tick: Int, channel: Int, isDown: Bool)] = []
  private(set) var tempos: [(tick: Int, microsecondsPerQuarter: Int)] = []
  /// Per channel, 1 to 16, every General MIDI program it is set to, from 0.
  private(set) var programs: [Int: Set<Int>] = [:]
  /// Time signatures: so many beats of a 1/unit note.
  private(set) var signatures: [(tick: Int, beats: Int, unit: Int)] = []
  private(set) var endTick = 0

  private var openNotes = OpenNotes()

  /// Reads a track chunk without its eight bytes of head.
  ///
  /// Lenient where sound survives: a missing end-of-track event, and running status across meta
  /// events, which the standard forbids. A note left open ends with the track.
  init(_ chunk: ByteCursor) throws(ScoreError) {
    var cursor = chunk
    var runningStatus: UInt8?
    var isEnded = false
    while cursor.remaining > 0 && !isEnded {
      // Deltas are below 2^28 and a file below 2^28 bytes, so that the sum cannot overflow.
      endTick += try Self.variableLength(&cursor, "a delta time")
      let place = cursor.offset
      var status = try cursor.peek("an event")
      if status >= 0x80 {
        _ = try cursor.byte("an event")
      } else if let running = runningStatus {
        status = running
      } else {
        throw cursor.error(expected: "a status byte from 80 to FF", found: hex(status))
      }
      switch status {
      case 0x80..<0xF0:
        runningStatus = status
        try readChannelEvent(status, &cursor)
      case 0xF0, 0xF7:
        let length = try Self.variableLength(&cursor, "a system exclusive length")
        _ = try cursor.take(length, of: "a system exclusive event")
      case 0xFF:
        isEnded = try readMetaEvent(&cursor)
      default:
        throw cursor.error(
          expected: "a channel, system exclusive or meta event", found: hex(status), at: place)
      }
      if max(notes.count, pedals.count, tempos.count, signatures.count) > ScoreLimits.eventCount {
        throw cursor.error(
          expected: "at most \(ScoreLimits.eventCount) notes", found: "more", at: place)
      }
    }
    openNotes.closeAll(at: endTick, in: &notes)
  }

  private mutating func readChannelEvent(
    _ status: UInt8, _ cursor: inout ByteCursor
  ) throws(ScoreError) {
    let channel = Int(status & 0x0F) + 1
    let first = try Self.dataByte(&cursor)
    let kind = status & 0xF0
    if kind == 0xC0 {
      programs[channel, default: []].insert(first)
      return
    }
    if kind == 0xD0 { return }
    let second = try Self.dataByte(&cursor)
    switch kind {
    case 0x90 where second > 0:
      openNotes.open(notes.count, channel: channel, pitch: first)
      notes.append(
        TickNote(
          onset: endTick, release: endTick, pitch: first, velocity: second, channel: channel))
    case 0x80, 0x90:
      openNotes.closeOldest(channel: channel, pitch: first, at: endTick, in: &notes)
    case 0xB0 where first == 64:
      pedals.append((endTick, channel, second >= 64))
    default: break
    }
  }

  /// - Returns: whether this ends the track.
  private mutating func readMetaEvent(_ cursor: inout ByteCursor) throws(ScoreError) -> Bool {
    let place = cursor.offset
    let type = try cursor.byte("a meta event type")
    let length = try Self.variableLength(&cursor, "a meta event length")
    let data = try cursor.take(length, of: "a meta event")
    switch type {
    case 0x2F: return true
    case 0x03 where name.isEmpty: name = Self.text(data)
    case 0x51:
      let tempo = data.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      if length != 3 || tempo == 0 {
        throw cursor.error(
          expected: "a tempo of three bytes, above zero",
          found: length == 3 ? "zero" : "\(length) bytes", at: place)
      }
      tempos.append((endTick, tempo))
    case 0x58 where length >= 2:
      // What cannot be a signature is left out: nothing sounds different without it.
      let (beats, exponent) = (Int(data[data.startIndex]), Int(data[data.startIndex + 1]))
      if beats > 0, exponent <= 6 { signatures.append((endTick, beats, 1 << exponent)) }
    default: break
    }
    return false
  }

  private static func dataByte(_ cursor: inout ByteCursor) throws(ScoreError) -> Int {
    let place = cursor.offset
    let value = try cursor.byte("a data byte")
    if value >= 0x80 {
      throw cursor.error(expected: "a data byte from 00 to 7F", found: hex(value), at: place)
    }
    return Int(value)
  }

  private static func variableLength(
    _ cursor: inout ByteCursor, _ what: String
  ) throws(ScoreError) -> Int {
    let place = cursor.offset
    var value = 0
    for _ in 0..<4 {
      let byte = try cursor.byte(what)
      value = value << 7 | Int(byte & 0x7F)
      if byte < 0x80 { return value }
    }
    throw cursor.error(expected: "\(what) of at most four bytes", found: "more", at: place)
  }

  /// Track names are in whatever encoding their author used: UTF-8 if it is valid, else Latin-1.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    let short = bytes.prefix(1024)
    let text =
      String(validating: short, as: UTF8.self)
      ?? String(
        String.UnicodeScalarView(short.map { Unicode.Scalar($0) }))
    return onOneLine(String(text.trimmed))
  }
}

/// Which notes wait for their note-off, oldest first, per channel and pitch.
private struct OpenNotes {
  private var waiting: [Int: (notes: [Int], first: Int)] = [:]

  mutating func open(_ note: Int, channel: Int, pitch: Int) {
    waiting[channel * 128 + pitch, default: ([], 0)].notes.append(note)
  }

  /// A key struck twice and released twice: each release ends the older note, so that no length is
  /// lost; ``Damping`` then ends the older at the second stroke if that is a later one.
  mutating func closeOldest(
    channel: Int, pitch: Int, at tick: Int, in notes: inout [MIDITrack.TickNote]
  ) {
    let key = channel * 128 + pitch
    guard let queue = waiting[key] else { return }
    notes[queue.notes[queue.first]].release = tick
    if queue.first + 1 == queue.notes.count {
      waiting[key] = nil
    } else {
      waiting[key]?.first += 1
    }
  }

  mutating func closeAll(at tick: Int, in notes: inout [MIDITrack.TickNote]) {
    for queue in waiting.values {
      for note in queue.notes[queue.first...] { notes[note].release = tick }
    }
    waiting = [:]
  }
}

/// A byte as two hexadecimal digits.
private func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return byte < 16 ? "0" + digits : digits
}
