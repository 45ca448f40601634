import Glibc

/// Bursts of noise that decay, filtered by differences or by running sums: not drums, but as
/// different from each other.
public enum SyntheticDrum: Int, CaseIterable, Sendable {
  /// A decaying sine of 65 Hz.
  case kick = 36
  /// Noise and a sine of 190 Hz.
  case snare = 38
  /// Bright noise.
  case hihat = 42

  /// One stroke of 0.3 s.
  public func stroke(sampleRate: Double, seed: UInt64) -> [Float] {
    let count = Int(0.3 * sampleRate)
    let raw = noise(count: count, seed: seed)
    return (0..<count).map { index in
      let time = Double(index) / sampleRate
      switch self {
      case .kick: return Float(0.8 * sin(2 * .pi * 65 * time) * exp(-time / 0.08))
      case .snare:
        let body = 0.3 * sin(2 * .pi * 190 * time)
        let smoothed = index > 1 ? (raw[index] + raw[index - 1] + raw[index - 2]) / 3 : 0
        return (0.4 * smoothed + Float(body)) * Float(exp(-time / 0.06))
      case .hihat:
        let rough =
          index > 1 ? (raw[index] - 2 * raw[index - 1] + raw[index - 2]) / 4 : 0
        return 0.4 * rough * Float(exp(-time / 0.03))
      }
    }
  }

  /// Strokes of given times and velocities; the amplitude follows the square of the velocity.
  public func track(
    _ strokes: [(seconds: Double, velocity: Int)], sampleCount: Int, sampleRate: Double
  ) -> [Float] {
    var result = [Float](repeating: 0, count: sampleCount)
    for (index, stroke) in strokes.enumerated() {
      let gain = Float(pow(Double(stroke.velocity) / 100, 2))
      let first = Int(stroke.seconds * sampleRate)
      let samples = self.stroke(sampleRate: sampleRate, seed: UInt64(100 * rawValue + index))
      for (offset, value) in samples.enumerated() where first + offset < sampleCount {
        result[first + offset] += gain * value
      }
    }
    return result
  }
}
