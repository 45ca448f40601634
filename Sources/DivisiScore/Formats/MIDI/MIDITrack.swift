/// A channel of a port: what one instrument of a MIDI file listens to.
struct MIDIAddress: Hashable {
  /// From 0; files without ports have 0 alone.
  var port: Int
  /// From 1 to 16.
  var channel: Int
}

/// What one track chunk of a MIDI file says, in ticks.
struct MIDITrack {
  /// A note with its key held from `onset` to `release`.
  struct TickNote {
    var onset: Int
    var release: Int
    var pitch: Int
    var velocity: Int
    var address: MIDIAddress
  }

  private(set) var name = ""
  /// The name of the instrument, which many programs write in place of the track's.
  private(set) var instrumentName = ""
  private(set) var notes: [TickNote] = []
  private(set) var pedals: [(tick: Int, address: MIDIAddress, isDown: Bool)] = []
  private(set) var tempos: [(tick: Int, microsecondsPerQuarter: Int)] = []
  /// For each address every General MIDI program that it is set to, from 0.
  private(set) var programs: [MIDIAddress: Set<Int>] = [:]
  /// Time signatures: so many beats of a 1/unit note.
  private(set) var signatures: [(tick: Int, beats: Int, unit: Int)] = []
  /// Places that have a name.
  private(set) var markers: [(tick: Int, text: String)] = []
  /// What bank selects and system exclusive events say of drums.
  private(set) var kits = MIDIKits()
  private(set) var endTick = 0
  /// What is wrong in the chunk, as far as it was read; at most a few.
  private(set) var problems: [ScoreError] = []
  /// The offset after the last byte that was understood.
  private(set) var endOffset: Int
  /// Whether the chunk has an end-of-track event.
  private(set) var isEnded = false

  private var port = 0
  private var openNotes = OpenNotes()
  private var wrongPitchCount = 0
  /// Where the pedal is down.
  private var pressed: Set<MIDIAddress> = []

  /// A millisecond’s work or less.
  private static let eventsBetweenChecks = 4096

  /// Reads a track chunk without its eight bytes of head.
  ///
  /// Lenient where sound survives: a missing end-of-track event, running status across meta events,
  /// which the standard forbids, and data bytes above 127. A note left open ends with the track.
  /// What follows damage is left out, and the damage is among the problems.
  ///
  /// - Throws: if there is more than ``ScoreLimits`` allow, or the score is abandoned.
  init(_ chunk: ByteCursor, _ abandonment: Abandonment) throws(ScoreError) {
    var cursor = chunk
    endOffset = cursor.offset
    var runningStatus: UInt8?
    var eventCount = 0
    while cursor.remaining > 0 && !isEnded {
      eventCount += 1
      if eventCount % Self.eventsBetweenChecks == 0 { try abandonment.check() }
      let place = cursor.offset
      do throws(ScoreError) {
        try readEvent(&cursor, &runningStatus)
        endOffset = cursor.offset
      } catch {
        problems.append(error)
        break
      }
      if max(notes.count, pedals.count, tempos.count, signatures.count) > ScoreLimits.eventCount {
        throw cursor.error(
          expected: "at most \(ScoreLimits.eventCount) notes", found: "more", at: place)
      }
    }
    if wrongPitchCount > 0 {
      problems.append(
        chunk.error(
          expected: "pitches from 0 to 127",
          found: "\(wrongPitchCount) note\(wrongPitchCount == 1 ? "" : "s") above, left out"))
    }
    openNotes.closeAll(at: endTick, in: &notes)
  }

  private mutating func readEvent(
    _ cursor: inout ByteCursor, _ runningStatus: inout UInt8?
  ) throws(ScoreError) {
    // Deltas are below 2^28 and a file below 2^28 bytes, so that the sum cannot overflow.
    let delta = try Self.variableLength(&cursor, "a delta time")
    let place = cursor.offset
    var status = try cursor.peek("an event")
    if status >= 0x80 {
      _ = try cursor.byte("an event")
    } else if let running = runningStatus {
      status = running
    } else {
      throw cursor.error(expected: "a status byte from 80 to FF", found: hex(status))
    }
    endTick += delta
    switch status {
    case 0x80..<0xF0:
      runningStatus = status
      try readChannelEvent(status, &cursor)
    case 0xF0, 0xF7:
      let length = try Self.variableLength(&cursor, "a system exclusive length")
      kits.read(exclusive: try cursor.take(length, of: "a system exclusive event"), port: port)
    case 0xFF:
      isEnded = try readMetaEvent(&cursor)
    default:
      throw cursor.error(
        expected: "a channel, system exclusive or meta event", found: hex(status), at: place)
    }
  }

