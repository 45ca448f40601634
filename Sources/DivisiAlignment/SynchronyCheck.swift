public import DivisiDSP
public import DivisiScore

/// How closely a recording follows its score as it is.
public struct Synchrony: Sendable, Equatable {
  /// How well the score explains the recording at its own times; nil where there is too little to say
  /// so.
  public var verdict: Verdict?
  /// How much later notes sound than the score has them, in seconds: the median.
  public var delaySeconds: Double
  /// How far three quarters of the notes lie from that at most, in seconds; of a few notes, fewer.
  public var spreadSeconds: Double

  /// The most that may be, in seconds: rooms and annotations differ by so much, and separation does not
  /// suffer.
  private static let (mostDelay, mostSpread) = (0.06, 0.04)

  /// Whether the score needs no alignment.
  public var isSynchronous: Bool {
    guard let verdict, verdict.judgement != .notThisPiece else { return false }
    return abs(delaySeconds) <= Self.mostDelay && spreadSeconds <= Self.mostSpread
  }
}

/// Finds out whether a recording follows a score already, section by section.
///
/// Costs far less than an alignment: there is only one path to look at, and a look around each note.
public struct SynchronyCheck {
  /// How long sections should be, in seconds.
  public static let sectionSeconds = 60.0

  private let sampleRate: Double
  private let notes: [Note]
  private let parallel: Parallel
  private let instrument: Instrument
  private var sections: [Agreement] = []
  private var soundings: [Double] = []
  private var audible = AudibleNotes.Count()
  private var deviations: [Double] = []
  private var endSeconds = 0.0

  /// How many of the notes have to lie close to where the score has them.
  private static let share = 0.75
  /// Less than this says nothing: notes, and seconds of sound.
  private static let (leastNotes, leastSeconds) = (8, 3.0)
  /// Notes are looked at for so many seconds of every so many: where they are late, they are so for longer.
  private static let (lookSeconds, lookPeriod) = (3.0, 15.0)
  /// Where fewer notes than this are there, all of the section are looked at.
  private static let fewNotes = 16
  /// The score goes on for so long after its last note ends, in seconds.
  private static let ringSeconds = 2.0

  /// - Parameters:
  ///   - sampleRate: of the recording, in hertz.
  ///   - instrument: what plays.
  ///   - notes: in seconds of the recording, as far as it follows the score.
  public init(
    sampleRate: Double, instrument: Instrument = .pitched, notes: [Note],
    parallel: @escaping Parallel
  ) {
    self.sampleRate = sampleRate
    self.instrument = instrument
    self.notes = instrument.numbered(notes).sorted { $0.onsetSeconds < $1.onsetSeconds }
    self.parallel = parallel
  }

