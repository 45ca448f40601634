// Thread: audio

import DivisiScore

/// What the notes of a drum track mean that comes by MIDI: General MIDI numbers by drum map and note number.
struct DrumNumbers: ~Copyable {
  private let numbers: UnsafeMutablePointer<UInt8>
  private let mapCount = DrumTable.all.count

  init() {
    numbers = .allocate(capacity: 128 * mapCount)
    for (map, table) in DrumTable.all.enumerated() {
      for pitch in 0..<128 {
        (numbers + 128 * map + pitch).initialize(to: UInt8(table.number(of: pitch)))
      }
    }
  }

  deinit { numbers.deallocate() }

  /// - Parameters:
  ///   - pitch: 0 to 127; others stay.
  ///   - map: as the control `drum_map` has it; 0 is General MIDI, since single notes cannot be guessed from.
  @_noLocks
  func number(of pitch: UInt8, map: Int) -> UInt8 {
    map > 0 && map <= mapCount && pitch < 128 ? numbers[128 &* (map &- 1) &+ Int(pitch)] : pitch
  }
}
