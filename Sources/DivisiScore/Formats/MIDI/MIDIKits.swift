/// Which channels a MIDI file sets to a drum kit, or takes back from it.
///
/// Bank selects of General MIDI 2 (most significant byte 120 for drums, 121 for melody) and XG (126 and
/// 127 for drums), and the part modes of Roland's GS and Yamaha's XG in system exclusive events.
///
/// - SeeAlso: "General MIDI 2", RP-024, MMA 1999; Roland SC-88 and Yamaha MU80, owner's manuals.
struct MIDIKits {
  private var drums: [MIDIAddress: Bool] = [:]
  private var xgDrums: Set<MIDIAddress> = []
  private var hasGS = false

  /// Takes a bank select, controller 0.
  mutating func read(bank: Int, of address: MIDIAddress) {
    switch bank {
    case 120: drums[address] = true
    case 121: drums[address] = false
    // In GS, 127 is the bank of an older synthesizer.
    case 126, 127: xgDrums.insert(address)
    default: break
    }
  }

  /// Takes the body of a system exclusive event, without F0.
  mutating func read(exclusive bytes: ArraySlice<UInt8>, port: Int) {
    let data = bytes.prefix(8).map { Int($0) }
    if data.count >= 8, data[0] == 0x41, data[2] == 0x42, data[3] == 0x12, data[4] == 0x40 {
      hasGS = true
      if data[5] & 0xF0 == 0x10, data[6] == 0x15 {
        // Part 0 is channel 10, parts 1 to 9 are channels 1 to 9, the others follow.
        let part = data[5] & 0x0F
        let channel = part == 0 ? 10 : part < 10 ? part : part + 1
        drums[MIDIAddress(port: port, channel: channel)] = data[7] > 0
      }
    }
    if data.count >= 7, data[0] == 0x43, data[1] & 0xF0 == 0x10, data[2] == 0x4C, data[3] == 8,
      data[4] < 16, data[5] == 7
    {
      drums[MIDIAddress(port: port, channel: data[4] + 1)] = data[6] > 0
    }
  }

  /// What the tracks of a file say together.
  init(_ all: some Swift.Sequence<MIDIKits>) {
    for kits in all {
      drums.merge(kits.drums) { $1 }
      xgDrums.formUnion(kits.xgDrums)
      hasGS = hasGS || kits.hasGS
    }
  }

  /// What a track says before its first event.
  init() {}

  /// Whether an address has a drum kit; nil where the file does not say.
  func isDrums(_ address: MIDIAddress) -> Bool? {
    drums[address] ?? (!hasGS && xgDrums.contains(address) ? true : nil)
  }
}
