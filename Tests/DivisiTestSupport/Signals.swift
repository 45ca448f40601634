import DivisiDSP
import Glibc

/// White noise, uniform in (−level, level].
public func noise(count: Int, level: Float = 1, seed: UInt64) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in (2 * generator.nextUnit() - 1) * level }
}

/// A sound that starts and stops within a signal and decays in between.
public struct Tone {
  /// When it starts, in seconds.
  public var onsetSeconds: Double
  /// When it stops, in seconds.
  public var endSeconds: Double
  /// Time to fall by a factor of e.
  public var decaySeconds: Double
  /// Frequencies in hertz, each with its amplitude at the onset.
  public var partials: [(hertz: Double, amplitude: Double)]

  /// A tone of given partials.
  public init(
    onsetSeconds: Double, endSeconds: Double, decaySeconds: Double,
    partials: [(hertz: Double, amplitude: Double)]
  ) {
    self.onsetSeconds = onsetSeconds
    self.endSeconds = endSeconds
    self.decaySeconds = decaySeconds
    self.partials = partials
  }
}

/// The sum of some tones, each faded out over 30 ms before its end.
public func signal(of tones: [Tone], sampleCount: Int, sampleRate: Double) -> [Float] {
  var result = [Float](repeating: 0, count: sampleCount)
  for tone in tones {
    let first = Int(tone.onsetSeconds * sampleRate)
    let last = min(Int(tone.endSeconds * sampleRate), sampleCount)
    for (hertz, amplitude) in tone.partials where hertz < sampleRate / 2 {
      for index in first..<max(first, last) {
        let time = Double(index - first) / sampleRate
        let fade = min(1, Double(last - index) / sampleRate / 0.03)
        let envelope = amplitude * exp(-time / tone.decaySeconds) * fade
        result[index] += Float(envelope * sin(2 * .pi * hertz * time))
      }
    }
  }
  return result
}

/// The sample-wise sum of signals of equal length.
public func mixture(_ signals: [[Float]]) -> [Float] {
  signals.dropFirst().reduce(into: signals[0]) { sum, signal in
    for index in sum.indices { sum[index] += signal[index] }
  }
}

/// The largest difference of two signals.
public func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  zip(a, b).reduce(a.count == b.count ? 0 : .infinity) { max($0, abs($1.0 - $1.1)) }
}

/// Scale-invariant signal-to-distortion ratio in decibels.
///
/// - SeeAlso: Le Roux, Wisdom, Erdogan & Hershey, "SDR – half-baked or well done?", ICASSP 2019.
public func scaleInvariantSDR(estimate: [Float], truth: [Float]) -> Double {
  var product = 0.0
  var energy = 0.0
  for (e, t) in zip(estimate, truth) {
    product += Double(e) * Double(t)
    energy += Double(t) * Double(t)
  }
  let scale = product / energy
  let distortion = zip(estimate, truth).reduce(0.0) { sum, pair in
    let difference = scale * Double(pair.1) - Double(pair.0)
    return sum + difference * difference
  }
  return 10 * log10(scale * scale * energy / distortion)
}
