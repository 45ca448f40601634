import AudioFiles
import DivisiDSP
import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Glibc
import Mosaics
import Terminal

/// What became of a mosaic.
struct MadeMosaic {
  let fit: Mosaic.Fit
  let seconds: Double
  /// For a picture; nil where none was asked for.
  let beginning: Beginning?

  /// The frames that are drawn.
  struct Beginning {
    /// Where they begin in the target.
    let startSeconds: Double
    let source: MosaicSource
    let target: MosaicSource
    let mosaic: MosaicSource
    /// Activations by frame of the target.
    let lists: [[MosaicModel.Entry]]
  }
}

/// Makes one mosaic.
struct MosaicJob {
  let target: String
  let sources: [String]
  /// Of the target; nil where it has none.
  let score: String?
  /// Semitones of the copies of each source.
  let transpositions: [Double]
  let settings: MosaicSettings
  /// What is played of the target, in seconds; nil for all of it.
  let span: ClosedRange<Double>?
  /// Whether its beginning is kept for a picture.
  let keepsBeginning: Bool
  let parallel: Parallel

  /// How much of a mosaic is drawn, in seconds.
  static let drawnSeconds = 60.0

  /// Writes a mosaic.
  ///
  /// - Parameter companions: files that are written with it, all or none.
  func run(
    output: String, format: AudioFormat, force: Bool, bar: ProgressBar,
    companions: (MadeMosaic) throws -> [(path: String, bytes: [UInt8])]
  ) throws -> MadeMosaic {
    let staged = StagedFiles(force: force)
    var opened: AudioFileWriter?
    let made = try make(bar: bar) { shape, count in
      let writer = try staged.open(name: output, shape, as: format, expectedCount: count)
      opened = writer
      return { piece in try writer.append(piece.map { $0[...] }) }
    }
    _ = try opened?.finish()
    for file in try companions(made) { try staged.write(bytes: file.bytes, name: file.path) }
    try staged.commit()
    return made
  }

  /// Makes a mosaic.
  ///
  /// - Parameter open: is told how much there will be, and gives what takes it piece by piece.
  func make(
    bar: ProgressBar, open: (AudioShape, Int) throws -> ([[Float]]) throws -> Void
  ) throws -> MadeMosaic {
    let header = try RecordingHeader(path: target)
    let recording = try SlidingRecording(header)
    let rate = header.shape.sampleRate
    let duration = header.durationSeconds
    let from = span?.lowerBound ?? 0
    let span = (span ?? 0...duration).clamped(to: 0...duration)
    let first = Int(span.lowerBound * Double(rate))
    let end = min(header.sampleCount, Int((span.upperBound * Double(rate)).rounded()))
    guard from < duration, first < end else {
      throw Failure(
        "\(target): expected sound after \(fixed(from, digits: 1)) s; it ends at \(fixed(header.durationSeconds, digits: 1)) s"
      )
    }
    let count = end - first
    let tones = try score.map { try self.tones(of: $0, header, from: Double(first) / Double(rate)) }
    let recordings = try self.recordings(rate: rate)
    let source = MosaicSource(
      recordings, sampleRate: Double(rate), settings: settings, parallel: parallel)
    let shape = AudioShape(sampleRate: rate, channelCount: recordings[0].count)
    let write = try open(shape, count)
    var bar = bar
    defer { bar.clear() }
    let drawnCount = keepsBeginning ? min(count, Int(Self.drawnSeconds * Double(rate))) : 0
    var beginning = [[Float]](repeating: [], count: shape.channelCount)
    var lists: [[MosaicModel.Entry]] = []
    let guide = tones.map {
      MosaicGuide($0, source: source, frameCount: source.grid.frameCount(sampleCount: count))
    }
    let mosaic = Mosaic(source, settings: settings, guide: guide, parallel: parallel)
    let fit = try mosaic.render(
      sampleCount: count,
      read: { try recording.samples(first + $0.lowerBound..<first + $0.upperBound) },
      write: { piece in
        try write(piece)
        for channel in piece.indices {
          beginning[channel] += piece[channel].prefix(drawnCount - beginning[channel].count)
        }
      },
      observe: { frame, frames in
        if frame * source.grid.hopSize < drawnCount { lists += frames }
      }, progress: { bar.show($0) })
    if let warning = recording.warning { printError(warning) }
    guard fit.total.isFinite, fit.loss.isFinite else {
      throw Failure("\(target): expected samples near full scale; they are far beyond it")
    }
    guard fit.total > 0 else { throw Failure("\(target): expected sound; it is silent") }
    let drawn =
      drawnCount == 0
      ? nil
      : try MadeMosaic.Beginning(
        startSeconds: Double(first) / Double(rate), source: source,
        target: analysed(
          SlidingRecording(header).samples(first..<first + drawnCount), rate: rate),
        mosaic: analysed(beginning, rate: rate), lists: lists)
    return MadeMosaic(fit: fit, seconds: Double(count) / Double(rate), beginning: drawn)
  }

