/// Writes the bytes of MIDI files, good and bad.
enum MIDIWriter {
  static func file(format: Int = 1, division: Int = 480, _ tracks: [[UInt8]]) -> [UInt8] {
    let header = number(format, 2) + number(tracks.count, 2) + number(division, 2)
    return chunk("MThd", header) + tracks.flatMap { chunk("MTrk", $0) }
  }

  static func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
    Array(type.utf8) + number(body.count, 4) + body
  }

  static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func delta(_ ticks: Int) -> [UInt8] {
    var groups = [UInt8(ticks & 0x7F)]
    var rest = ticks >> 7
    while rest > 0 {
      groups.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
      rest >>= 7
    }
    return groups
  }

  static func on(_ ticks: Int, _ pitch: UInt8, _ velocity: UInt8 = 64, channel: UInt8 = 1)
    -> [UInt8]
  {
    delta(ticks) + [0x90 | (channel - 1), pitch, velocity]
  }

  static func off(_ ticks: Int, _ pitch: UInt8, channel: UInt8 = 1) -> [UInt8] {
    delta(ticks) + [0x80 | (channel - 1), pitch, 0]
  }

  static func pedal(_ ticks: Int, _ value: UInt8, channel: UInt8 = 1) -> [UInt8] {
    delta(ticks) + [0xB0 | (channel - 1), 64, value]
  }

  static func program(_ number: UInt8, channel: UInt8 = 1) -> [UInt8] {
    [0, 0xC0 | (channel - 1), number]
  }

  static func meta(_ ticks: Int, _ type: UInt8, _ data: [UInt8]) -> [UInt8] {
    delta(ticks) + [0xFF, type] + delta(data.count) + data
  }

  static func name(_ text: String) -> [UInt8] { meta(0, 3, Array(text.utf8)) }

  static func tempo(_ ticks: Int, _ microseconds: Int) -> [UInt8] {
    meta(ticks, 0x51, number(microseconds, 3))
  }

  static func end(_ ticks: Int = 0) -> [UInt8] { meta(ticks, 0x2F, []) }
}
