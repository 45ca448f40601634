import AudioFiles
import DivisiEngine
import DivisiScore
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
    /// The path of each part below the directory; of the residual too if it is written.
    let path: @Sendable (_ part: String) -> String
    let withResidual: Bool
    /// Whether stems are also kept in memory, one channel each, to be compared.
    let keepsSignals: Bool
  }

  private struct File {
    let name: String
    let path: String
    let noteCount: Int
    let writer: AudioFileWriter
    var energy = 0.0
    var signal: [Float] = []
  }

  private struct State {
    let staged: StagedFiles
    var files: [File]
    /// The recording, in one channel, if signals are kept.
    var mixture: [Float] = []
  }

  /// What was written.
  struct Result {
    let stems: [SeparationReport.Stem]
    /// By part, one channel each; empty unless they were to be kept.
    let signals: [String: [Float]]
    /// The recording; empty unless it was to be kept.
    let mixture: [Float]
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
    var names = source.parts.map { ($0.name, $0.notes.count) }
    if plan.withResidual { names.append((PartName.reserved, 0)) }
    let files = try names.map { name, noteCount in
      let path = plan.path(name)
      return File(
        name: name, path: "\(plan.directory)/\(path)", noteCount: noteCount,
        writer: try staged.open(
          name: path, source.shape, as: plan.format, expectedCount: source.sampleCount))
    }
    state = Mutex(State(staged: staged, files: files))
  }

  /// Adds the next piece to all files.
  func append(_ piece: SeparatedPiece) throws {
    try state.withLock { state in
      var rest = plan.withResidual ? piece.channels : []
      for (index, stem) in piece.stems.enumerated() {
        try write(stem, to: &state.files[index])
        for channel in rest.indices {
          for sample in rest[channel].indices {
            rest[channel][sample] -= plan.format.quantized(stem[channel][sample])
          }
        }
      }
      if plan.withResidual { try write(rest, to: &state.files[piece.stems.count]) }
      if plan.keepsSignals { state.mixture += Signals.mono(piece.channels) }
    }
  }

  private func write(_ channels: [[Float]], to file: inout File) throws {
    try file.writer.append(channels)
    file.energy = channels.reduce(file.energy) {
      $1.reduce($0) { $0 + Double($1) * Double($1) }
    }
    if plan.keepsSignals { file.signal += Signals.mono(channels) }
  }

  /// Gives all files their names. Nothing may follow.
  func finish() throws -> Result {
    try state.withLock { state in
      let stems = try state.files.map { file in
        SeparationReport.Stem(
          name: file.name, path: file.path, noteCount: file.noteCount,
          clippedCount: try file.writer.finish(), energy: file.energy,
          valueCount: shape.channelCount * sampleCount)
      }
      try state.staged.commit()
      let signals = plan.keepsSignals ? state.files.map { ($0.name, $0.signal) } : []
      return Result(
        stems: stems, signals: Dictionary(uniqueKeysWithValues: signals), mixture: state.mixture)
    }
  }
}
