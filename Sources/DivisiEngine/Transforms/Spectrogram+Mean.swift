import DivisiDSP

extension Spectrogram {
  /// Scales V to a mean; V must not be silent.
  ///
  /// - Returns: Σ V as it is then.
  func scaleToMean(_ mean: Double) -> Double {
    let count = Double(binCount * frameCount)
    let gain = Float(mean * count / sum())
    values.scale(by: gain)
    return sum()
  }
}
