public import DivisiDSP
public import DivisiScore

/// Finds notes that are played and not in a score, and notes of the score that are played at another pitch.
///
/// It is careful: of the right scores of 26 recordings of pianos, rendered and real, one is changed, by three notes; of 166
/// changes to scores of a Disklavier that lack notes, 149 are right.
///
/// - Thread: any; `parallel` decides which others work.
public struct NoteCorrector: Sendable {
  private let sampleRate: Double
  private let parallel: Parallel

  /// - Parameters:
  ///   - sampleRate: of the recording, in hertz.
  ///   - parallel: runs work on several threads; the result does not depend on it.
  public init(sampleRate: Double, parallel: @escaping Parallel) {
    self.sampleRate = sampleRate
    self.parallel = parallel
  }

  /// A score with fewer changes than this, and than this share of its notes, is right as it is.
  private static let (leastChanges, leastShare) = (2, 0.003)
  /// A score with a larger share of changes is not mistaken: it lacks parts of the music, or lies elsewhere.
  private static let mostShare = 0.15
  /// A score with this share of changes is wrong elsewhere, too, so that less has to be heard.
  private static let wrongShare = 0.02
  /// Searches of each kind: what has been put right makes templates, and what is found by them, better.
  private static let searches = 2

  /// Corrects the notes of a score of all that is played, which follows the recording.
  ///
  /// What looks like a score of some parts only is left as it is.
  ///
  /// - Parameters:
  ///   - notes: pitched, in seconds of the recording, in any order.
  ///   - transposition: semitones by which the recording sounds higher than they are written.
  ///   - misfits: seconds of the recording where the score is of something else: nothing is changed there.
  ///   - sound: read twice.
  /// - Throws: what reading throws.
  /// - Complexity: O(frames · 88 · bands), a few hundredths of a second for half a minute.
  public func correct(
    _ notes: [Note], transposition: Int = 0, misfits: [Range<Double>] = [], in sound: RecordedSound
  ) throws -> CorrectedNotes {
    let unchanged = CorrectedNotes(notes: notes, changes: [])
    guard !notes.isEmpty, let spectrum = try spectrum(of: sound) else { return unchanged }
    var sounding = notes
    for index in sounding.indices { sounding[index].pitch += transposition }
    let duration = Double(sound.sampleCount) / sampleRate
    let noteCount = Double(notes.count { (0..<duration).contains($0.onsetSeconds) })
    var changes: [NoteChange] = []
    cautions: for caution in [Caution.usual, .little] {
      for _ in 0..<Self.searches {
        sounding.sort { $0.onsetSeconds < $1.onsetSeconds }
        var search = NoteSearch(
          spectrum, notes: sounding, misfits: misfits, caution: caution, parallel: parallel)
        let found = search.changes(to: &sounding)
        for change in found { Self.add(change, to: &changes) }
        guard changes.count >= max(Self.leastChanges, Int(Self.leastShare * noteCount)),
          Double(changes.count) <= Self.mostShare * noteCount
        else { return unchanged }
        if found.isEmpty { break }
      }
      if Double(changes.count) < Self.wrongShare * noteCount { break cautions }
    }
    for index in sounding.indices { sounding[index].pitch -= transposition }
    for index in changes.indices {
      changes[index].pitch -= transposition
      if case .moved(let pitch) = changes[index].kind {
        changes[index].kind = .moved(from: pitch - transposition)
      }
    }
    return CorrectedNotes(
      notes: sounding, changes: changes.sorted { ($0.seconds, $0.pitch) < ($1.seconds, $1.pitch) })
  }

  /// Adds a change, which may be one of a note that was changed before.
  private static func add(_ change: NoteChange, to changes: inout [NoteChange]) {
    guard case .moved(let from) = change.kind,
      let earlier = changes.firstIndex(where: {
        $0.pitch == from && $0.seconds == change.seconds
      })
    else {
      changes.append(change)
      return
    }
    changes[earlier].pitch = change.pitch
    if case .moved(change.pitch) = changes[earlier].kind { changes.remove(at: earlier) }
  }

  /// In semitones, with a maximum of 1; nil for silence.
  private func spectrum(of sound: RecordedSound) throws -> BandSpectrum? {
    var pitch = ConcertPitch(sampleRate: sampleRate)
    try sound.forEachStretch(of: pitch.grid, length: Self.pitchFrames) {
      pitch.listen(to: $0, parallel: parallel)
    }
    let instrument = Instrument.pitched
    let spectrum = BandSpectrum(
      sampleCount: sound.sampleCount, channelCount: sound.channelCount,
      grid: FeatureRate.grid(sampleRate: sampleRate, window: instrument.searchWindow),
      bands: instrument.bands(tuningCents: pitch.cents))
    try sound.forEachStretch(of: spectrum.grid, length: Self.searchFrames) {
      spectrum.fill(from: $0, parallel: parallel)
    }
    let most = spectrum.values.maximum()
    guard most > 0 else { return nil }
    spectrum.values.scale(by: 1 / most)
    return spectrum
  }

  /// A recording that is not held is read in stretches of so many frames, about 90 s.
  private static let (pitchFrames, searchFrames) = (1024, 4096)
}

/// How clearly a note has to be heard before a score is changed.
struct Caution: Sendable {
  /// What a note has to reach.
  struct Least: Sendable {
    /// How strong it is, beside the median of the notes that the score has.
    var strength: Float
    /// By how much it brings the score nearer to the recording there, as a share of how far away that is.
    var gain: Float

    init(_ strength: Float, _ gain: Float) {
      (self.strength, self.gain) = (strength, gain)
    }
  }

  /// A note that the score lacks.
  var added: Least
  /// One that is played instead of another.
  var moved: Least
  /// The same where an earlier note of the pitch may ring on.
  var addedRinging: Least
  var movedRinging: Least

  /// For any score.
  static let usual = Caution(
    added: Least(0.4, 0.25), moved: Least(0.3, 0.25), addedRinging: Least(1.2, 0.4),
    movedRinging: Least(0.6, 0.3))
  /// For one that is known to have mistakes.
  static let little = Caution(
    added: Least(0.3, 0.2), moved: Least(0.25, 0.15), addedRinging: Least(0.8, 0.4),
    movedRinging: Least(0.5, 0.2))
}
