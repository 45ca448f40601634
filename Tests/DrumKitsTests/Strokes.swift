import DivisiScore
import Glibc

/// A drum that is a decaying tone.
enum Strokes {
  static let sampleRate = 44_100.0
  typealias Stroke = (seconds: Double, velocity: Int)
  static let all: [Stroke] = [(0.2, 100), (0.7, 50), (1.0, 120), (1.6, 80), (2.1, 30), (2.5, 90)]

  static func note(at seconds: Double, velocity: Int, pitch: Int = 36) -> Note {
    Note(
      onsetSeconds: seconds, releaseSeconds: seconds + 0.1, pitch: pitch, velocity: velocity,
      channel: 10)
  }

  /// Three seconds of it, each stroke ended by the next; amplitudes are squares of velocities.
  static func stem(of strokes: [Stroke], hertz: Double = 80) -> [Float] {
    var stem = [Float](repeating: 0, count: Int(3 * sampleRate))
    for (index, stroke) in strokes.enumerated() {
      let end = index + 1 < strokes.count ? strokes[index + 1].seconds : 3
      let level = Double(stroke.velocity * stroke.velocity) / 16_129
      for sample in Int(stroke.seconds * sampleRate)..<Int(end * sampleRate) {
        let time = Double(sample) / sampleRate - stroke.seconds
        stem[sample] = Float(level * exp(-8 * time) * cos(2 * .pi * hertz * time))
      }
    }
    return stem
  }
}
