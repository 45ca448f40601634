import AudioFiles
import DivisiDSP
import DivisiScore
import DivisiSeparation
import DrumKits
import Terminal

/// What a remix sounds like.
struct RemixedLoop {
  let sound: AudioBuffer
  let noteCount: Int
  /// By how much the loudest peaks were lowered so that nothing clips, as a factor; 1 if they were not.
  let lowestGain: Float
}

/// Plays a pattern with the drums of a recording, or with those of a kit.
struct RemixJob {
  let mix: String?
  let loop: LoopOptions
  let size: SampleKit.Size
  let pattern: PatternOptions
  /// An SFZ file whose samples take the place of the recording's.
  let kitPath: String?
  let replacements: [Replacement]
  let keepsResidual: Bool

  /// Files that are read, for checks before the work.
  func inputs() throws -> [String] {
    try [mix, loop.score, pattern.pattern, pattern.groove, kitPath].compactMap { $0 }
      + replacements.compactMap(\.path) + (kitPath.map(SFZKit.samplePaths) ?? [])
  }

  func run(bar: ProgressBar) throws -> RemixedLoop {
    // What cannot be read or played is refused before the work.
    let written = try pattern.pattern.map { try performed(loop.scoring.original(path: $0), $0) }
    let foreign = try kitPath.map { try SFZKit.read($0, sampleRate: nil) }
    let separated = try mix.map { mix in
      try LoopSeparation(loop, withResidual: keepsResidual).run(
        mix: mix, score: loop.score, bar: bar)
    }
    if let doubt = separated?.source.placement?.doubt(score: separated?.source.scorePath ?? "") {
      printError(doubt)
    }
    // The recording's own pattern is played by its own strokes, each by itself.
    let own = separated.map {
      written == nil
        ? SampleKit(inTurn: $0.strokes, stems: $0.stems, sampleRate: $0.sampleRate)
        : SampleKit(of: $0.strokes, stems: $0.stems, sampleRate: $0.sampleRate, size: size)
    }
    let measured = try own.flatMap { own in
      try written == nil
        ? performed(
          own.pattern(of: separated!.strokes, bars: separated!.source.placement?.bars ?? []),
          loop.score ?? "") : nil
    }
    // A kit of another rate than the recording is read again at that of the recording.
    let another = try kitPath.flatMap { path in
      try own.flatMap { own in
        own.sampleRate == foreign?.sampleRate
          ? nil : try SFZKit.read(path, sampleRate: own.sampleRate)
      }
    }
    guard var kit = another ?? foreign ?? own, let score = written ?? measured else {
      throw Failure("--pattern: expected a score to play")
    }
    try replace(in: &kit)
    return try play(score, isMeasured: written == nil, with: kit, separated)
  }

  private func performed(_ score: Score, _ path: String) throws -> Score {
    try pattern.performed(score, path: path, seed: loop.overrides.seed ?? 0) {
      try loop.scoring.original(path: $0)
    }
  }

  private func replace(in kit: inout SampleKit) throws {
    for replacement in replacements {
      let channels = try replacement.path.map { path in
        try AudioFile.read(path: path, warn: printError)
          .converted(toRate: kit.sampleRate, named: path).channels
      }
      if let path = replacement.path, channels?[0].contains(where: { $0 != 0 }) != true {
        throw Failure("\(path): expected the sound of a stroke; it is silent")
      }
      let names = kit.replaceable
      guard kit.replace(replacement.drum, with: channels) else {
        throw Failure(
          "--replace: expected one of \(names.joined(separator: ", ")), found '\(replacement.drum)'"
        )
      }
    }
  }

  private func play(
    _ score: Score, isMeasured: Bool, with kit: SampleKit, _ separated: SeparatedLoop?
  ) throws -> RemixedLoop {
    let path = pattern.pattern ?? mix ?? ""
    let notes = try PartSelection.drums.parts(of: score, name: path).flatMap(\.notes)
    var player = KitPlayer(kit)
    let missing = player.missing(notes)
    for (drum, count) in missing.sorted(by: { $0.key < $1.key }) {
      printError(
        "\(path): drum \(drum) is silent, \(count) note\(count == 1 ? "" : "s"): the kit has none of its kind"
      )
    }
    let silent = missing.values.reduce(0, +)
    guard silent < notes.count else {
      throw Failure("\(path): expected notes of drums that the kit has; found none")
    }
    let longest = notes.reduce(0) { max($0, $1.onsetSeconds) }
    try MemoryNeed(
      byteCount: 2 * Int(4 * longest) * kit.sampleRate * kit.channelCount,
      purpose: "for \(Int(longest)) s of sound"
    ).check(for: path)
    let residual = keepsResidual ? separated?.residual ?? [] : []
    var channels = player.play(
      notes, isMeasured: isMeasured, leastCount: residual.first?.count ?? 0)
    for (channel, samples) in residual.enumerated() where channel < channels.count {
      for index in samples.indices { channels[channel][index] += samples[index] }
    }
    let lowestGain = PeakLimiter.limit(&channels, sampleRate: Double(kit.sampleRate))
    return RemixedLoop(
      sound: AudioBuffer(sampleRate: kit.sampleRate, channels: channels),
      noteCount: notes.count - silent, lowestGain: lowestGain)
  }
}
