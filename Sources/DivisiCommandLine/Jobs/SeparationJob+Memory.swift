import DivisiEngine
import Terminal

extension SeparationJob {
  /// What is worth saying beforehand, in bytes.
  private static let muchMemory = 1 << 30
  /// The most of a recording that one fit sees, in seconds, with what it sees of its neighbours.
  private static let longestSection = SectionLayout().limit + 4

  /// Says what a recording will need if that is much, and refuses it where there is less.
  ///
  /// - Parameter keepsStems: whether all stems stay in memory, to be scored.
  func checkMemory(of source: SeparationSource, keepsStems: Bool) throws {
    let need = memoryNeed(of: source, keepsStems: keepsStems)
    if factorFolder != nil, need.byteCount >= Self.muchMemory {
      printError("\(source.mix): will need \(need.text) \(need.purpose)")
    }
    try need.check(for: source.mix)
  }

  private func memoryNeed(of source: SeparationSource, keepsStems: Bool) -> MemoryNeed {
    let channelCount = source.shape.channelCount
    let sampleRate = Double(source.shape.sampleRate)
    let seconds = Int(source.durationSeconds.rounded())
    // True stems, stems and the mixture; the former also as what they are compared by.
    let kept =
      keepsStems ? 4 * channelCount * source.sampleCount * (3 * (source.parts.count + 1) + 1) : 0
    var separator = Separator(
      settings: settings.separation, material: material, parallel: parallel)
    separator.sources = sources
    let longest = Int(Self.longestSection * sampleRate)
    func fit(of sampleCount: Int) -> Int {
      separator.memoryEstimate(
        sampleCount: sampleCount, sampleRate: sampleRate, channelCount: channelCount,
        parts: source.parts, keepsFactors: factorFolder != nil)
    }
    if factorFolder != nil {
      return MemoryNeed(
        byteCount: fit(of: source.sampleCount) + kept,
        purpose: "to export the factors of all \(seconds) s")
    }
    let fitted =
      isStreamed
      ? Stream.memoryEstimate(
        settings: settings,
        layout: .named(source.parts.map(\.name), isPercussive: material.isOfDrums),
        sampleRate: sampleRate, channelCount: channelCount)
      : fit(of: min(longest, source.sampleCount))
    return MemoryNeed(
      byteCount: fitted + kept,
      purpose: keepsStems
        ? "to keep all stems of \(seconds) s for --references"
        : "for this window, hop and number of components")
  }
}