  /// The pitches of a score, and when they sound in what is played of the target.
  private func tones(
    of path: String, _ header: RecordingHeader, from startSeconds: Double
  ) throws -> [MosaicGuide.Tone] {
    let score = try Score.read(path: path)
    for warning in score.warnings { printError(warning) }
    let tones = score.notes.filter { $0.kind == .pitched }.map {
      MosaicGuide.Tone(
        pitch: $0.pitch,
        seconds: $0.onsetSeconds - startSeconds...$0.dampedSeconds - startSeconds)
    }
    guard !tones.isEmpty else {
      throw Failure("\(path): expected notes with a pitch, found none")
    }
    if let doubt = try doubt(of: score, path: path, header) { printError(doubt) }
    return tones
  }

  /// What is doubtful of a score: whether it is the target's at all, and in time with it.
  private func doubt(of score: Score, path: String, _ header: RecordingHeader) throws -> String? {
    let placer = ScorePlacer(
      options: try PlacementOptions.parse(["--align", "off"]), correction: .off,
      scoring: try ScoreOptions.parse([]),
      isPartial: true, material: .pitched, parallel: parallel, warn: printError)
    var placement = try placer.place(
      score, path: path, recording: header, isWhole: false
    ).placement
    placement.advice = placement.isInTime ? nil : "'divisi align' writes one that is in time"
    return placement.doubt(score: path)
  }

  private func analysed(_ channels: [[Float]], rate: Int) -> MosaicSource {
    MosaicSource([channels], sampleRate: Double(rate), settings: settings, parallel: parallel)
  }

  /// All sources and their copies, at the rate of the target and with as many channels as the one that has most.
  private func recordings(rate: Int) throws -> [[[Float]]] {
    var recordings: [[[Float]]] = []
    for path in sources {
      try checkMemory(of: path, rate: rate)
      let sound = try normalised(AudioFile.read(path: path, warn: printError), path)
      for semitones in transpositions {
        // What is played faster by a factor sounds as if it had been recorded at that many times the rate.
        let factor = exp2(semitones / 12)
        let copy = AudioBuffer(
          sampleRate: Int((Double(sound.sampleRate) * factor).rounded()), channels: sound.channels)
        recordings.append(try copy.converted(toRate: rate, named: path).channels)
      }
    }
    let most = recordings.reduce(1) { max($0, $1.count) }
    return recordings.map { channels in
      (0..<most).map { channels[min($0, channels.count - 1)] }
    }
  }

  /// Near full scale, so that nothing overflows and nothing is taken for silence; the level of a source does not matter.
  private func normalised(_ sound: AudioBuffer, _ path: String) throws -> AudioBuffer {
    let peak = sound.channels.reduce(Float(0)) { $1.reduce($0) { max($0, abs($1)) } }
    guard peak > 0 else { throw Failure("\(path): expected sound; it is silent") }
    // A power of two rounds nothing.
    let gain = Float(
      sign: .plus, exponent: min(max(-Int(peak.exponent), -126), 126), significand: 1)
    return AudioBuffer(
      sampleRate: sound.sampleRate, channels: sound.channels.map { $0.map { gain * $0 } })
  }

  private func checkMemory(of path: String, rate: Int) throws {
    let header = try RecordingHeader(path: path)
    let count = header.durationSeconds * Double(rate) * Double(transpositions.count)
    try MemoryNeed(
      byteCount: MosaicSource.memoryEstimate(
        sampleCount: Int(count), sampleRate: Double(rate),
        channelCount: header.shape.channelCount, settings: settings),
      purpose: "for the frames of a source of \(Int(header.durationSeconds)) s"
    ).check(for: path)
  }
}
