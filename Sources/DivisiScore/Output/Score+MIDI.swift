extension Score {
  /// The score as a MIDI file of format 1, whose time 0 is that of the score.
  ///
  /// Where the score has bars, the file has them too: time signatures, and a tempo for each beat that
  /// puts it where the bar has it. Notes need not lie on beats; each is within a tick of its time. Tracks
  /// keep their order and names, a track for each staff where a part has several. Drums are on channel 10,
  /// and pedals on their channels, or those of their part.
  public func midiFile() -> [UInt8] {
    let grid = MIDIGrid(bars: bars)
    let lines = ScoreLine.all(of: self)
    var written: Set<Int> = []
    var chunks: [[UInt8]] = []
    for (index, line) in lines.enumerated() {
      var events = channelEvents(of: line, &written, grid)
      if index == 0 { events += Self.events(of: grid) + markers(on: grid) }
      chunks.append(Self.track(name: line.name, Self.inOrder(events)))
    }
    var head: [UInt8] = Array("MThd".utf8)
    for (value, count) in [(6, 4), (1, 2), (lines.count, 2), (MIDIGrid.ticksPerQuarter, 2)] {
      head += Self.bytes(value, count)
    }
    return head + chunks.joined()
  }

  /// All notes and pedals as MIDI messages in the order of ticks, each of three bytes.
  public func channelEvents(on grid: MIDIGrid) -> [(tick: Int, bytes: [UInt8])] {
    var written: Set<Int> = []
    let events = ScoreLine.all(of: self).flatMap { channelEvents(of: $0, &written, grid) }
    return Self.inOrder(events).map { ($0.tick, $0.bytes) }
  }

  /// - Parameter written: the channels whose pedals have been written.
  private func channelEvents(
    of line: ScoreLine, _ written: inout Set<Int>, _ grid: MIDIGrid
  ) -> [Event] {
    let channels = Set(line.notes.map { Self.channel(of: $0, in: line) })
    let fresh = channels.subtracting(written)
    written.formUnion(channels)
    var events = line.notes.flatMap {
      Self.events(of: $0, channel: Self.channel(of: $0, in: line), grid)
    }
    for pedal in pedals {
      let played =
        pedal.channel.map { fresh.intersection([$0]) }
        ?? (pedal.track == line.track ? channels : [])
      for channel in played.sorted() {
        events += Self.events(of: pedal, channel: channel, grid)
      }
    }
    return events
  }

  /// What happens at a tick; of several things at one tick those of lower rank come first.
  private struct Event {
    var tick: Int
    var rank: Int
    var bytes: [UInt8]
  }

  private static func inOrder(_ events: [Event]) -> [Event] {
    let order = events.indices.sorted {
      (events[$0].tick, events[$0].rank, $0) < (events[$1].tick, events[$1].rank, $1)
    }
    return order.map { events[$0] }
  }

  private static func channel(of note: Note, in line: ScoreLine) -> Int {
    note.kind == .drum ? Note.percussionChannel : note.channel ?? line.channel
  }

  private static func events(of note: Note, channel: Int, _ grid: MIDIGrid) -> [Event] {
    let channel = UInt8(channel - 1)
    let pitch = UInt8(note.pitch)
    let start = grid.tick(atSeconds: note.onsetSeconds)
    let end = max(start + 1, grid.tick(atSeconds: note.releaseSeconds))
    return [
      Event(tick: start, rank: 4, bytes: [0x90 | channel, pitch, UInt8(note.velocity)]),
      Event(tick: end, rank: 1, bytes: [0x80 | channel, pitch, 64]),
    ]
  }

  private static func events(of pedal: PedalSpan, channel: Int, _ grid: MIDIGrid) -> [Event] {
    let start = grid.tick(atSeconds: pedal.startSeconds)
    let end = max(start + 1, grid.tick(atSeconds: pedal.endSeconds))
    let status = 0xB0 | UInt8(channel - 1)
    return [
      Event(tick: start, rank: 3, bytes: [status, 64, 127]),
      Event(tick: end, rank: 2, bytes: [status, 64, 0]),
    ]
  }

  private static func events(of grid: MIDIGrid) -> [Event] {
    grid.signatures.map {
      let exponent = UInt8($0.unit.trailingZeroBitCount)
      // The metronome clicks each beat: 24 clocks in a quarter note.
      let clocks = UInt8(max(1, 96 / $0.unit))
      return Event(
        tick: $0.tick, rank: 0,
        bytes: [0xFF, 0x58, 4, UInt8(min($0.beats, 255)), exponent, clocks, 8])
    }
      + grid.tempos.map {
        Event(
          tick: $0.tick, rank: 0, bytes: [0xFF, 0x51, 3] + bytes($0.microsecondsPerQuarter, 3))
      }
  }

  private func markers(on grid: MIDIGrid) -> [Event] {
    bars.filter { !$0.mark.isEmpty && $0.beats[0] >= 0 }.map { bar in
      let text = Array(bar.mark.utf8)
      return Event(
        tick: grid.tick(atSeconds: bar.beats[0]), rank: 0,
        bytes: [0xFF, 6] + Self.variableLength(text.count) + text)
    }
  }

  private static func track(name: String, _ events: [Event]) -> [UInt8] {
    var body: [UInt8] = []
    if !name.isEmpty {
      let text = Array(name.utf8)
      body += [0, 0xFF, 3] + variableLength(text.count) + text
    }
    var tick = 0
    for event in events {
      body += variableLength(event.tick - tick) + event.bytes
      tick = event.tick
    }
    body += [0, 0xFF, 0x2F, 0]
    return Array("MTrk".utf8) + bytes(body.count, 4) + body
  }

  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func variableLength(_ value: Int) -> [UInt8] {
    var groups = [UInt8(value & 0x7F)]
    var rest = value >> 7
    while rest > 0 {
      groups.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return groups.reversed()
  }
}
