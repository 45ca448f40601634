import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Glibc

@testable import DivisiEngine

/// A harmonic tone at a pitch, twelve partials that fall off as 1 / h.
func harmonicTone(
  pitch: Int, cents: Double = 0, from onset: Double, to end: Double, decay: Double = 0.5,
  level: Double = 0.2
) -> Tone {
  let comb = PitchComb(tuningCents: cents, shape: .lobes)
  let partials = (1...12).map { partial in
    (hertz: comb.frequency(ofPartial: partial, pitch: pitch), amplitude: level / Double(partial))
  }
  return Tone(onsetSeconds: onset, endSeconds: end, decaySeconds: decay, partials: partials)
}

/// A note of a pitch from one time to another.
func note(_ pitch: Int, _ onset: Double, _ release: Double, velocity: Int = 80) -> Note {
  Note(onsetSeconds: onset, releaseSeconds: release, pitch: pitch, velocity: velocity)
}

/// Bursts of noise that decay, filtered by differences or by running sums: not drums, but as
/// different from each other.
enum SyntheticDrum: Int, CaseIterable {
  case kick = 36
  case snare = 38
  case hihat = 42

  func stroke(sampleRate: Double, seed: UInt64) -> [Float] {
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
  func track(
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

  /// A kit learnt from other strokes of the same drums.
  static func kit() -> DrumKit {
    var learner = KitLearner()
    let recordings = allCases.map { drum in
      KitLearner.Recording(
        samples: drum.track([(0.1, 100), (0.6, 60)], sampleCount: 44_100, sampleRate: 44_100),
        strokes: [(0.1, drum.rawValue), (0.6, drum.rawValue)])
    }
    learner.add(kit: recordings)
    return learner.kit(origin: "synthetic")
  }
}

extension SeparationSettings {
  /// Small windows and few iterations, so that tests are quick.
  static func quick(_ model: ModelKind, window: Int = 1024, iterations: Int = 4) -> Self {
    var settings = SeparationSettings()
    settings.model = model
    settings.windowLength = window
    settings.hopSize = window / 4
    settings.iterations = iterations
    settings.encoderIterations = iterations / 2
    settings.refinements = 1
    settings.templateFrames = 4
    settings.cutoffHertz = 0
    return settings
  }
}
