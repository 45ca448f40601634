import AudioFiles
import DivisiDSP
import DivisiEngine
import DivisiScore
import DivisiSeparation
import DrumKits
import Terminal

/// A recording of drums, taken apart.
struct SeparatedLoop {
  let source: SeparationSource
  /// By channel.
  let mixture: [[Float]]
  /// stems[part][channel], drums only.
  let stems: [[[Float]]]
  /// What is no drum's, by channel: nearly nothing unless it was asked for.
  let residual: [[Float]]
  let strokes: [CutStroke]

  var sampleRate: Int { source.shape.sampleRate }
}

/// Separates a recording of drums, all of it in memory, and cuts it into strokes.
struct LoopSeparation {
  let settings: SeparationSettings
  let kit: DrumKit
  let selection: PartSelection
  let placer: ScorePlacer
  let withResidual: Bool
  let parallel: Parallel

  /// Separates a recording.
  ///
  /// - Parameters:
  ///   - score: nil where there is none.
  ///   - check: gets the parts before the work.
  func run(mix: String, score: String?, bar: ProgressBar) throws -> SeparatedLoop {
    let source = try source(mix: mix, score: score)
    try checkMemory(of: source)
    let parts = score == nil ? try found(in: source, bar: bar) : source.parts
    let (mixture, stems) = try separate(source, parts: parts, settings: settings, bar: bar)
    let drums = settings.hasRest ? parts.count - 1 : parts.count
    var residual = mixture
    for stem in stems[..<drums] {
      for channel in residual.indices {
        for index in residual[channel].indices { residual[channel][index] -= stem[channel][index] }
      }
    }
    let strokes = StrokeCutter(sampleRate: Double(source.shape.sampleRate)).cut(
      stems: Array(stems[..<drums]), mixture: mixture, parts: Array(parts[..<drums]))
    guard !strokes.isEmpty else {
      throw Failure("\(mix): expected the sound of drums where the score has them; it is silent")
    }
    return SeparatedLoop(
      source: source, mixture: mixture, stems: Array(stems[..<drums]), residual: residual,
      strokes: strokes)
  }

  private func source(mix: String, score: String?) throws -> SeparationSource {
    if let score {
      return try SeparationSource(
        mix: mix, score: score, placer: placer, selection: selection, instruments: .one,
        withRest: settings.hasRest)
    }
    guard !kit.patches.isEmpty else {
      throw Failure("--score: expected a score; only a preset with a kit finds strokes without one")
    }
    return try SeparationSource(
      recording: try RecordingHeader(path: mix), kit: kit, selection: selection,
      withRest: settings.hasRest)
  }

  /// The strokes of a recording without a score, by part, as a fit finds them in which every drum may sound at any
  /// time.
  private func found(in source: SeparationSource, bar: ProgressBar) throws -> [Part] {
    var scoreless = settings
    scoreless.isScoreless = true
    // Waveforms of strokes follow activations, and change none.
    if scoreless.model.secondStage == .waveforms { scoreless.model = .cae }
    var parts: [Part] = []
    _ = try separate(
      source, parts: source.parts, settings: scoreless, bar: bar,
      observer: FitObserver(fitted: { parts = StrokeFinder.parts(in: $0) }))
    guard !parts.isEmpty else {
      throw Failure("\(source.mix): expected strokes of drums; found none")
    }
    return parts + (settings.hasRest ? [Rest.part] : [])
  }

  private func separate(
    _ source: SeparationSource, parts: [Part], settings: SeparationSettings, bar: ProgressBar,
    observer: FitObserver? = nil
  ) throws -> (mixture: [[Float]], stems: [[[Float]]]) {
    var bar = bar
    defer { bar.clear() }
    // Who wants activations wants those of the whole.
    let layout = observer == nil ? SectionLayout() : .whole
    var separator: SectionSeparator
    do throws(SeparationError) {
      separator = try SectionSeparator(
        Separator(settings: settings, material: .drums(kit), parallel: parallel),
        parts: parts, hasPedal: source.hasPedal, withResidual: withResidual,
        sampleCount: source.sampleCount, sampleRate: Double(source.shape.sampleRate),
        observer: observer, layout: layout)
    } catch {
      throw source.hasNoNote
    }
    let reader = try SectionReader(source, layout: layout)
    var mixture = [[Float]](repeating: [], count: source.shape.channelCount)
    var stems = parts.map { _ in mixture }
    while let section = try reader.next() {
      let piece = try separator.separate(section) { fraction in
        bar.show(fraction)
        return true
      }
      for channel in mixture.indices {
        mixture[channel] += piece.channels[channel]
        for part in stems.indices { stems[part][channel] += piece.stems[part][channel] }
      }
    }
    if let warning = reader.warning { printError(warning) }
    return (mixture, stems)
  }

  /// Refuses a recording that would not fit into memory with its stems.
  private func checkMemory(of source: SeparationSource) throws {
    let samples = source.sampleCount * source.shape.channelCount * (source.parts.count + 2)
    let separator = Separator(settings: settings, material: .drums(kit), parallel: parallel)
    let isScoreless = source.scorePath.isEmpty
    let longest = Int(Self.longestSection * Double(source.shape.sampleRate))
    let fit = separator.memoryEstimate(
      sampleCount: isScoreless ? source.sampleCount : min(longest, source.sampleCount),
      sampleRate: Double(source.shape.sampleRate), channelCount: source.shape.channelCount,
      parts: source.parts, keepsFactors: isScoreless)
    try MemoryNeed(
      // Arrays double as they grow.
      byteCount: 2 * MemoryLayout<Float>.stride * samples + fit,
      purpose: "for all stems of \(Int(source.durationSeconds)) s"
    ).check(for: source.mix)
  }

  /// The most of a recording that one fit sees, in seconds, with what it sees of its neighbours.
  private static let longestSection = SectionLayout().limit + 4
}

extension LoopSeparation {
  /// What options make of a separation.
  ///
  /// - Parameter withResidual: whether what no part explains is kept out of the parts.
  init(_ options: LoopOptions, withResidual: Bool) throws {
    let choice = try PresetStore.choose(options.preset)
    let material = try choice.material(modelFile: options.modelFile)
    guard case .drums(let kit) = material else {
      throw Failure("--preset: expected a preset of drums, found '\(options.preset)'")
    }
    let settings = try options.overrides.applied(to: choice.settings).separation
    let parallel = threads(options.overrides.threadCount)
    self.init(
      settings: settings, kit: kit,
      selection: try options.scoring.selection() ?? choice.selection,
      placer: ScorePlacer(
        options: options.placing, correction: .off, scoring: options.scoring,
        isPartial: options.partial,
        material: material, parallel: parallel, warn: printError),
      withResidual: withResidual, parallel: parallel)
  }
}
