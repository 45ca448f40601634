public import DivisiScore
internal import Glibc

/// Separates a recording section by section, in memory that does not grow with its length.
///
/// Every section has a fit of its own, on its samples and on the notes that may sound in it.
/// Neighbours are faded into each other with gains that add up to one, so stems add up to the
/// recording wherever those of the sections do. A recording of one section gives exactly what
/// ``Separator`` gives.
///
/// - Thread: one at a time.
public struct SectionSeparator {
  private let separator: Separator
  private let parts: [Part]
  private let hasPedal: Bool
  private let withResidual: Bool
  private let sampleCount: Int
  private let sampleRate: Double
  private let sectionCount: Int
  private let fadeLength: Int
  /// What the section before says of the fade at its end: by part and channel.
  private var tail: [[[Float]]] = []
  /// Samples of the recording that have been given.
  private var position = 0
  private var observer: FitObserver?
  private var memory: TemplateMemory?
  private var statistics = SectionStatistics()

  /// - Parameters:
  ///   - parts: what to separate into; their notes in seconds of the recording.
  ///   - hasPedal: as of ``Separator/separate(channels:sampleRate:parts:hasPedal:withResidual:observer:progress:)``.
  ///   - observer: sees the fit of each section.
  ///   - layout: the one that sections are cut by.
  /// - Throws: ``SeparationError/noNoteInRecording``.
  public init(
    _ separator: Separator, parts: [Part], hasPedal: Bool, withResidual: Bool, sampleCount: Int,
    sampleRate: Double, observer: FitObserver? = nil, layout: SectionLayout = .init()
  ) throws(SeparationError) {
    let seconds = Double(sampleCount) / sampleRate
    if !separator.isOfSources(parts) { try checkNotes(of: parts, durationSeconds: seconds) }
    self.separator = separator
    self.parts = parts
    self.hasPedal = hasPedal
    self.withResidual = withResidual
    self.sampleCount = sampleCount
    self.sampleRate = sampleRate
    self.observer = observer
    sectionCount = layout.count(seconds: seconds)
    fadeLength = Int(layout.fade * sampleRate)
    // What an observer sees has the recording's frames and no others.
    memory = sectionCount > 1 && observer == nil ? separator.makeMemory() : nil
  }

  /// Separates the next section.
  ///
  /// - Parameters:
  ///   - section: the one after the last, from a ``SectionCutter`` with the same layout.
  ///   - progress: called with 0…1, the share of the recording that is done; returns whether to go
  ///     on.
  /// - Returns: what can be given now, up to half a fade before the section's end.
  public mutating func separate(
    _ section: consuming Section, progress: (Double) -> Bool = { _ in true }
  ) throws(SeparationError) -> SeparatedPiece {
    let (index, count) = (Double(section.index), Double(sectionCount))
    let notes = parts(in: section.extent)
    var stems: [[[Float]]] = []
    if sectionCount == 1 || separator.isOfSources(parts)
      || notes.contains(where: { !$0.notes.isEmpty })
    {
      var result = try separator.separate(
        channels: section.channels, sampleRate: sampleRate, parts: notes, hasPedal: hasPedal,
        withResidual: withResidual, memory: &memory, observer: observer
      ) { progress((index + $0) / count) }
      statistics.add(
        result, noteCount: notes.reduce(0) { $0 + $1.notes.count }, beta: separator.beta)
      swap(&stems, &result.stems)
    } else {
      // What masks give where nothing is active; the rest sounds at any time.
      stems = parts.map { _ in section.channels.map { [Float](repeating: 0, count: $0.count) } }
      if separator.hasRest { stems[stems.count - 1] = section.channels }
      if let sources = try separator.separateSources(
        of: section.channels, sampleRate: sampleRate, parts: parts, withResidual: withResidual)
      {
        stems.replaceSubrange((stems.count - sources.count)..<stems.count, with: sources)
      }
      guard progress((index + 1) / count) else { throw .cancelled }
    }
    return piece(of: section, &stems)
  }

  /// Joins a section to the one before, and keeps what the next one will need.
  private mutating func piece(
    of section: consuming Section, _ stems: inout [[[Float]]]
  ) -> SeparatedPiece {
    let offset = section.extent.lowerBound
    let isLast = section.index == sectionCount - 1
    let end = isLast ? sampleCount : section.core.upperBound - fadeLength / 2
    let range = position..<end
    let given = range.lowerBound - offset..<range.upperBound - offset
    if section.index > 0 {
      for part in stems.indices {
        for channel in stems[part].indices {
          Self.fade(
            from: tail[part][channel], into: &stems[part][channel], at: given.lowerBound)
        }
      }
    }
    if !isLast {
      let fading = given.upperBound..<given.upperBound + fadeLength
      tail = stems.map { $0.map { Array($0[fading]) } }
    }
    position = end
    return SeparatedPiece(
      range: range, channels: section.channels.map { $0[given] },
      stems: stems.map { $0.map { $0[given] } })
  }

