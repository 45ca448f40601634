import Foundation

/// Two tones that a score tells apart, over faint noise, 1.6 s in stereo.
enum Duet {
  static let seconds = 1.6
  static let score = """
    start;duration;pitch;velocity;label
    0.1;0.5;48;80;left
    0.2;0.6;72;80;right
    0.8;0.5;50;80;left
    0.9;0.4;74;80;right
    """
  /// The same times for drums.
  static let strokes = """
    start;duration;pitch;velocity;label
    0.1;0.1;36;100;KD
    0.4;0.1;38;100;SD
    0.7;0.1;42;100;HH
    1.0;0.1;36;100;KD
    1.2;0.1;38;90;SD
    """

  /// - Parameter channelCount: 1 or 2; the right channel has the notes at other levels.
  static func signal(sampleRate: Double = 44_100, channelCount: Int = 2) -> [[Float]] {
    sampleRate == 44_100
      ? Array(usual.prefix(channelCount)) : make(sampleRate: sampleRate, channelCount: channelCount)
  }

  private static let usual = make(sampleRate: 44_100, channelCount: 2)

  private static func make(sampleRate: Double, channelCount: Int) -> [[Float]] {
    let count = Int(seconds * sampleRate)
    let levels: [[Double]] = [[0.2, 0.08], [0.06, 0.15]]
    return (0..<channelCount).map { channel in
      var noise = Noise(seed: UInt64(channel + 1))
      var samples = (0..<count).map { _ in noise.next() * 1e-4 }
      for (index, (onset, pitch)) in [(0.1, 48), (0.2, 72), (0.8, 50), (0.9, 74)].enumerated() {
        let frequency = 440 * exp2(Double(pitch - 69) / 12)
        for n in Int(onset * sampleRate)..<count {
          let time = Double(n) / sampleRate - onset
          var sum = 0.0
          for partial in 1...4 where frequency * Double(partial) < sampleRate / 2 {
            sum += sin(2 * .pi * frequency * Double(partial) * time) / Double(partial)
          }
          samples[n] += Float(levels[channel][index % 2] * exp(-4 * time) * sum)
        }
      }
      return samples
    }
  }
}

/// White noise from −1 to 1, the same each time.
struct Noise {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func bits() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }

  mutating func next() -> Float { Float(bits()) / Float(1 << 30) - 1 }

  /// A number from a range.
  mutating func next(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(bits() % UInt64(range.count))
  }
}

/// The place of the first difference of two signals, bit by bit; nil if they are the same.
func firstDifference(_ one: [[Float]], _ other: [[Float]]) -> String? {
  guard one.count == other.count else { return "\(one.count) and \(other.count) channels" }
  for (channel, (a, b)) in zip(one, other).enumerated() {
    guard a.count == b.count else { return "\(a.count) and \(b.count) samples" }
    if memcmp(a, b, a.count * MemoryLayout<Float>.size) == 0 { continue }
    for (index, (x, y)) in zip(a, b).enumerated() where x.bitPattern != y.bitPattern {
      return "channel \(channel), sample \(index): \(x) and \(y)"
    }
  }
  return nil
}

/// The largest difference of two signals; infinite if one has NaN or another shape.
func largestDifference(_ one: [[Float]], _ other: [[Float]]) -> Float {
  guard one.map(\.count) == other.map(\.count) else { return .infinity }
  var largest: Float = 0
  for (a, b) in zip(one, other) {
    // With pointers, which are quick without optimisation too.
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var index = 0
        while index < a.count {
          let difference = abs(a[index] - b[index])
          if !(difference <= largest) { largest = difference.isNaN ? .infinity : difference }
          index += 1
        }
      }
    }
  }
  return largest
}

/// The signal, later by some samples, with silence before it.
func delayed(_ signal: [[Float]], by count: Int) -> [[Float]] {
  signal.map { [Float](repeating: 0, count: count) + $0 }
}

/// How far a signal is from another, in decibels: infinite if they are the same.
func signalToNoise(_ signal: [Float], _ reference: [Float]) -> Double {
  var energy = 0.0
  var noise = 0.0
  for (x, y) in zip(signal, reference) {
    energy += Double(y) * Double(y)
    noise += Double(x - y) * Double(x - y)
  }
  return 10 * log10(energy / noise)
}
