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
  let clippedCount: Int
  /// For a picture; nil where none was asked for.
  let beginning: Beginning?

  /// The frames that are drawn.
  struct Beginning {
    let source: MosaicSource
    let target: MosaicSource
    let mosaic: MosaicSource
    /// Activations by frame of the target.
    let lists: [[MosaicModel.Entry]]
  }
}

/// Makes one mosaic and writes it.
struct MosaicJob {
  let target: String
  let sources: [String]
  /// Of the target; nil where it has none.
  let score: String?
  /// Semitones of the copies of each source.
  let transpositions: [Double]
  let settings: MosaicSettings
  let output: String
  let format: AudioFormat
  let force: Bool
  /// Whether its beginning is kept for a picture.
  let keepsBeginning: Bool
  let parallel: Parallel

  /// How much of a mosaic is drawn, in seconds.
  static let drawnSeconds = 60.0

  /// - Parameter companions: files that are written with it, all or none.
  func run(
    bar: ProgressBar, companions: (MadeMosaic) throws -> [(path: String, bytes: [UInt8])]
  ) throws -> MadeMosaic {
    let header = try RecordingHeader(path: target)
    let recording = try SlidingRecording(header)
    let rate = header.shape.sampleRate
    let tones = try score.map { try self.tones(of: $0) }
    let recordings = try self.recordings(rate: rate)
    let source = MosaicSource(
      recordings, sampleRate: Double(rate), settings: settings, parallel: parallel)
    let shape = AudioShape(sampleRate: rate, channelCount: recordings[0].count)
    let staged = StagedFiles(force: force)
    let writer = try staged.open(
      name: output, shape, as: format, expectedCount: header.sampleCount)
    var bar = bar
    defer { bar.clear() }
    let drawnCount =
      keepsBeginning ? min(header.sampleCount, Int(Self.drawnSeconds * Double(rate))) : 0
    var beginning = [[Float]](repeating: [], count: shape.channelCount)
    var lists: [[MosaicModel.Entry]] = []
    let guide = tones.map {
      MosaicGuide(
        $0, source: source,
        frameCount: source.grid.frameCount(sampleCount: header.sampleCount))
    }
    let mosaic = Mosaic(source, settings: settings, guide: guide, parallel: parallel)
    let fit = try mosaic.render(
      sampleCount: header.sampleCount, read: recording.samples,
      write: { piece in
        try writer.append(piece.map { $0[...] })
        for channel in piece.indices {
          beginning[channel] += piece[channel].prefix(drawnCount - beginning[channel].count)
        }
      },
      observe: { first, frames in
        if first * source.grid.hopSize < drawnCount { lists += frames }
      }, progress: { bar.show($0) })
    let clipped = try writer.finish()
    if let warning = recording.warning { printError(warning) }
    guard fit.total > 0 else { throw Failure("\(target): expected sound; it is silent") }
    let drawn =
      drawnCount == 0
      ? nil
      : try MadeMosaic.Beginning(
        source: source,
        target: analysed(SlidingRecording(header).samples(0..<drawnCount), rate: rate),
        mosaic: analysed(beginning, rate: rate), lists: lists)
    let made = MadeMosaic(
      fit: fit, seconds: header.durationSeconds, clippedCount: clipped, beginning: drawn)
    for file in try companions(made) { try staged.write(bytes: file.bytes, name: file.path) }
    try staged.commit()
    return made
  }

  /// The pitches of a score, and when they sound.
  private func tones(of path: String) throws -> [MosaicGuide.Tone] {
    let score = try Score.read(path: path)
    for warning in score.warnings { printError(warning) }
    let tones = score.notes.filter { $0.kind == .pitched }.map {
      MosaicGuide.Tone(pitch: $0.pitch, seconds: $0.onsetSeconds...$0.dampedSeconds)
    }
    guard !tones.isEmpty else {
      throw Failure("\(path): expected notes with a pitch, found none")
    }
    return tones
  }

  private func analysed(_ channels: [[Float]], rate: Int) -> MosaicSource {
    MosaicSource([channels], sampleRate: Double(rate), settings: settings, parallel: parallel)
  }

  /// All sources and their copies, at the rate of the target and with as many channels as the one that has most.
  private func recordings(rate: Int) throws -> [[[Float]]] {
    var recordings: [[[Float]]] = []
    for path in sources {
      try checkMemory(of: path, rate: rate)
      let sound = try AudioFile.read(path: path, warn: printError)
      guard sound.channels.contains(where: { $0.contains { $0 != 0 } }) else {
        throw Failure("\(path): expected sound; it is silent")
      }
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