  /// Gains that rise evenly to one, against gains that fall so that both add up to one.
  static func fade(from old: [Float], into new: inout [Float], at start: Int = 0) {
    for index in old.indices where start + index < new.count {
      let gain = (Float(index) + 0.5) / Float(old.count)
      new[start + index] = old[index] + gain * (new[start + index] - old[index])
    }
  }

  // MARK: Notes

  /// The most that a string sounds on after it is damped, in seconds.
  private static let longestRelease = 4.0
  /// A stroke that begins this close to the end of a section shows too little of itself.
  private static let shortestStroke = 0.05

  /// The notes that may sound in a stretch, in seconds from its start; all of them if it is the whole
  /// recording, or if no score says when they do.
  private func parts(in extent: Range<Int>) -> [Part] {
    guard sectionCount > 1, !separator.isScoreless else { return parts }
    let start = Double(extent.lowerBound) / sampleRate
    let length = Double(extent.count) / sampleRate
    let isFirst = extent.lowerBound == 0
    let isLast = extent.upperBound == sampleCount
    return parts.map { part in
      let notes = part.notes.compactMap { note -> Note? in
        var note = note
        note.onsetSeconds -= start
        note.releaseSeconds -= start
        note.dampedSeconds -= start
        let maySound =
          separator.isOfDrums
          // A stroke whose attack is not there would pass for one of another velocity.
          ? (isFirst || note.onsetSeconds >= 0)
            && (isLast || note.onsetSeconds < length - Self.shortestStroke)
          : note.onsetSeconds < length && note.dampedSeconds > -Self.longestRelease
        return maySound ? note : nil
      }
      return Part(name: part.name, notes: notes, instrument: part.instrument)
    }
  }
}

extension SectionSeparator {
  /// The divergence of the mixture from the models at the start, the sum over sections on the scale
  /// of the loudest; 0 for silence.
  public var lossBefore: Double { statistics.loss(\.before) }
  /// The same at the end.
  public var lossAfter: Double { statistics.loss(\.after) }
  /// The tuning against A4 = 440 Hz in cents, the mean over all notes; nil for drums and for
  /// silence.
  public var tuningCents: Double? { statistics.tuningCents }
  /// The share of the mixture that the models do not explain, Σ divergence / Σ V, for β = 1; nil for other
  /// divergences and for silence.
  public var unexplainedShare: Double? {
    separator.beta == 1 && statistics.total > 0 ? lossAfter / statistics.total : nil
  }
  /// The most components that training by gradients has silenced in a section.
  public var deadComponents: Int { statistics.deadComponents }
}

/// What is reported of all sections together.
private struct SectionStatistics {
  struct Losses {
    let before: Double
    let after: Double
    let total: Double
    /// What V was divided by.
    let scale: Double
  }

  private var losses: [Losses] = []
  private var tunings: [(cents: Double, noteCount: Int)] = []
  private var beta = 1.0
  private(set) var deadComponents = 0

  mutating func add(_ result: Separation, noteCount: Int, beta: Double) {
    self.beta = beta
    guard result.scale > 0 else { return }
    losses.append(
      Losses(
        before: result.lossBefore, after: result.lossAfter, total: result.total,
        scale: result.scale))
    if let cents = result.tuningCents { tunings.append((cents, noteCount)) }
    deadComponents = max(deadComponents, result.deadComponents)
  }

  /// Σ V of all sections; on the scale of a loss for β = 1.
  var total: Double { loss(\.total) }

  /// A β-divergence grows with the β-th power of its arguments' common scale.
  func loss(_ value: KeyPath<Losses, Double>) -> Double {
    let loudest = losses.reduce(0) { max($0, $1.scale) }
    return losses.reduce(0) { sum, loss in
      loss.scale == loudest
        ? sum + loss[keyPath: value]
        : sum + loss[keyPath: value] * pow(loss.scale / loudest, beta)
    }
  }

  var tuningCents: Double? {
    let count = tunings.reduce(0) { $0 + $1.noteCount }
    guard tunings.count > 1, count > 0 else { return tunings.first?.cents }
    return tunings.reduce(0) { $0 + $1.cents * Double($1.noteCount) } / Double(count)
  }
}
