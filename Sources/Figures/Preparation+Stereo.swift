internal import AudioFiles
import Foundation

extension Preparation {
  /// Recordings whose true stems are panned, and mixed anew: `<recording>/mix.wav`, the stems, and
  /// `score.mid`.
  ///
  /// - Parameters:
  ///   - set: a folder of the benchmark data.
  ///   - prefix: of the recordings' names.
  ///   - angles: by stem, in degrees to the right of the middle; constant power.
  ///   - hasRoom: whether each stem has a room of its own around it.
  static func panned(
    _ set: String, prefix: String = "", angles: KeyValuePairs<String, Double>, hasRoom: Bool
  ) -> Preparation {
    Preparation { data, work in
      for name in try entries("\(data)/\(set)") where name.hasPrefix(prefix) {
        let (source, target) = ("\(data)/\(set)/\(name)", "\(work)/\(name)")
        try FileManager.default.createDirectory(
          atPath: target, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: "\(source)/score.mid", toPath: "\(target)/score.mid")
        var random = SeededNumbers(seed: 3)
        var mix: AudioBuffer?
        for (stem, degrees) in angles {
          let sound = try AudioFile.read(path: "\(source)/\(stem).flac")
          let angle = .pi / 4 + degrees * .pi / 180
          var channels = [cos(angle), sin(angle)].map { gain in
            // Room for the sum of all.
            sound.channels[0].map { $0 * Float(0.5 * gain) }
          }
          if hasRoom {
            for channel in channels.indices {
              let room = SparseRoom(sampleRate: Double(sound.sampleRate), &random)
              room.add(sound.channels[0], to: &channels[channel])
            }
          }
          let stemSound = AudioBuffer(sampleRate: sound.sampleRate, channels: channels)
          try AudioFile.write(stemSound, to: "\(target)/\(stem).wav", as: .wavFloat)
          let before =
            mix?.channels ?? channels.map { [Float](repeating: 0, count: $0.count) }
          mix = AudioBuffer(
            sampleRate: sound.sampleRate,
            channels: zip(before, channels).map { zip($0, $1).map(+) })
        }
        if let mix { try AudioFile.write(mix, to: "\(target)/mix.wav", as: .wavFloat) }
      }
    }
  }
}

/// The sound of a room: sparse echoes of random signs that decay by 60 dB in 0.35 s, 3 dB below the direct
/// sound in all.
private struct SparseRoom {
  private static let decaySeconds = 0.35
  private static let earliestSeconds = 0.004
  private static let count = 300
  private static let level = 0.25

  private let echoes: [(delay: Int, gain: Float)]

  init(sampleRate: Double, _ random: inout SeededNumbers) {
    echoes = (0..<Self.count).map { _ in
      let span = Self.decaySeconds - Self.earliestSeconds
      let seconds = Self.earliestSeconds + span * random.next()
      let gain = pow(10, -3 * seconds / Self.decaySeconds) * (random.next() < 0.5 ? -1 : 1)
      return (Int(seconds * sampleRate), Float(gain))
    }
  }

  func add(_ sound: [Float], to channel: inout [Float]) {
    let energy = echoes.reduce(0) { $0 + $1.gain * $1.gain }
    let scale = Float(Self.level) / energy.squareRoot()
    for (delay, gain) in echoes {
      for index in delay..<max(delay, sound.count) {
        channel[index] += scale * gain * sound[index - delay]
      }
    }
  }
}

/// The same numbers from 0 to 1 each time: the generator of Numerical Recipes, by Knuth and Lewis.
private struct SeededNumbers {
  private var state: UInt32

  init(seed: UInt32) { state = seed }

  mutating func next() -> Double {
    state = state &* 1_664_525 &+ 1_013_904_223
    return Double(state >> 8) / Double(1 << 24)
  }
}
