import AudioFiles
import DivisiDSP
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
  /// What pitched templates start from; nil for combs.
  var bank: NoteBank?
  let selection: PartSelection
  let scoring: ScoreOptions
  /// Whether the score may be longer or shorter than the recording.
  let isPartial: Bool
  /// Whether to separate as the plugin does.
  let isStreamed: Bool
  /// Whether references are also given to the ideal ratio mask.
  let withOracle: Bool
  /// Where what was learnt is written; nil for nowhere.
  let factorFolder: String?
  let writing: OutputOptions
  let threadCount: Int

  /// Separates one recording and writes its parts, all or none.
  ///
  /// - Parameters:
  ///   - score: nil where there is none, and any drum may sound at any time.
  ///   - folder: where true stems lie, if the parts are to be scored.
  func run(
    mix: String, score: String?, references folder: String?, bar: ProgressBar
  ) throws -> SeparationReport {
    let start = Date()
    let input = try input(mix: mix, score: score)
    let (score, scorePath) = (input.score, input.scorePath)
    let (parts, recording) = (input.parts, input.recording)
    try checkOutputs(mix: mix, score: scorePath, parts: parts)
    let references = try folder.map { folder in
      try References(
        folder: folder, parts: parts.map(\.name), recording: recording, path: mix)
    }

    var bar = bar
    defer { bar.clear() }
    let separation: Separation
    var factors: [FactorOutput] = []
    let observer = factorFolder.map { _ in
      FitObserver(fitted: { factors = FactorOutput.all(of: $0) })
    }
    do {
      separation = try separate(
        recording, into: parts, hasPedal: score.hasPedal, observer: observer
      ) { fraction in
        bar.show(fraction)
        return true
      }
    } catch .noNoteInRecording {
      throw input.hasNoNote
    }
    let stems = try write(separation, parts: parts, recording: recording, mix: mix)
    try write(factors, mix: mix)
    let elapsed = Date().timeIntervalSince(start)
    let scores = references?.scores(
      stems: Dictionary(uniqueKeysWithValues: zip(parts.map(\.name), separation.stems)),
      parallel: threads(threadCount))
    let yardsticks = withOracle ? references.map { self.yardsticks($0, recording: recording) } : nil
    return SeparationReport(
      mix: mix, score: scorePath, preset: choice.preset.name, recording: recording, stems: stems,
      lossBefore: separation.lossBefore, lossAfter: separation.lossAfter,
      tuningCents: separation.tuningCents,
      deadComponents: separation.deadComponents > 0 ? separation.deadComponents : nil,
      seconds: elapsed, scores: scores, yardsticks: yardsticks)
  }

  private func input(mix: String, score: String?) throws -> SeparationInput {
    if let score {
      return try SeparationInput(
        mix: mix, score: score, scoring: scoring, selection: selection, isPartial: isPartial)
    }
    guard case .drums(let kit) = material, !kit.patches.isEmpty else {
      throw Failure("--score: expected a score; only drums with a kit are separated without one")
    }
    return try SeparationInput(mix: mix, kit: kit, selection: selection)
  }

  /// What the same masks would give if they knew the truth, and what the mixture itself.
  private func yardsticks(_ references: References, recording: AudioBuffer) -> Yardsticks {
    Yardsticks.measure(
      references: references.stems, mixture: Signals.mono(recording.channels),
      grid: TimeGrid(
        sampleRate: Double(recording.sampleRate), resolution: settings.separation.windowLength,
        hopAtResolution: settings.separation.hopSize),
      exponent: settings.separation.exponent, parallel: threads(threadCount))
  }

  private func separate(
    _ recording: AudioBuffer, into parts: [Part], hasPedal: Bool, observer: FitObserver?,
    progress: (Double) -> Bool
  ) throws(SeparationError) -> Separation {
    let sampleRate = Double(recording.sampleRate)
    if isStreamed {
      var separator = StreamSeparator(settings: settings, material: material)
      separator.bank = bank
      return try separator.separate(
        channels: recording.channels, sampleRate: sampleRate, parts: parts, hasPedal: hasPedal,
        progress: progress)
    }
    var separator = Separator(
      settings: settings.separation, material: material, parallel: threads(threadCount))
    separator.bank = bank
    return try separator.separate(
      channels: recording.channels, sampleRate: sampleRate, parts: parts, hasPedal: hasPedal,
      withResidual: writing.residual, observer: observer, progress: progress)
  }

  // MARK: Checks before the work

  /// Refuses before the work what could not be written after it.
  private func checkOutputs(mix: String, score: String, parts: [Part]) throws {
    let stems = parts.map(\.name) + (writing.residual ? [PartName.reserved] : [])
    for path in stems.map({ "\(output)/\(fileName(mix: mix, part: $0))" }) + factorPaths(mix: mix) {
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
}