  private mutating func readChannelEvent(
    _ status: UInt8, _ cursor: inout ByteCursor
  ) throws(ScoreError) {
    let address = MIDIAddress(port: port, channel: Int(status & 0x0F) + 1)
    let first = Int(try cursor.byte("a data byte"))
    let kind = status & 0xF0
    if kind == 0xC0 {
      programs[address, default: []].insert(first & 0x7F)
      return
    }
    if kind == 0xD0 { return }
    let second = min(127, Int(try cursor.byte("a data byte")))
    switch kind {
    case 0x90 where second > 0 && first > 127: wrongPitchCount += 1
    case 0x90 where second > 0:
      openNotes.open(notes.count, address, pitch: first)
      notes.append(
        TickNote(
          onset: endTick, release: endTick, pitch: first, velocity: second, address: address))
    case 0x80, 0x90: openNotes.closeOldest(address, pitch: first, at: endTick, in: &notes)
    case 0xB0: readController(first, second, address)
    default: break
    }
  }

  private mutating func readController(_ number: Int, _ value: Int, _ address: MIDIAddress) {
    switch number {
    case 0: kits.read(bank: value, of: address)
    case 64: movePedal(address, isDown: value >= 64)
    case 120:
      // All sound off silences what the pedal holds too.
      openNotes.closeAll(of: address, at: endTick, in: &notes)
      if pressed.contains(address) {
        movePedal(address, isDown: false)
        movePedal(address, isDown: true)
      }
    case 121: if pressed.contains(address) { movePedal(address, isDown: false) }
    // All notes off, and the changes of mode that imply it.
    case 123...127: openNotes.closeAll(of: address, at: endTick, in: &notes)
    default: break
    }
  }

  private mutating func movePedal(_ address: MIDIAddress, isDown: Bool) {
    pedals.append((endTick, address, isDown))
    if isDown { pressed.insert(address) } else { pressed.remove(address) }
  }

  /// - Returns: whether this ends the track.
  private mutating func readMetaEvent(_ cursor: inout ByteCursor) throws(ScoreError) -> Bool {
    let place = cursor.offset
    let type = try cursor.byte("a meta event type")
    let length = try Self.variableLength(&cursor, "a meta event length")
    let data = try cursor.take(length, of: "a meta event")
    switch type {
    case 0x2F: return true
    case 0x03 where name.isEmpty: name = MIDIText.decoded(data)
    case 0x04 where instrumentName.isEmpty: instrumentName = MIDIText.decoded(data)
    case 0x06 where markers.count < ScoreLimits.eventCount:
      markers.append((endTick, MIDIText.decoded(data)))
    case 0x21: port = data.first.map { Int($0) } ?? port
    case 0x51:
      let tempo = data.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      if length == 3 && tempo > 0 {
        tempos.append((endTick, tempo))
      } else if problems.count < 4 {
        problems.append(
          cursor.error(
            expected: "a tempo of three bytes, above zero",
            found: length == 3 ? "zero" : "\(length) bytes", at: place))
      }
    case 0x58 where length >= 2:
      // What cannot be a signature is left out: nothing sounds different without it.
      let (beats, exponent) = (Int(data[data.startIndex]), Int(data[data.startIndex + 1]))
      if beats > 0, exponent <= 6 { signatures.append((endTick, beats, 1 << exponent)) }
    default: break
    }
    return false
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
}

/// Which notes wait for their note-off, oldest first, per address and pitch.
private struct OpenNotes {
  private struct Key: Hashable {
    var address: MIDIAddress
    var pitch: Int
  }

  private var waiting: [Key: (notes: [Int], first: Int)] = [:]

  mutating func open(_ note: Int, _ address: MIDIAddress, pitch: Int) {
    waiting[Key(address: address, pitch: pitch), default: ([], 0)].notes.append(note)
  }

  /// A key struck twice and released twice: each release ends the older note, so that no length is
  /// lost; ``Damping`` then ends the older at the second stroke if that is a later one.
  mutating func closeOldest(
    _ address: MIDIAddress, pitch: Int, at tick: Int, in notes: inout [MIDITrack.TickNote]
  ) {
    let key = Key(address: address, pitch: pitch)
    guard let queue = waiting[key] else { return }
    notes[queue.notes[queue.first]].release = tick
    if queue.first + 1 == queue.notes.count {
      waiting[key] = nil
    } else {
      waiting[key]?.first += 1
    }
  }

  mutating func closeAll(
    of address: MIDIAddress, at tick: Int, in notes: inout [MIDITrack.TickNote]
  ) {
    for pitch in 0..<128 {
      let key = Key(address: address, pitch: pitch)
      guard let queue = waiting.removeValue(forKey: key) else { continue }
      for note in queue.notes[queue.first...] { notes[note].release = tick }
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
