internal import Glibc

/// What a drum that no kit has a recording of may sound like, roughly: a start that fitting
/// improves.
///
/// The numbers are rules of thumb: fundamentals of toms of 16 to 8 inches, decays by ear.
enum GenericDrum {
  /// A patch for any General MIDI drum number.
  ///
  /// Toms are a decaying band around the pitch of their size, cymbals ring like the kit's open
  /// hi-hat, all else is a click over the whole spectrum.
  static func patch(articulation: Int, kit: DrumKit) -> DrumKit.Patch {
    let tomFundamentals = [41: 80.0, 43: 95, 45: 115, 47: 140, 48: 170, 50: 205]
    if let fundamental = tomFundamentals[articulation] {
      return patch(decaySeconds: 0.25) { hertz in
        let octaves = log2(max(hertz, 1) / fundamental)
        return exp(-0.5 * octaves * octaves / 0.25) + 0.003
      }
    }
    let cymbals: Set = [49, 51, 52, 53, 55, 57, 59]
    if cymbals.contains(articulation) {
      if let open = kit.patches[46] { return open }
      return patch(decaySeconds: 0.8) { $0 / ($0 + 4000) }
    }
    return patch(decaySeconds: 0.1) { _ in 1 }
  }

  private static func patch(decaySeconds: Double, spectrum: (_ hertz: Double) -> Double)
    -> DrumKit.Patch
  {
    let grid = DrumKit.grid
    let values = (0..<grid.binCount).map { spectrum(grid.frequency(ofBin: $0)) }
    return (0..<DrumKit.frameCount).flatMap { frame in
      let gain = exp(-Double(frame) / grid.frameRate / decaySeconds)
      return values.map { Float($0 * gain) }
    }
  }
}
