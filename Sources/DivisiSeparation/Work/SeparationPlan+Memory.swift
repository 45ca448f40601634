import DivisiEngine
package import DivisiScore

extension SeparationPlan {
  /// The most of a recording that one fit sees, in seconds, with what it sees of its neighbours.
  private static let longestSection = SectionLayout().limit + 4

  /// What a recording needs.
  ///
  /// - Parameters:
  ///   - keepsStems: whether all stems stay in memory, to be scored.
  ///   - keepsFactors: whether what was learnt is exported, which fits the whole at once.
  package func memoryNeed(
    of source: SeparationSource, keepsStems: Bool, keepsFactors: Bool
  ) -> MemoryNeed {
    let channelCount = source.shape.channelCount
    let sampleRate = Double(source.shape.sampleRate)
    let seconds = Int(source.durationSeconds.rounded())
    // True stems, stems and the mixture; the former also as what they are compared by.
    let kept =
      keepsStems ? 4 * channelCount * source.sampleCount * (3 * (source.parts.count + 1) + 1) : 0
    let longest = Int(Self.longestSection * sampleRate)
    func fit(of sampleCount: Int) -> Int {
      separator.memoryEstimate(
        sampleCount: sampleCount, sampleRate: sampleRate, channelCount: channelCount,
        parts: source.parts, keepsFactors: keepsFactors)
    }
    if keepsFactors {
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

  /// What the separation of a recording needs, in bytes, by its header and its score as it is written.
  ///
  /// - Parameter score: with its path; nil where the drums of the kit are found without one.
  package func memoryEstimate(
    of recording: RecordingHeader, score: (notes: Score, path: String)?
  ) throws -> Int {
    var parts: [Part] = []
    if let score {
      parts = try selection.parts(of: score.notes, name: score.path)
    } else if sources.isEmpty, case .drums(let kit) = material {
      parts = try selection.parts(of: kit.score, name: "the kit")
    }
    parts += sources.map { Part(name: $0.name, notes: []) }
    let sampleRate = Double(recording.shape.sampleRate)
    return separator.memoryEstimate(
      sampleCount: min(recording.sampleCount, Int(Self.longestSection * sampleRate)),
      sampleRate: sampleRate, channelCount: recording.shape.channelCount, parts: parts,
      keepsFactors: false)
  }
}
