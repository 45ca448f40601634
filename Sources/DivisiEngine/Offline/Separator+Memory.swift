import DivisiDSP
public import DivisiScore

extension Separator {
  /// What a separation takes at its peak, in bytes, without samples that its caller keeps.
  ///
  /// Counts what grows with the recording and the settings: the spectrogram, templates and what their
  /// updates need, free entries of H, and samples of all stems.
  ///
  /// - Parameters:
  ///   - sampleCount: samples of each channel that are separated at once.
  ///   - parts: with all their notes; those of a section have fewer.
  ///   - keepsFactors: whether ``Factorisation/encoded()`` is called at the end of the fit.
  public func memoryEstimate(
    sampleCount: Int, sampleRate: Double, channelCount: Int, parts: [Part], keepsFactors: Bool
  ) -> Int {
    let grid = TimeGrid(
      sampleRate: sampleRate, resolution: settings.windowLength, hopAtResolution: settings.hopSize)
    let components = Factorisation.Component.all(
      parts: parts, material: material, settings: settings)
    let (K, R) = (Double(settings.fittedBinCount(grid)), Double(components.count))
    let N = Double(grid.frameCount(sampleCount: sampleCount))
    let T = Double(settings.frames)
    let (S, C, L) = (Double(parts.count), Double(channelCount), Double(sampleCount))
    let valueSize = 4.0
    let V = K * N
    let samples = C * L * (2 + S)
    // An autoencoder has an encoder as large, and both have sums for their steps.
    let templates = K * R * T * (settings.model.hasEncoder ? 8 : 4)
    var values = V + samples + templates
    if keepsFactors {
      let masks = S * Double(grid.binCount) * N
      // V, V_hat, the masks and three tensors of entries, encoded; V_hat and the largest of them besides.
      values += 2 * V + masks + 3 * R * N + 2 * K * R * T + V + max(masks, V)
    }
    // Notes of one component that sound together share its entries.
    let entries = min(
      Double(entryCount(parts: parts, sampleCount: sampleCount, grid: grid)), R * N)
    if !sources.isEmpty {
      let units = sources.reduce(0) { $0 + $1.network.unitCount }
      // What each sounds like, or the units' activations.
      values += max(Double(sources.count) * V, 8 * Double(units) * N)
    }
    let places =
      settings.isSpatial && SpatialAnalysis.applies(channelCount: channelCount)
      ? SpatialAnalysis.memoryEstimate(
        binCount: grid.binCount, channelCount: channelCount, partCount: parts.count) : 0
    let bytes =
      valueSize * values + Self.bytesPerEntry * entries + places
      + (settings.followsPitches
        ? PartialFit.memoryEstimate(
          entries: entries / Double(settings.pitchComponents.count), frames: N) : 0)
    return Int(min(bytes, Double(1 << 62)))
  }

  /// Of a free entry of H, by component and by frame.
  private static var bytesPerEntry: Double { 32 }

  /// About how many entries of H are free.
  private func entryCount(parts: [Part], sampleCount: Int, grid: TimeGrid) -> Int {
    let end = Double(sampleCount) / grid.sampleRate
    let roles = settings.pitchComponents.count
    let seconds = parts.reduce(0.0) { sum, part in
      part.notes.reduce(sum) { sum, note in
        let onset = max(0, min(note.onsetSeconds, end))
        // A note may sound on for a while.
        return sum + max(0, min(note.dampedSeconds + 1, end) - onset)
      }
    }
    let free = hasRest ? Rest.componentCount * grid.frameCount(sampleCount: sampleCount) : 0
    return Int(min(seconds * grid.frameRate, 1e15)) * roles + free
  }
}