  /// Takes the next section of the recording.
  ///
  /// - Parameters:
  ///   - channels: planar samples, of equal length.
  ///   - startSeconds: where they begin.
  /// - Complexity: O(samples · log window).
  public mutating func add(_ channels: [[Float]], startSeconds: Double) {
    let length = Double(channels.first?.count ?? 0) / sampleRate
    endSeconds = startSeconds + length
    guard let first = notes.first, let last = notes.map(\.releaseSeconds).max() else { return }
    let cents =
      instrument.isPercussive
      ? 0 : ConcertPitch.cents(of: channels, sampleRate: sampleRate, parallel: parallel)
    let spectrum = BandSpectrum(
      channels: channels,
      grid: FeatureRate.grid(sampleRate: sampleRate, window: instrument.searchWindow),
      bands: instrument.bands(tuningCents: cents), parallel: parallel)
    let rate = instrument.rates.dense
    let recording = RecordingFeatures(
      spectrum, rate: rate, instrument: instrument, reference: spectrum.reference)
    let frameRate = recording.path.frameRate
    let frameCount = recording.path.frameCount
    guard frameCount > 0 else { return }
    let inside = notes.filter {
      $0.onsetSeconds >= startSeconds && $0.onsetSeconds < startSeconds + length
    }
    let sketch = inside.map {
      SketchedNote(
        onset: $0.onsetSeconds - startSeconds, end: $0.releaseSeconds - startSeconds,
        pitch: $0.pitch)
    }
    if let notes = AudibleNotes(sketch, in: recording.path, instrument: instrument) {
      audible = audible + notes.count()
    }
    let score = ScoreFeatures.make(
      sketch, frameCount: frameCount, rate: rate, grid: spectrum.grid,
      instrument: instrument,
      transposition: 0)
    // What lies outside the score is not covered.
    let begin = Int((first.onsetSeconds - startSeconds) * frameRate)
    let end = Int((last + Self.ringSeconds - startSeconds) * frameRate)
    let covered =
      min(max(0, begin), frameCount)..<max(min(max(0, begin), frameCount), min(end, frameCount))
    var agreement = Agreement(
      recording: recording, score: score,
      path: FramePath(recording: covered, score: Array(covered), meanCost: 0))
    for index in agreement.windows.indices {
      let window = agreement.windows[index]
      agreement.windows[index].seconds =
        window.seconds.lowerBound + startSeconds..<window.seconds.upperBound + startSeconds
    }
    sections.append(agreement)
    soundings.append(Double(recording.isSounding.lazy.filter { $0 }.count) / frameRate)
    let looked = inside.filter {
      ($0.onsetSeconds - startSeconds).truncatingRemainder(dividingBy: Self.lookPeriod)
        < Self.lookSeconds
    }
    look(
      around: looked.count < Self.fewNotes ? inside : looked, in: channels,
      startSeconds: startSeconds, cents: cents)
  }

  private mutating func look(
    around notes: [Note], in channels: [[Float]], startSeconds: Double, cents: Double
  ) {
    let estimates = notes.map {
      NoteEstimate(
        pitch: $0.pitch, scoreOnset: $0.onsetSeconds, scoreEnd: $0.releaseSeconds,
        estimate: $0.onsetSeconds - startSeconds)
    }
    let found = Refinement(
      sampleCount: channels.first?.count ?? 0, sampleRate: sampleRate,
      peak: SoundStretch.peak(of: channels),
      instrument: instrument, tuningCents: cents, parallel: parallel
    ).refine(estimates, in: channels)
    deviations += zip(estimates, found.notes).map { $1.onset - $0.estimate }
  }

  /// What all sections say together.
  public var result: Synchrony {
    let sounding = soundings.reduce(0, +)
    guard notes.count >= Self.leastNotes, sounding >= Self.leastSeconds else {
      return Synchrony(verdict: nil, delaySeconds: 0, spreadSeconds: 0)
    }
    var sum = sections[0]
    sum.value = 0
    sum.coverage = 0
    sum.windows = sections.flatMap(\.windows)
    sum.outside = (
      sections.reduce(0) { $0 + $1.outside.before }, sections.reduce(0) { $0 + $1.outside.after }
    )
    var weights = 0.0
    for (section, seconds) in zip(sections, soundings) {
      // A section without sound in the score has no value of its own.
      let weight = seconds * section.coverage
      sum.value += weight * section.value
      weights += weight
      sum.coverage += seconds / sounding * section.coverage
    }
    sum.value /= max(weights, 1e-9)
    let used = Double(notes.filter { $0.onsetSeconds < endSeconds }.count) / Double(notes.count)
    let delay = quantile(deviations, 0.5)
    // Of a few notes some more than a quarter may be late by chance: by a standard deviation of their share.
    let share = Self.share - (Self.share * (1 - Self.share) / Double(deviations.count)).squareRoot()
    return Synchrony(
      verdict: Verdict(
        agreement: sum, others: [], usedNotes: used, audibleNotes: audible.share),
      delaySeconds: delay,
      spreadSeconds: quantile(deviations.map { abs($0 - delay) }, share))
  }

  private func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
  }
}
