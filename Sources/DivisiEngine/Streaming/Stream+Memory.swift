// Thread: setup

import DivisiDSP

extension Stream {
  /// What a stream takes at most, in bytes: rings, the spectrogram that it learns from, templates with their
  /// sums for all pitches that may come, and masks of three snapshots.
  ///
  /// - Parameters: as of ``init(settings:layout:kit:bank:sampleRate:channelCount:)``.
  public static func memoryEstimate(
    settings: StreamSettings, layout: StreamLayout, sampleRate: Double, channelCount: Int
  ) -> Int {
    let plan = StreamPlan(
      settings: settings, layout: layout, sampleRate: sampleRate, channelCount: channelCount)
    let (clock, separation) = (plan.clock, plan.separation)
    let (K, S, C) = (Double(plan.fittedBinCount), Double(plan.partCount), Double(channelCount))
    let roles = layout.isPercussive ? 1 : separation.pitchComponents.count
    // Each of several instruments has half of a piano's keys.
    let voices = max(Self.pitchCount, Self.pitchCount / 2 * layout.instrumentCount)
    let R = Double(roles * voices)
    let T = Double(separation.frames)
    let rings = C * (Double(clock.ringLength) + S * Double(clock.overlapLength))
    // Once as it is kept, and once as a window of it is fitted.
    let spectra = 2 * K * Double(clock.history)
    // Sums of both factors of an update, an encoder’s, and the templates of a fit.
    let free = plan.restPart == nil ? 0 : Double(Rest.componentCount)
    let templates = K * (R * (4 * T + 3) + free * 7)
    let masks =
      3 * S * Double(clock.maskStride) * Double(clock.interval + clock.crossfade)
    // Sums and covariances of each round, and covariances of three snapshots, of none and of one in the making.
    let placeCount = Double(2 * SpatialAnalysis.roundCount + 5)
    let places = plan.isSpatial ? placeCount * Double(clock.maskStride) * (S + 1) * C * C : 0
    let bytes = 4 * (rings + spectra + templates + masks + places)
    return Int(min(bytes, Double(1 << 62)))
  }

  /// Keys of a piano; more than drums that people use.
  private static var pitchCount: Int { 88 }
}
