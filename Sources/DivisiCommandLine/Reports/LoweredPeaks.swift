import DivisiSeparation
import Glibc

/// What a limiter did, behind what else is said of a sound; empty where it did nothing.
///
/// - Parameter lowestGain: as `PeakLimiter` has it.
func loweredPeaks(_ lowestGain: Float) -> String {
  guard lowestGain < 1 else { return "" }
  let decibels = (-200 * log10(Double(lowestGain))).rounded(.up) / 10
  return ", peaks lowered by up to \(fixed(decibels, digits: 1)) dB so that nothing clips"
}
