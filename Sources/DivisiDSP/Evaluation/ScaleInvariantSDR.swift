/// The scale-invariant signal-to-distortion ratio: like the SDR of ``BSSEval``, with a gain as the
/// only distortion that is not counted.
///
/// - SeeAlso: Le Roux, Wisdom, Erdogan & Hershey, "SDR – half-baked or well done?", ICASSP 2019.
public enum ScaleInvariantSDR {
  /// Scores one estimate, in decibels; higher is better.
  ///
  /// - Returns: nil if either signal is silent; infinite if the estimate is the scaled reference.
  /// - Precondition: the signals have the same length.
  public static func decibels(reference: [Float], estimate: [Float]) -> Double? {
    precondition(
      reference.count == estimate.count,
      "signals of different lengths \(reference.count) and \(estimate.count)")
    var (product, energy, estimateEnergy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(reference, estimate) {
      product += Double(x) * Double(y)
      energy += Double(x) * Double(x)
      estimateEnergy += Double(y) * Double(y)
    }
    guard energy > 0, estimateEnergy > 0 else { return nil }
    let gain = product / energy
    var distortion = 0.0
    for (x, y) in zip(reference, estimate) {
      let difference = Double(y) - gain * Double(x)
      distortion += difference * difference
    }
    return decibelRatio(gain * gain * energy, over: distortion)
  }
}
