import AudioFiles
import DivisiEngine
import DivisiScore
import FoundationEssentials
import Glibc
import Terminal

/// Everything that the recordings of one call share.
struct SeparationJob {
  let output: String
  let presetName: String
  let choice: PresetStore.Choice
  let settings: StreamSettings
  let material: Material
  let selection: PartSelection
  let scoring: ScoreOptions
  /// Whether the score may be longer or shorter than the recording.
  let isPartial: Bool
  /// Whether to separate as the plugin does.
  let isStreamed: Bool
  let writing: OutputOptions
  let threadCount: Int

  /// How far the last onset may lie past the end of the recording, in seconds.
  private static let overrunSeconds = 2.0
  /// How long the recording may go on after the last note: up to a fifth of its length, 4 s at least
  /// and 10 s at most.
  private static func remainderSeconds(of duration: Double) -> Double {
    min(max(0.2 * duration, 4), 10)
  }
  /// Sound below this level, in full scale, is silence: −60 dB.
  private static let silence: Float = 1e-3

  /// Separates one recording and writes its parts, all or none.
  ///
  /// - Parameter folder: where true stems lie, if the parts are to be scored.
  func run(
    mix: String, score scorePath: String, references folder: String?, bar: ProgressBar
  ) throws -> SeparationReport {
    let start = Date()
    let score = try scoring.read(path: scorePath)
    let parts = try selection.parts(of: score, name: scorePath)
    let recording = try AudioFile.read(path: mix)
    if !isPartial {
      try checkLength(of: score, path: scorePath, against: recording, path: mix)
    }
    try checkOutputs(mix: mix, score: scorePath, parts: parts)
    let references = try folder.map { folder in
      try References(
        folder: folder, parts: parts.map(\.name), recording: recording, path: mix)
    }

    var bar = bar
    defer { bar.clear() }
    let separation: Separation
    do {
      separation = try separate(recording, into: parts, hasPedal: score.hasPedal) { fraction in
        bar.show(fraction)
        return true
      }
    } catch .noNoteInRecording {
      throw Failure(
        "\(scorePath): expected notes between 0 s and the end of \(mix) at \(seconds(recording.durationSeconds)); found none"
      )
    }
    let stems = try write(separation, parts: parts, recording: recording, mix: mix)
    let elapsed = Date().timeIntervalSince(start)
    let scores = references?.scores(
      stems: Dictionary(uniqueKeysWithValues: zip(parts.map(\.name), separation.stems)),
      parallel: threads(threadCount))
    return SeparationReport(
      mix: mix, score: scorePath, preset: choice.preset.name, recording: recording, stems: stems,
      lossBefore: separation.lossBefore, lossAfter: separation.lossAfter,
      tuningCents: separation.tuningCents,
      seconds: elapsed, scores: scores)
  }

  private func separate(
    _ recording: AudioBuffer, into parts: [Part], hasPedal: Bool, progress: (Double) -> Bool
  ) throws(SeparationError) -> Separation {
    let sampleRate = Double(recording.sampleRate)
    if isStreamed {
      return try StreamSeparator(settings: settings, material: material).separate(
        channels: recording.channels, sampleRate: sampleRate, parts: parts, hasPedal: hasPedal,
        progress: progress)
    }
    return try Separator(
      settings: settings.separation, material: material, parallel: threads(threadCount)
    ).separate(
      channels: recording.channels, sampleRate: sampleRate, parts: parts, hasPedal: hasPedal,
      withResidual: writing.residual, progress: progress)
  }

  // MARK: Checks before the work

  private func checkLength(
    of score: Score, path: String, against recording: AudioBuffer, path mix: String
  ) throws {
    let duration = recording.durationSeconds
    let lastOnset = score.notes.last?.onsetSeconds ?? 0
    let advice = "move it with --score-offset or --score-rate, or accept it with --partial"
    guard lastOnset < duration + Self.overrunSeconds else {
      throw Failure(
        "\(path): expected a score that ends with \(mix) at \(seconds(duration)); "
          + "its last note begins at \(seconds(lastOnset)) (\(advice))")
    }
    let end = score.notes.reduce(0) { max($0, $1.dampedSeconds) }
    let soundEnd = end + Self.remainderSeconds(of: duration)
    let remainder = max(0, Int(soundEnd * Double(recording.sampleRate)))
    guard remainder < recording.sampleCount else { return }
    let goesOn = recording.channels.contains { channel in
      channel[remainder...].contains { abs($0) > Self.silence }
    }
    if goesOn {
      throw Failure(
        "\(path): expected a score that ends with \(mix) at \(seconds(duration)); its last note ends at \(seconds(end)) (\(advice))"
      )
    }
  }

  /// Refuses before the work what could not be written after it.
  private func checkOutputs(mix: String, score: String, parts: [Part]) throws {
    for name in parts.map(\.name) + (writing.residual ? [PartName.reserved] : []) {
      let path = "\(output)/\(fileName(mix: mix, part: name))"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      guard writing.force else {
        throw Failure("\(path): expected a new file, or --force; it exists already")
      }
      for input in [mix, score] where isSameFile(path, input) {
        throw Failure("\(path): expected a file to write; it is the input \(input)")
      }
    }
  }

  private func isSameFile(_ a: String, _ b: String) -> Bool {
    var first = stat()
    var second = stat()
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev
      && first.st_ino == second.st_ino
  }

  private func fileName(mix: String, part: String) -> String {
    writing.path(mix: mix, part: part, preset: presetName) + "." + writing.format.fileExtension
  }

  // MARK: Writing

  private func write(
    _ separation: Separation, parts: [Part], recording: AudioBuffer, mix: String
  ) throws -> [SeparationReport.Stem] {
    let staged = try StagedFiles(directory: output, force: writing.force)
    var rest = recording.channels
    var reports: [SeparationReport.Stem] = []
    func stage(_ channels: [[Float]], name: String, noteCount: Int) throws {
      let file = fileName(mix: mix, part: name)
      let clipped = try staged.write(
        AudioBuffer(sampleRate: recording.sampleRate, channels: channels), name: file,
        as: writing.format)
      reports.append(
        SeparationReport.Stem(
          name: name, path: "\(output)/\(file)", channels: channels, noteCount: noteCount,
          clippedCount: clipped))
    }
    for (part, channels) in zip(parts, separation.stems) {
      try stage(channels, name: part.name, noteCount: part.notes.count)
      guard writing.residual else { continue }
      for channel in channels.indices {
        for sample in rest[channel].indices {
          rest[channel][sample] -= writing.format.quantized(channels[channel][sample])
        }
      }
    }
    if writing.residual { try stage(rest, name: PartName.reserved, noteCount: 0) }
    try staged.commit()
    return reports
  }

  private func seconds(_ value: Double) -> String { "\(fixed(value, digits: 1)) s" }
}
