import DivisiScore
import Testing

/// Damaged files of every format: each gives a score or one line, and never a trap.
@Suite struct MutationTests {
  private static let midi: [UInt8] = MIDIWriter.file([
    MIDIWriter.name("right") + MIDIWriter.tempo(0, 500_000) + MIDIWriter.pedal(0, 127)
      + MIDIWriter.on(0, 60) + MIDIWriter.off(480, 60) + MIDIWriter.pedal(0, 0) + MIDIWriter.end(),
    MIDIWriter.on(0, 40, channel: 10) + [0, 0xF0, 1, 0xF7] + MIDIWriter.off(10, 40, channel: 10),
  ])

  @Test(arguments: ["song.mid", "hands.musicxml", "hands-utf16.musicxml", "hands.mxl", "hands.csv"])
  func neverTraps(file: String) {
    let original =
      file == "song.mid" ? Self.midi : TestFiles.bytes(TestFiles.fixture("good/\(file)"))
    var random = SeededGenerator(seed: 1)
    var refusals = 0
    for round in 0..<1500 {
      let bytes = mutated(original, &random)
      do throws(ScoreError) {
        let score = try Score.parse(bytes: bytes, name: file)
        let isSane = score.notes.allSatisfy {
          $0.onsetSeconds <= $0.releaseSeconds && $0.releaseSeconds <= $0.dampedSeconds
            && (0...127).contains($0.pitch) && (1...127).contains($0.velocity)
        }
        #expect(isSane, "round \(round)")
        for selection in [PartSelection.hands, .drums, .tracks, .split(pitch: 60)] {
          if let parts = try? selection.parts(of: score, name: file) {
            #expect(parts.allSatisfy { PartName.isValid($0.name) && !$0.notes.isEmpty })
          }
        }
      } catch {
        refusals += 1
        #expect(error.description.hasPrefix("\(file)"))
        #expect(!error.description.contains { $0.isNewline })
      }
    }
    #expect(refusals > 100)
    #expect(refusals < 1500)
  }

  /// One to four changes: bits, bytes, numbers, cuts, repeats.
  private func mutated(_ original: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let index = bytes.indices.randomElement(using: &random)!
      let end = min(bytes.count, index + Int.random(in: 1...40, using: &random))
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[index] = .random(in: 0...255, using: &random)
      case 2: bytes[index] = [0, 0x7F, 0x80, 0xFF, 0x39, 0x2D].randomElement(using: &random)!
      case 3: bytes.removeSubrange(index..<end)
      case 4: bytes.insert(contentsOf: bytes[index..<end], at: index)
      case 5: bytes.insert(contentsOf: Array("99999999999999999999".utf8), at: index)
      default: if Int.random(in: 0..<4, using: &random) == 0 { bytes.removeSubrange(index...) }
      }
    }
    return bytes
  }
}
