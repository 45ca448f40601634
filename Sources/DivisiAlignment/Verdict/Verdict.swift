/// How well a score explains a recording.
public struct Verdict: Sendable, Equatable {
  /// What to do about it.
  public enum Judgement: String, Sendable, Equatable {
    /// The score fits.
    case good
    /// The score fits in part, or perhaps not: look at ``Verdict/misfits``.
    case doubtful
    /// The recording is of something else.
    case notThisPiece = "not this piece"
  }

  /// What is to be done.
  public var judgement: Judgement
  /// How much of what changes in the recording changes in the score: about 1 where it is right, about 0.2 where it is
  /// not, at most 2.
  public var agreement: Double
  /// By how many standard deviations that is more than with the score in other keys; nil if they were not tried.
  public var distinction: Double?
  /// The share of the sound that the score covers, from 0 to 1.
  public var coverage: Double
  /// The share of the score's notes that the recording has, from 0 to 1.
  public var usedNotes: Double
  /// The share of those notes that begin where they should, as far as one can hear, from 0 to 1; nil where nobody looked.
  public var audibleNotes: Double?
  /// Seconds of sound before the score begins in the recording.
  public var soundBefore: Double
  /// Seconds of sound after the score ends in the recording.
  public var soundAfter: Double
  /// Stretches of the recording that the score does not explain, in seconds of the recording.
  public var misfits: [Range<Double>]
  /// How well the score explains equal stretches of the recording; none where that is not known any more.
  public var windows: [Window] = []

  /// A stretch of about five seconds.
  public struct Window: Sendable, Equatable {
    /// Seconds of the recording.
    public var seconds: Range<Double>
    /// As ``Verdict/agreement``; nil where too little sounds.
    public var agreement: Double?
  }

  /// Below these, a score is refused or doubted. Of 74 right ones of pianos, rendered and real, 72 reach the second; with
  /// three notes in ten wrong, a quarter of 24.
  public static let (refused, doubted) = (0.55, 0.8)
  /// The same of ``distinction``.
  public static let (refusedDistinction, doubtedDistinction) = (1.5, 2.2)
  /// Below this share of the sound or of the notes, a score is doubted.
  public static let leastShare = 0.9
  /// The same of ``audibleNotes``.
  public static let leastAudible = 0.88
  /// Windows below this do not fit.
  public static let misfit = 0.5

  /// - Parameters:
  ///   - agreement: of the path.
  ///   - inKeys: its value where keys were tried; nil for the same.
  ///   - others: the same of the score in other keys; none if they were not tried.
  ///   - usedNotes: a share.
  ///   - audibleNotes: a share; nil where nobody looked.
  ///   - hurried: passages that do not fit beside windows that do not, in seconds of the recording.
  init(
    agreement: Agreement, inKeys: Double? = nil, others: [Double], usedNotes: Double,
    audibleNotes: Double?, hurried: [Range<Double>] = []
  ) {
    self.agreement = agreement.value
    coverage = agreement.coverage
    (soundBefore, soundAfter) = agreement.outside
    self.usedNotes = usedNotes
    self.audibleNotes = audibleNotes
    if others.count >= 2 {
      let mean = others.reduce(0, +) / Double(others.count)
      let variance = others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(others.count)
      // The constant keeps keys that are all alike from deciding.
      distinction = ((inKeys ?? agreement.value) - mean) / (variance.squareRoot() + 0.1)
    } else {
      distinction = nil
    }
    windows = agreement.windows.map { Window(seconds: $0.seconds, agreement: $0.value) }
    misfits = []
    let windows = agreement.windows.filter { $0.value.map { $0 < Self.misfit } ?? false }
    for place in (windows.map(\.seconds) + hurried).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = misfits.last, last.upperBound >= place.lowerBound {
        misfits[misfits.count - 1] =
          last.lowerBound..<max(last.upperBound, place.upperBound)
      } else {
        misfits.append(place)
      }
    }
    judgement = .good
    judgement = judged(byNotes: true)
  }

  private func judged(byNotes: Bool) -> Judgement {
    let distinction = distinction ?? .infinity
    if agreement < Self.refused || distinction < Self.refusedDistinction { return .notThisPiece }
    let isDoubtful =
      agreement < Self.doubted || distinction < Self.doubtedDistinction
      || coverage < Self.leastShare || (byNotes && usedNotes < Self.leastShare)
      || audibleNotes ?? 1 < Self.leastAudible || !misfits.isEmpty
    return isDoubtful ? .doubtful : .good
  }

  /// The same of a recording of which only a part has been heard, so that notes may still come.
  public var ofWhatIsHeard: Verdict {
    var verdict = self
    verdict.judgement = judged(byNotes: false)
    return verdict
  }
}

extension Verdict {
  /// A verdict as it was found.
  public init(
    judgement: Judgement, agreement: Double, distinction: Double?, coverage: Double,
    usedNotes: Double, misfits: [Range<Double>], soundBefore: Double = 0, soundAfter: Double = 0
  ) {
    self.judgement = judgement
    self.agreement = agreement
    self.distinction = distinction
    self.coverage = coverage
    self.usedNotes = usedNotes
    self.misfits = misfits
    self.soundBefore = soundBefore
    self.soundAfter = soundAfter
  }
}
