import DivisiDSP
internal import Glibc

/// The partials of a pitch, as the start of a template.
struct PitchComb {
  /// Where the recording is tuned against A4 = 440 Hz, in cents.
  let tuningCents: Double
  /// What a partial looks like.
  let shape: CombShape
  /// Whether shifted templates may use all bins, as rooms that ring and strings that are struck want it: on six
  /// rendered concertos that is worth 0.4 dB, on six duos of players it costs 1.4.
  var isOpen = false

  /// A partial of a main lobe's width is searched this far either side, in semitones and in bins:
  /// what a piano's partials stray from the model. 0.2 to 0.5 semitones measure alike.
  private static let lobeSemitones = 0.3
  private static let bandSemitones = 0.5
  private static let slackBins = 2.0
  /// Start value beside a partial's main lobe, against its peak, so that updates can move it.
  private static let pedestal = 0.01
  /// The comb of the same pitches, moved.
  func shifted(byCents cents: Double) -> PitchComb {
    PitchComb(tuningCents: tuningCents + cents, shape: shape, isOpen: isOpen)
  }

  /// Frequency of a partial in hertz, stretched by the string's stiffness; of shifted combs, which are for bows and
  /// winds as well, a multiple of the first: that is worth 2 dB on duos of players, and 0.3 dB on rendered ones.
  ///
  /// The inharmonicity is that of an average piano: Rigaud, David & Daudet, "A parametric model and
  /// estimation techniques for the inharmonicity and tuning of the piano", JASA 2013, eq. 9, with
  /// their reference parameters.
  func frequency(ofPartial partial: Int, pitch: Int) -> Double {
    let key = Double(pitch)
    let inharmonicity =
      shape == .shifts ? 0 : exp(0.0926 * key - 13.64) + exp(-0.0847 * key - 5.82)
    let fundamental = 440 * exp2((key - 69 + tuningCents / 100) / 12)
    let number = Double(partial)
    return number * fundamental * (1 + inharmonicity * number * number).squareRoot()
  }

  /// The template of a pitch: partials that fall off as 1 / h by default, zero between
  /// them; the sum is 1.
  ///
  /// - Parameter level: the level of a partial, from 1 up; must be above zero.
  /// - Returns: K values.
  func template(
    pitch: Int, grid: TimeGrid, binCount: Int,
    level: (_ partial: Int) -> Double = { 1 / Double($0) }
  ) -> [Float] {
    if shape == .shifts {
      return shiftedTemplate(pitch: pitch, grid: grid, binCount: binCount, level: level)
    }
    var template = [Float](repeating: 0, count: binCount)
    var partial = 1
    while let (centre, bins) = band(
      ofPartial: partial, pitch: pitch, grid: grid, binCount: binCount)
    {
      let level = level(partial)
      for bin in bins {
        let value = profile(distance: abs(Double(bin) - centre)) * level
        template[bin] = max(template[bin], Float(value))
      }
      partial += 1
    }
    let sum = template.reduce(0, +)
    return sum > 0 ? template.map { $0 / sum } : template
  }

  /// Where a partial may be: its centre as a fractional bin, and the bins around it; nil past the
  /// last bin.
  func band(ofPartial partial: Int, pitch: Int, grid: TimeGrid, binCount: Int) -> (
    centre: Double, bins: Range<Int>
  )? {
    let semitones = shape == .bands ? Self.bandSemitones : Self.lobeSemitones
    let ratio = exp2(semitones / 12)
    let centre = grid.bin(atHertz: frequency(ofPartial: partial, pitch: pitch))
    guard centre < Double(binCount) else { return nil }
    let lower = max(0, Int((centre / ratio - Self.slackBins).rounded(.up)))
    let upper = min(binCount - 1, Int(centre * ratio + Self.slackBins))
    return (centre, lower..<max(lower, upper + 1))
  }

  private func profile(distance: Double) -> Double {
    switch shape {
    case .bands: 1
    case .lobes, .shifts, .tracks:
      (distance < 2 ? pow(cos(distance * .pi / 4), 2) : 0) + Self.pedestal
    }
  }
}
