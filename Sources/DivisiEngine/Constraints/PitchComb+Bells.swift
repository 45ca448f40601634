import DivisiDSP
internal import Glibc

extension PitchComb {
  /// A partial of a shifted template is a bell, whose standard deviation is this many bins (8 Hz with the window of
  /// `parts`), and this many cents of the partial, at least. Half as wide again measures alike on players, and so do
  /// 10 Hz and 15 cents.
  private static let bellBins = 1.5
  private static let bellCents = 10.0
  /// How many deviations from its centre a bell ends. 4 to 8 measure alike, 30 costs 0.2 dB on duos of players.
  private static let reach = 6.0
  /// Start value beside the bells, against the peak of the first, where the template may grow. 1e-4 measures alike.
  private static let floor = 1e-5

  /// A narrow template; see ``CombShape/shifts``.
  func shiftedTemplate(
    pitch: Int, grid: TimeGrid, binCount: Int, level: (_ partial: Int) -> Double
  ) -> [Float] {
    var template = [Double](repeating: isOpen ? Self.floor : 0, count: binCount)
    var partial = 1
    while true {
      let centre = grid.bin(atHertz: frequency(ofPartial: partial, pitch: pitch))
      let deviation = max(Self.bellBins, centre * (exp2(Self.bellCents / 1200) - 1))
      let lower = (centre - Self.reach * deviation).rounded(.up)
      guard lower < Double(binCount) else { break }
      let level = level(partial)
      let upper = Int(centre + Self.reach * deviation)
      for bin in max(0, Int(lower))...min(binCount - 1, upper) {
        let distance = (Double(bin) - centre) / deviation
        template[bin] += level * exp(-0.5 * distance * distance)
        template[bin] = max(template[bin], Self.floor)
      }
      partial += 1
    }
    let sum = template.reduce(0, +)
    return template.map { Float(sum > 0 ? $0 / sum : 0) }
  }
}
