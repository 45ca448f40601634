/// Makes the rises of strokes of one drum agree, by their waveforms.
///
/// Levels and what else sounds move a threshold by a millisecond, which at 60 Hz is a fifth of a period.
struct StrokeAlignment {
  let sampleRate: Double
  /// What is compared, in seconds: from before the rise to after it.
  private static let compared = (before: 0.002, after: 0.03)
  /// How far a rise may move, in seconds.
  private static let reach = 0.004
  /// Waveforms that correlate less are not of one sound.
  private static let leastCorrelation = 0.6

  /// Moves rises to where strokes correlate best with the loudest of their drum.
  ///
  /// - Parameter stem: of the strokes' part.
  /// - Complexity: O(strokes · samples of 8 ms · samples of 32 ms).
  func align(_ strokes: inout [CutStroke], in stem: [[Float]]) {
    let sum = stem.count == 1 ? stem[0] : stem[0].indices.map { i in stem.reduce(0) { $0 + $1[i] } }
    let (before, after) = (samples(Self.compared.before), samples(Self.compared.after))
    let reach = samples(Self.reach)
    func waveform(at rise: Int) -> [Float] {
      (rise - before..<rise + after).map { sum.indices.contains($0) ? sum[$0] : 0 }
    }
    for articulation in Set(strokes.map(\.articulation)) where articulation >= 0 {
      let own = strokes.indices.filter { strokes[$0].articulation == articulation }
      let waveforms = own.map { waveform(at: strokes[$0].rise) }
      let energies = waveforms.map(Self.energy)
      guard let loudest = energies.indices.max(by: { energies[$0] < energies[$1] }),
        energies[loudest] > 0
      else { continue }
      let reference = waveforms[loudest]
      for (place, index) in own.enumerated() where place != loudest {
        var best = (shift: 0, correlation: Self.leastCorrelation)
        for shift in -reach...reach {
          let other = shift == 0 ? waveforms[place] : waveform(at: strokes[index].rise + shift)
          let product = zip(reference, other).reduce(0.0) { $0 + Double($1.0 * $1.1) }
          let correlation = product / (energies[loudest] * Self.energy(other) + 1e-30).squareRoot()
          if correlation > best.correlation { best = (shift, correlation) }
        }
        strokes[index].rise = max(0, strokes[index].rise + best.shift)
      }
    }
  }

  private func samples(_ seconds: Double) -> Int { Int(seconds * sampleRate) }
  private static func energy(_ waveform: [Float]) -> Double {
    waveform.reduce(0) { $0 + Double($1 * $1) }
  }
}
