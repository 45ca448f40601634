import DivisiDSP

extension SeparationSettings {
  /// A mask above the cutoff is what this band below it gives, down from the cutoff, as a ratio of
  /// frequencies.
  private static let extrapolationRatio = 8.0 / 11.0

  /// How many bins of a grid are fitted: those below the cutoff, in whole blocks.
  func fittedBinCount(_ grid: TimeGrid) -> Int {
    guard cutoffHertz > 0 else { return grid.binCount }
    let blocks = Int((grid.bin(atHertz: cutoffHertz) / Double(BinBlocks.length)).rounded(.up))
    return min(grid.binCount, blocks * BinBlocks.length)
  }

  /// Masks for so many parts.
  func mask(partCount: Int, grid: TimeGrid, hasResidual: Bool) -> WienerMask {
    let fitted = fittedBinCount(grid)
    let lower = Int(Double(fitted) * Self.extrapolationRatio)
    return WienerMask(
      partCount: partCount, exponent: Float(wienerExponent), hasResidual: hasResidual,
      extrapolationBins: fitted < grid.binCount ? lower..<fitted : 0..<0)
  }
}
