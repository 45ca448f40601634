import DivisiDSP
import DivisiScore
internal import Glibc

/// Finds how a recording is tuned, from where the partials of its notes are.
enum Tuning {
  private static let partials = 8
  private static let rangeCents = 60.0
  private static let stepCents = 2.0

  /// The tuning against A4 = 440 Hz that lets the partials of the notes meet the most magnitude.
  ///
  /// - Returns: cents, from −60 to 60; 0 where the notes say nothing.
  /// - Complexity: O(notes · frames · bins) for the mean spectra, little beside a model's
  ///   iteration.
  static func cents(of V: Spectrogram, constraints: PitchConstraints, grid: TimeGrid) -> Double {
    let spectra = constraints.sounds.map { sound in
      (pitch: sound.pitch, mean: spectrum(of: constraints.strikes[sound] ?? [], in: V, grid: grid))
    }
    let steps = Int(2 * rangeCents / stepCents)
    let salience = (0...steps).map { step in
      let comb = PitchComb(tuningCents: Double(step) * stepCents - rangeCents, shape: .lobes)
      return spectra.reduce(0.0) {
        $0 + self.salience(of: $1.pitch, in: $1.mean, comb: comb, grid: grid)
      }
    }
    guard let best = salience.indices.max(by: { salience[$0] < salience[$1] }), salience[best] > 0
    else { return 0 }
    var offset = 0.0
    if best > 0 && best < steps {
      let (left, top, right) = (salience[best - 1], salience[best], salience[best + 1])
      let curvature = left - 2 * top + right
      if curvature < 0 { offset = 0.5 * (left - right) / curvature }
    }
    return (Double(best) + offset) * stepCents - rangeCents
  }

  private static func spectrum(
    of strikes: [PitchConstraints.Strike], in V: Spectrogram, grid: TimeGrid
  ) -> [Float] {
    var sum = [Float](repeating: 0, count: V.binCount)
    for strike in strikes {
      let frames = grid.frames(
        fromSeconds: strike.note.onsetSeconds, toSeconds: strike.note.dampedSeconds,
        frameCount: V.frameCount)
      for frame in frames {
        let column = V.values.column(frame)
        for bin in sum.indices { sum[bin] += column[bin] }
      }
    }
    return sum
  }

  private static func salience(of pitch: Int, in spectrum: [Float], comb: PitchComb, grid: TimeGrid)
    -> Double
  {
    var sum = 0.0
    for partial in 1...partials {
      let position = grid.bin(atHertz: comb.frequency(ofPartial: partial, pitch: pitch))
      let bin = Int(position)
      guard bin + 1 < spectrum.count else { break }
      let fraction = position - Double(bin)
      sum += (1 - fraction) * Double(spectrum[bin]) + fraction * Double(spectrum[bin + 1])
    }
    return sum
  }
}
