public import CDivisi
import DivisiDSP
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Synchronization

/// The samples of all parts, by part and channel.
final class PartSamples: @unchecked Sendable {
  let names: [String]
  let channelCount: Int
  private let sampleCount: Int
  private let blocks: [UnsafeMutablePointer<Float>]

  /// - Parameter names: of the parts, and of the residual where there is one.
  init(names: [String], channelCount: Int, sampleCount: Int) {
    self.names = names
    self.channelCount = channelCount
    self.sampleCount = sampleCount
    blocks = names.map { _ in .allocate(capacity: channelCount * sampleCount) }
  }

  deinit { for block in blocks { block.deallocate() } }

  subscript(part: Int, channel: Int) -> UnsafePointer<Float>? {
    guard blocks.indices.contains(part), (0..<channelCount).contains(channel) else { return nil }
    return UnsafePointer(blocks[part] + channel * sampleCount)
  }

  /// Puts a piece where it belongs; one after the other.
  func append(_ piece: SeparatedPiece, _ parallel: Parallel) {
    parallel(blocks.count) { index in
      let channels =
        index < piece.stems.count ? piece.stems[index] : piece.residual(held: { $0 })
      for (channel, samples) in channels.enumerated() {
        samples.withUnsafeBufferPointer {
          (blocks[index] + channel * sampleCount + piece.range.lowerBound)
            .update(from: $0.baseAddress!, count: $0.count)
        }
      }
    }
  }
}

/// What became of a recording.
final class SeparationOutcome: @unchecked Sendable {
  let samples: PartSamples
  let tuningCents: Double?
  let factors: FactorTable?
  private let texts = Texts()
  let names: [UnsafePointer<CChar>]
  let warnings: [UnsafePointer<CChar>]

  init(
    samples: PartSamples, tuningCents: Double?, factors: FactorTable?, warnings: [String]
  ) {
    self.samples = samples
    self.tuningCents = tuningCents
    self.factors = factors
    names = samples.names.map { [texts] in texts.keep($0) }
    self.warnings = warnings.map { [texts] in texts.keep($0) }
  }

  /// Separates a recording as `divisi separate` does.
  ///
  /// - Parameter keepsFactors: whether what was learnt is kept, too.
  static func separate(
    _ audio: divisi_audio, _ score: ScoreNotes?, _ list: OpaquePointer?, keepsFactors: Bool,
    progress: (Double) -> Bool
  ) throws -> SeparationOutcome {
    let (options, settings) = try parsed(list)
    let plan = try SeparationPlan(
      .init(
        preset: options.preset, modelFiles: options.modelFile, withRest: options.rest,
        isStreamed: options.stream, isScoreless: score == nil, settings: settings),
      scoring: options.scoring, overrides: options.overrides, gradients: options.gradients)
    var warnings = plan.remarks
    let source = try source(of: audio, score, options, plan) { warnings.append($0) }
    if let doubt = source.placement?.doubt(score: source.scorePath) { warnings.append(doubt) }
    try plan.memoryNeed(of: source, keepsStems: false, keepsFactors: keepsFactors)
      .check(for: source.mix)
    var losses: [Double] = []
    var learnt: Factorisation?
    let observer =
      keepsFactors
      ? FitObserver(iterated: { losses.append($0.loss()) }, fitted: { learnt = $0 }) : nil
    var separation = try RecordingSeparation(
      source, plan: plan, withResidual: options.residual, observer: observer)
    let samples = PartSamples(
      names: source.parts.map(\.name) + (options.residual ? [PartName.reserved] : []),
      channelCount: source.shape.channelCount, sampleCount: source.sampleCount)
    let reader = try SectionReader(source, layout: separation.layout)
    try separation.run(from: reader, progress: progress) { samples.append($0, $1) }
    if let doubt = separation.doubt { warnings.append(doubt) }
    return SeparationOutcome(
      samples: samples, tuningCents: separation.summary?.tuningCents,
      factors: learnt.map { FactorTable($0, losses: losses) }, warnings: warnings)
  }

