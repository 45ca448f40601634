// Thread: worker

import DivisiDSP
internal import Glibc

/// What a pitch that has not been learnt may sound like, from pitches that have.
///
/// Its partials are as strong as those of the pitches around it, partial by partial, and its onset
/// sounds like theirs. Where little is known, the comb of the score counts: partials that fall off
/// as 1 / h, and a flat onset.
struct PitchTransposition {
  /// A pitch that is learnt: the level of each partial by kind, and the spectrum of its onset.
  private struct Learnt {
    let pitch: Int
    /// By component with partials: levels of partials 1, 2, …, summing to 1.
    let levels: [[Double]]
    let onset: RecursiveMemory?
  }

  private let learnt: [Learnt]
  private let comb: PitchComb
  private let bank: NoteBank?
  private let grid: TimeGrid
  private let binCount: Int
  /// The components with partials, of each pitch, and their combs.
  private let tonal: [(component: PitchComponent, comb: PitchComb)]
  private let hasOnset: Bool

  /// A pitch at this distance, in semitones, counts 1 / e of one nearby. 2 to 10 measure alike.
  private static let reach = 5.0
  /// What the comb counts for, against a pitch nearby. 0.1 to 1 measure alike.
  private static let prior = 0.3
  /// What a bank counts for instead: it knows more than a comb.
  private static let bankPrior = 1.0
  /// Partials beyond this one are as the last.
  private static let partials = 60
  /// The least level of a partial, against the sum of all: updates could not revive a zero.
  private static let floor = 1e-6

  /// - Parameter memories: by pitch, in the order of ``PitchConstraints``.
  init(
    memories: [Int: [RecursiveMemory]], comb: PitchComb, bank: NoteBank? = nil, grid: TimeGrid,
    binCount: Int, settings: SeparationSettings
  ) {
    self.comb = comb
    self.bank = bank
    self.grid = grid
    self.binCount = binCount
    tonal = settings.pitchComponents.filter { $0.kind != .onset }
      .map { ($0, comb.shifted(byCents: $0.cents)) }
    hasOnset = settings.hasOnsetTemplates
    let tonal = tonal
    learnt = memories.sorted { $0.key < $1.key }.compactMap { pitch, memories in
      guard memories[0].isLearnt else { return nil }
      return Learnt(
        pitch: pitch,
        levels: zip(memories, tonal).filter { $0.0.isLearnt }.map { memory, kind in
          Self.levels(
            of: memory.template(0), pitch: pitch, comb: kind.comb, grid: grid, binCount: binCount)
        },
        onset: memories.dropFirst(tonal.count).first { $0.isLearnt })
    }
  }

  /// The start values of a pitch's components, in the order of ``PitchConstraints``.
  func templates(ofPitch pitch: Int) -> [[Float]] {
    let weights = learnt.map { exp(-Double(abs($0.pitch - pitch)) / Self.reach) }
    let prior = bank == nil ? Self.prior : Self.bankPrior
    let starts = tonal.indices.map { kind in
      let usual = usualLevels(ofPitch: pitch, kind: kind)
      let norm = usual.reduce(0, +)
      var levels = usual.map { $0 / norm * prior }
      for (known, weight) in zip(learnt, weights) {
        let other = known.levels[min(kind, known.levels.count - 1)]
        for partial in levels.indices {
          levels[partial] += weight * (partial < other.count ? other[partial] : 0)
        }
      }
      return tonal[kind].comb.template(pitch: pitch, grid: grid, binCount: binCount) { partial in
        max(levels[min(partial, levels.count) - 1], Self.floor)
      }
    }
    guard hasOnset else { return starts }
    let flat = [Float](repeating: 1 / Float(binCount), count: binCount)
    var onset = (start(ofPitch: pitch, .onset, from: flat) ?? flat).map { $0 * Float(prior) }
    for (known, weight) in zip(learnt, weights) {
      guard let memory = known.onset else { continue }
      let template = memory.template(0)
      for bin in onset.indices { onset[bin] += Float(weight) * template[bin] }
    }
    let sum = onset.reduce(0, +)
    return starts + [onset.map { $0 / sum }]
  }

  /// The levels of partials 1, 2, … where no pitch is learnt: the bank's, or 1 / h.
  private func usualLevels(ofPitch pitch: Int, kind: Int) -> [Double] {
    let usual = (1...Self.partials).map { 1 / Double($0) }
    guard bank != nil else { return usual }
    let (component, comb) = tonal[kind]
    let template = comb.template(pitch: pitch, grid: grid, binCount: binCount)
    guard
      let start = start(ofPitch: pitch, component.kind, from: template, cents: component.cents)
    else { return usual }
    let known = start.withUnsafeBufferPointer {
      Self.levels(
        of: $0.baseAddress!, pitch: pitch, comb: comb, grid: grid, binCount: binCount)
    }
    guard known.contains(where: { $0 > 0 }) else { return usual }
    return usual.indices.map { $0 < known.count ? known[$0] : known[known.count - 1] }
  }

  private func start(
    ofPitch pitch: Int, _ kind: PitchComponent.Kind, from start: [Float], cents: Double = 0
  ) -> [Float]? {
    bank?.start(
      pitch: pitch, kind: kind, comb: start, tuningCents: comb.tuningCents + cents, grid: grid)
  }

  private static func levels(
    of template: UnsafePointer<Float>, pitch: Int, comb: PitchComb, grid: TimeGrid, binCount: Int
  ) -> [Double] {
    var result: [Double] = []
    while result.count < partials,
      let (_, bins) = comb.band(
        ofPartial: result.count + 1, pitch: pitch, grid: grid, binCount: binCount)
    {
      result.append(bins.reduce(0.0) { max($0, Double(template[$1])) })
    }
    let sum = result.reduce(0, +)
    return sum > 0 ? result.map { $0 / sum } : result
  }
}
