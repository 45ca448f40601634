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

extension SyntheticDrum {
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