  private static func source(
    of audio: divisi_audio, _ score: ScoreNotes?, _ options: LibraryOptions,
    _ plan: SeparationPlan, warn: @escaping (String) -> Void
  ) throws -> SeparationSource {
    let withRest = plan.settings.separation.hasRest
    guard let score else {
      let kit = try plan.kitWithoutScore()
      return try SeparationSource(
        recording: audio.recording(), kit: kit, selection: plan.selection, withRest: withRest)
    }
    return try SeparationSource(
      recording: audio.recording(), score: score.score, name: score.name,
      placer: ScorePlacer(
        options: options.placing, correction: options.correcting.correctNotes,
        scoring: options.scoring, isPartial: options.partial, material: plan.material,
        parallel: plan.parallel, warn: warn),
      selection: plan.selection, instruments: plan.choice.instruments, withRest: withRest)
  }
}

private func separate(
  _ audio: UnsafePointer<divisi_audio>, _ score: OpaquePointer?, _ options: OpaquePointer?,
  keepsFactors: Bool, _ progress: divisi_progress?, _ data: UnsafeMutableRawPointer?,
  _ error: ErrorPlace
) -> OpaquePointer? {
  answering(error) {
    handle(
      try SeparationOutcome.separate(
        audio.pointee, score.map { object($0, as: ScoreNotes.self) }, options,
        keepsFactors: keepsFactors
      ) { fraction in
        progress.map { $0(fraction, data) == 0 } ?? true
      })
  }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_separate(
  _ audio: UnsafePointer<divisi_audio>!, _ score: OpaquePointer!, _ options: OpaquePointer!,
  _ progress: divisi_progress!, _ data: UnsafeMutableRawPointer!,
  _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
  separate(audio, score, options, keepsFactors: false, progress, data, error)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_fit(
  _ audio: UnsafePointer<divisi_audio>!, _ score: OpaquePointer!, _ options: OpaquePointer!,
  _ progress: divisi_progress!, _ data: UnsafeMutableRawPointer!,
  _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
  separate(audio, score, options, keepsFactors: true, progress, data, error)
}

private func outcome(_ result: OpaquePointer) -> SeparationOutcome { object(result) }

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_count(_ result: OpaquePointer!) -> Int { outcome(result).names.count }

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_name(_ result: OpaquePointer!, _ part: Int) -> UnsafePointer<CChar>! {
  outcome(result).names.at(part)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_samples(
  _ result: OpaquePointer!, _ part: Int, _ channel: Int
) -> UnsafePointer<Float>! {
  outcome(result).samples[part, channel]
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_warning(
  _ result: OpaquePointer!, _ index: Int
) -> UnsafePointer<CChar>! {
  outcome(result).warnings.at(index)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_tuning(_ result: OpaquePointer!) -> Double {
  outcome(result).tuningCents ?? .nan
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_tensor_name(
  _ result: OpaquePointer!, _ index: Int
) -> UnsafePointer<CChar>! {
  outcome(result).factors?.names.at(index)
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_tensor(
  _ result: OpaquePointer!, _ name: UnsafePointer<CChar>!,
  _ tensor: UnsafeMutablePointer<divisi_tensor>!
) -> Int32 {
  guard let found = outcome(result).factors?.tensor(String(cString: name)) else { return -1 }
  tensor.pointee = found
  return 0
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_losses(
  _ result: OpaquePointer!, _ count: UnsafeMutablePointer<Int>!
) -> UnsafePointer<Double>! {
  let losses = outcome(result).factors?.losses
  count?.pointee = losses?.count ?? 0
  return losses.flatMap { UnsafePointer($0.baseAddress) }
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_metadata(
  _ result: OpaquePointer!, _ name: UnsafePointer<CChar>!
) -> UnsafePointer<CChar>! {
  outcome(result).factors?.metadata[String(cString: name)]
}

/// As `divisi.h` has it.
@c @implementation
public func divisi_result_free(_ result: OpaquePointer!) { free(result) }
