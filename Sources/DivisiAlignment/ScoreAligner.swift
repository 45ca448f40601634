public import DivisiDSP
public import DivisiScore

/// Finds when the notes of a score are played in a recording, and says how well the two agree.
///
/// - Thread: any; `parallel` decides which others work.
public struct ScoreAligner: Sendable {
  private let sampleRate: Double
  private let instrument: Instrument
  private let options: AlignmentOptions
  private let parallel: Parallel

  /// - Parameters:
  ///   - sampleRate: of the recording, in hertz.
  ///   - instrument: what plays.
  ///   - options: what to look for.
  ///   - parallel: runs work on several threads; the result does not depend on it.
  public init(
    sampleRate: Double, instrument: Instrument = .pitched,
    options: AlignmentOptions = AlignmentOptions(), parallel: @escaping Parallel
  ) {
    self.sampleRate = sampleRate
    self.instrument = instrument
    self.options = options
    self.parallel = parallel
  }

  /// Scores may last so long, in seconds, and so many times as long as the recording.
  private static let (longScoreSeconds, longScore) = (7200.0, 8.0)
  /// A recording that is not held is read in stretches of so many frames, about 90 s.
  private static let (pitchFrames, searchFrames) = (1024, 4096)

  /// Aligns notes with a recording that is held.
  ///
  /// - Parameters:
  ///   - channels: planar samples, of equal length.
  ///   - notes: in seconds of the score, in any order; their tempo may be up to 3.3 times as fast or slow as the
  ///     recording's.
  /// - Throws: ``AlignmentError`` if there is nothing to align.
  /// - Complexity: O(n² · bands) for n tenths of a second, 15 times with all transpositions.
  public func align(channels: [[Float]], notes: [Note]) throws -> Alignment {
    try align(RecordedSound(sampleRate: sampleRate, channels: channels), notes: notes)
  }

  /// Aligns notes with a recording of any length.
  ///
  /// - Parameters:
  ///   - sound: of the aligner's sample rate; read three times.
  ///   - notes: as in ``align(channels:notes:)``.
  /// - Throws: ``AlignmentError`` if there is nothing to align, and what reading throws.
  public func align(_ sound: RecordedSound, notes: [Note]) throws -> Alignment {
    guard !notes.isEmpty else { throw AlignmentError.noNotes }
    let recordingSeconds = Double(sound.sampleCount) / sampleRate
    let limit = max(Self.longScoreSeconds, Self.longScore * recordingSeconds)
    let onsets = notes.map(\.onsetSeconds)
    guard onsets.max()! - onsets.min()! <= limit else {
      throw AlignmentError.scoreIsLong(limitSeconds: limit)
    }
    let order = Self.order(notes)
    let notes = instrument.numbered(notes)
    let sorted = order.map { index in
      var note = notes[index]
      note.onsetSeconds = note.printedOnsetSeconds ?? note.onsetSeconds
      return note
    }
    let mains: [Int?] =
      instrument.isPercussive
      ? Array(repeating: nil, count: sorted.count) : GraceNotes.mains(of: sorted)
    let main = sorted.indices.filter { mains[$0] == nil }
    let cents = instrument.isPercussive ? 0 : try tuning(of: sound)
    var peak: Float = 0
    let spectrum = BandSpectrum(
      sampleCount: sound.sampleCount, channelCount: sound.channelCount,
      grid: FeatureRate.grid(sampleRate: sampleRate, window: instrument.searchWindow),
      bands: instrument.bands(tuningCents: cents))
    try sound.forEachStretch(of: spectrum.grid, length: Self.searchFrames) {
      spectrum.fill(from: $0, parallel: parallel)
      peak = max(peak, $0.peak)
    }
    let sketch = main.map {
      SketchedNote(
        onset: sorted[$0].onsetSeconds, end: sorted[$0].releaseSeconds, pitch: sorted[$0].pitch)
    }
    let aligner = CoarseAligner(
      spectrum, notes: sketch, instrument: instrument, options: options)
    guard let coarse = aligner.align(parallel: parallel) else {
      throw AlignmentError.silentRecording
    }
    let placed = coarse.notes.map { PlacedNote(index: main[$0.index], onset: $0.onset) }
    let refined = try Refined(
      placed, of: sorted, mains: mains, transposition: coarse.transposition,
      anchoring: Anchoring(options.anchors),
      with: Refinement(
        sampleCount: sound.sampleCount, sampleRate: sampleRate, peak: peak, instrument: instrument,
        tuningCents: cents, parallel: parallel), in: sound)
    var aligned = refined.notes
    for index in aligned.indices { aligned[index].index = order[aligned[index].index] }
    return Alignment(
      notes: aligned, map: refined.map, tuningCents: cents, transposition: coarse.transposition,
      verdict: coarse.verdict)
  }

  private func tuning(of sound: RecordedSound) throws -> Double {
    var pitch = ConcertPitch(sampleRate: sampleRate)
    try sound.forEachStretch(of: pitch.grid, length: Self.pitchFrames) {
      pitch.listen(to: $0, parallel: parallel)
    }
    return pitch.cents
  }

  /// Notes in the order of print, then in that of playing.
  private static func order(_ notes: [Note]) -> [Int] {
    func key(_ index: Int) -> (Double, Double, Int) {
      let note = notes[index]
      return (note.printedOnsetSeconds ?? note.onsetSeconds, note.onsetSeconds, index)
    }
    return notes.indices.sorted { key($0) < key($1) }
  }
}
