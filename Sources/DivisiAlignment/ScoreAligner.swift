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

  /// Aligns notes with a recording.
  ///
  /// Scores may last so long, in seconds, and so many times as long as the recording.
  private static let (longScoreSeconds, longScore) = (7200.0, 8.0)

  /// - Parameters:
  ///   - channels: planar samples, of equal length.
  ///   - notes: in seconds of the score, in any order; their tempo may be up to 3.3 times as fast or slow as the
  ///     recording's.
  /// - Throws: ``AlignmentError`` if there is nothing to align.
  /// - Complexity: O(n² · bands) for n tenths of a second, 15 times with all transpositions.
  public func align(channels: [[Float]], notes: [Note]) throws(AlignmentError) -> Alignment {
    guard !notes.isEmpty else { throw .noNotes }
    let recordingSeconds = Double(channels.first?.count ?? 0) / sampleRate
    let limit = max(Self.longScoreSeconds, Self.longScore * recordingSeconds)
    let onsets = notes.map(\.onsetSeconds)
    guard onsets.max()! - onsets.min()! <= limit else { throw .scoreIsLong(limitSeconds: limit) }
    let order = Self.order(notes)
    let sorted = order.map { index in
      var note = notes[index]
      note.onsetSeconds = note.printedOnsetSeconds ?? note.onsetSeconds
      return note
    }
    let mains: [Int?] =
      instrument.isPercussive
      ? Array(repeating: nil, count: sorted.count) : GraceNotes.mains(of: sorted)
    let main = sorted.indices.filter { mains[$0] == nil }
    let cents =
      instrument.isPercussive
      ? 0 : ConcertPitch.cents(of: channels, sampleRate: sampleRate, parallel: parallel)
    let spectrum = BandSpectrum(
      channels: channels,
      grid: FeatureRate.grid(sampleRate: sampleRate, window: instrument.searchWindow),
      bands: instrument.bands(tuningCents: cents), parallel: parallel)
    let sketch = main.map {
      SketchedNote(
        onset: sorted[$0].onsetSeconds, end: sorted[$0].releaseSeconds, pitch: sorted[$0].pitch)
    }
    let aligner = CoarseAligner(
      spectrum, notes: sketch, instrument: instrument, options: options)
    guard let coarse = aligner.align(parallel: parallel) else { throw .silentRecording }
    let placed = coarse.notes.map { PlacedNote(index: main[$0.index], onset: $0.onset) }
    let refined = Refined(
      placed, of: sorted, mains: mains, transposition: coarse.transposition,
      anchoring: Anchoring(options.anchors),
      with: Refinement(
        channels: channels, sampleRate: sampleRate, instrument: instrument, tuningCents: cents,
        parallel: parallel))
    var aligned = refined.notes
    for index in aligned.indices { aligned[index].index = order[aligned[index].index] }
    return Alignment(
      notes: aligned, map: refined.map, tuningCents: cents, transposition: coarse.transposition,
      verdict: coarse.verdict)
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
