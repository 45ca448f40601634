import AudioFiles
import DivisiDSP
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Synchronization

/// The parts of a recording on their way into files, which appear all or not at all.
///
/// - Thread: any, one piece after the other.
final class StemWriter: Sendable {
  /// What a writer makes, and what it keeps.
  struct Plan: Sendable {
    let directory: String
    let force: Bool
    let format: AudioFormat
    /// What the file of a part is told besides its samples.
    let details: @Sendable (_ part: String) -> EncodingDetails
    /// The path of each part below the directory; of the residual and remixes too.
    let path: @Sendable (_ part: String) -> String
    let withStems: Bool
    let withResidual: Bool
    let remixes: [Remix.Output]
    /// Which of their channels stems are also kept in memory with, to be compared; nil for none.
    let kept: ChannelUse?
    /// Writes what stands beside them, and returns the paths that people open.
    let companions: @Sendable (StagedFiles) throws -> [String]
  }

  /// Used by one thread at a time.
  private final class File: @unchecked Sendable {
    let name: String
    /// Nil if it is not written.
    let path: String?
    let noteCount: Int
    private let writer: AudioFileWriter?
    private let kept: ChannelUse?
    private(set) var energy = 0.0
    private(set) var signal: [[Float]] = []

    init(
      name: String, path: String?, noteCount: Int, writer: AudioFileWriter?, kept: ChannelUse?
    ) {
      self.name = name
      self.path = path
      self.noteCount = noteCount
      self.writer = writer
      self.kept = kept
    }

    func append(_ channels: [ArraySlice<Float>]) throws {
      try writer?.append(channels)
      energy = channels.reduce(energy) { $1.reduce($0) { $0 + Double($1) * Double($1) } }
      if let kept { signal.extend(by: kept.applied(to: channels)) }
    }

    /// The samples that were clipped.
    func finish() throws -> Int { try writer?.finish() ?? 0 }
  }

  private struct State {
    let staged: StagedFiles
    /// Those of the parts, and of the residual if it is written.
    let stems: [File]
    let remixes: [File]
    /// The recording, if signals are kept.
    var mixture: [[Float]] = []
  }

  /// What was written.
  struct Written {
    let stems: [SeparationResult.Stem]
    let remixes: [SeparationResult.Stem]
    /// Sessions and scores.
    let companions: [String]
    /// By part, the channels that are compared; empty unless they were to be kept.
    let signals: [String: [[Float]]]
    /// The recording's; empty unless they were to be kept.
    let mixture: [[Float]]
  }

  private let plan: Plan
  private let shape: AudioShape
  private let sampleCount: Int
  private let state: Mutex<State>

  init(_ plan: Plan, source: SeparationSource) throws {
    self.plan = plan
    shape = source.shape
    sampleCount = source.sampleCount
    let staged = try StagedFiles(directory: plan.directory, force: plan.force)
    func file(_ name: String, noteCount: Int, isWritten: Bool, kept: ChannelUse?) throws -> File {
      let path = plan.path(name)
      return File(
        name: name, path: isWritten ? "\(plan.directory)/\(path)" : nil, noteCount: noteCount,
        writer: isWritten
          ? try staged.open(
            name: path, source.shape, as: plan.format, details: plan.details(name),
            expectedCount: source.sampleCount) : nil,
        kept: kept)
    }
    var stems = try source.parts.map {
      try file($0.name, noteCount: $0.notes.count, isWritten: plan.withStems, kept: plan.kept)
    }
    if plan.withResidual {
      stems.append(try file(PartName.reserved, noteCount: 0, isWritten: true, kept: plan.kept))
    }
    let remixes = try plan.remixes.map {
      try file($0.name, noteCount: 0, isWritten: true, kept: nil)
    }
    state = Mutex(State(staged: staged, stems: stems, remixes: remixes))
  }

  /// Adds the next piece to all files.
  ///
  /// - Parameter parallel: spreads the files over threads.
  func append(_ piece: SeparatedPiece, parallel: Parallel) throws {
    try state.withLock { state in
      let stems = state.stems
      let files = stems + state.remixes
      let failures = Mutex([Int: any Error]())
      parallel(files.count) { index in
        do {
          let channels =
            if index >= stems.count {
              remix(of: piece, plan.remixes[index - stems.count].factors)
            } else if index < piece.stems.count {
              piece.stems[index]
            } else {
              piece.residual(held: plan.format.quantized)
            }
          try files[index].append(channels)
        } catch {
          failures.withLock { $0[index] = error }
        }
      }
      // Of several the first file’s, whichever failed first.
      if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
      if let kept = plan.kept { state.mixture.extend(by: kept.applied(to: piece.channels)) }
    }
  }

  /// The recording, plus or minus what its stems, as their files hold them, are louder or softer.
  private func remix(of piece: SeparatedPiece, _ factors: [Float]) -> [ArraySlice<Float>] {
    let rest = factors.last ?? 1
    var sum = piece.channels
    if rest != 1 {
      for channel in sum.indices {
        for sample in sum[channel].indices { sum[channel][sample] *= rest }
      }
    }
    for (stem, factor) in zip(piece.stems, factors) where factor != rest {
      for channel in sum.indices {
        for sample in sum[channel].indices {
          sum[channel][sample] += (factor - rest) * plan.format.quantized(stem[channel][sample])
        }
      }
    }
    return sum
  }

  /// Gives all files their names. Nothing may follow.
  func finish() throws -> Written {
    try state.withLock { state in
      func finished(_ files: [File]) throws -> [SeparationResult.Stem] {
        try files.map { file in
          SeparationResult.Stem(
            name: file.name, path: file.path, noteCount: file.noteCount,
            clippedCount: try file.finish(), energy: file.energy,
            valueCount: shape.channelCount * sampleCount)
        }
      }
      let stems = try finished(state.stems)
      let remixes = try finished(state.remixes)
      let companions = try plan.companions(state.staged)
      try state.staged.commit()
      let signals = plan.kept == nil ? [] : state.stems.map { ($0.name, $0.signal) }
      return Written(
        stems: stems, remixes: remixes,
        companions: companions.map { "\(plan.directory)/\($0)" },
        signals: Dictionary(uniqueKeysWithValues: signals),
        mixture: state.mixture)
    }
  }
}

extension [[Float]] {
  /// Adds samples to each channel; the first piece says how many channels there are.
  fileprivate mutating func extend(by piece: [[Float]]) {
    if isEmpty {
      self = piece
    } else {
      for (index, channel) in piece.enumerated() { self[index] += channel }
    }
  }
}
