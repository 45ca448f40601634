import DivisiDSP
import DivisiEngine
import DivisiScore
import Glibc

/// A piece for a live stream: all 88 keys of a piano, struck one after the other by five parts, about
/// ten of them sounding at a time, in stereo at 44.1 kHz.
struct LiveTask {
  static let sampleRate = 44_100.0
  static let channelCount = 2
  static let partCount = 5
  static let keyCount = 88
  /// Rounds through all keys: the first is for learning, the second for measuring.
  private static let rounds = 2
  private static let secondsBetween = 0.125
  private static let secondsHeld = 1.0
  private static let firstOnset = 0.1
  private static let partialCount = 6

  let parts: [Part]
  let channels: [[Float]]

  /// Where the second round begins, in samples.
  static var firstMeasured: Int { Int(Double(keyCount) * secondsBetween * sampleRate) }

  init() {
    var parts = (1...Self.partCount).map { Part(name: "part \($0)", notes: []) }
    let sampleCount = Self.firstMeasured * Self.rounds
    var channels = [[Float]](
      repeating: [Float](repeating: 0, count: sampleCount), count: Self.channelCount)
    var generator = SeededGenerator(seed: 8)
    for index in 0..<Self.keyCount * Self.rounds {
      let onset = Self.firstOnset + Double(index) * Self.secondsBetween
      // 37 has no divisor in common with 88: each key once per round, neighbours far apart.
      let key = index * 37 % Self.keyCount
      let note = Note(
        onsetSeconds: onset, releaseSeconds: onset + Self.secondsHeld, pitch: 21 + key)
      parts[index % Self.partCount].notes.append(note)
      let balance = generator.nextUnit()
      Self.play(note, gains: [balance, 1 - balance], to: &channels)
    }
    // As much noise as a room has, so that no bin is empty.
    for channel in channels.indices {
      for index in channels[channel].indices {
        channels[channel][index] += 1e-4 * (generator.nextUnit() - 0.5)
      }
    }
    self.parts = parts
    self.channels = channels
  }

  /// Adds partials that fall off as 1 / h and die away.
  private static func play(_ note: Note, gains: [Float], to channels: inout [[Float]]) {
    let first = Int(note.onsetSeconds * sampleRate)
    let end = min(Int((note.releaseSeconds + 0.1) * sampleRate), channels[0].count)
    let fundamental = 440 * exp2(Double(note.pitch - 69) / 12)
    for partial in 1...partialCount where Double(partial) * fundamental < sampleRate / 2 {
      let angle = 2 * .pi * Double(partial) * fundamental / sampleRate
      let decay = exp(-1 / (0.5 * sampleRate))
      let (real, imaginary) = (decay * cos(angle), decay * sin(angle))
      var (x, y) = (0.1 / Double(partial), 0.0)
      for index in first..<max(first, end) {
        (x, y) = (real * x - imaginary * y, real * y + imaginary * x)
        for channel in channels.indices { channels[channel][index] += gains[channel] * Float(y) }
      }
    }
  }
}
