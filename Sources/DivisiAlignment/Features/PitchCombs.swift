/// How a note of each pitch sounds in semitone bands, without the bands that are empty.
///
/// The comb fits strings, pipes and voices alike. Templates learnt from the recording, or those of a piano, align no
/// better.
struct PitchCombs: Sendable {
  /// The bands of a pitch that are not zero, and their magnitudes, with a sum of squares of 1.
  struct Comb: Sendable {
    var bands: [Int] = []
    var magnitudes: [Float] = []
  }

  private let combs: [Comb]

  init() {
    combs = (0..<128).map { pitch in
      let amplitudes = SemitoneComb.amplitudes(ofPitch: pitch)
      let bands = amplitudes.indices.filter { amplitudes[$0] > 0 }
      return Comb(bands: bands, magnitudes: bands.map { amplitudes[$0] })
    }
  }

  /// - Returns: an empty comb outside 0 to 127.
  subscript(pitch: Int) -> Comb { combs.indices.contains(pitch) ? combs[pitch] : Comb() }
}
