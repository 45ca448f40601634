/// How much each thing that hands avoid counts in ``HandCosts``; what is negative, they seek.
///
/// A cost of 1 is that of a span an octave wider than a fifth. The method of `Tests/Comparison/hands.py` found the weights: those
/// with which the cheapest way is the printed or played one, as often as can be (an averaged structured
/// perceptron: Collins, "Discriminative Training Methods for Hidden Markov Models", EMNLP 2002).
enum HandWeights {
  /// Reach: per octave over a fifth, an octave, a tenth (up to one), and over a sixth with keys held.
  static let spanOverFifth = 1.000
  static let spanOverOctave = 4.260
  static let spanOverTenth = -3.104
  static let spanOfHeldKeys = -1.768

  /// A fourth, fifth and sixth key at once.
  static let fourthKey = 0.710
  static let fifthKey = 1.463
  static let sixthKey = 38.352

  /// Motion: leaps per octave, at once and within some time; less where a hand has had nothing to do.
  static let fastLeap = 1.414
  static let leap = -0.830
  static let rest = -0.749
  static let longRest = -0.308

  /// Keys held for another time than those before.
  static let otherLength = 0.858

  /// The other hand has just struck a key near by.
  static let fastExchange = 0.455

  /// Place: the right hand as such; then crossing.
  static let rightHand = 0.374
  static let crossing = -0.544
  static let crossingWidth = 1.118

  /// Per octave from where the hand is, and has been.
  static let fromNow = 0.505
  static let fromLately = -0.366

  /// Per octave on the side of the other hand: of where that is, and of several middles.
  static let beyondOther = 0.576
  static let beyondMiddleC = 1.290
  static let beyondUsualMiddle = -0.959
  static let beyondSoundingMiddle = 0.303
  static let beyondPartingHalfSecond = 0.213
  static let beyondPartingTwoSeconds = 0.459
  static let beyondPartingTwentySeconds = 1.039

  /// The other hand has the voice that this key seems to go on with, or struck near by; or is free.
  static let legatoOfOther = 1.317
  static let nearnessOfOther = 0.750
  static let alsoHolds = 0.331

  /// Chords: more keys than the hand struck last, or fewer left to the other than it struck.
  static let moreKeys = 0.484
  static let fewerKeys = 0.114

  /// One hand plays more, and the other has nothing to do.
  static let leavesOtherFree = 0.429

  /// Two keys were shared otherwise when they were last struck together.
  static let togetherUnlikeBefore = 0.369
  static let apartUnlikeBefore = 0.222

  /// A chord is divided between hands at a gap up to a third, a fifth, an octave; not at its widest.
  static let dividesThird = 0.018
  static let dividesFifth = 0.183
  static let dividesOctave = -0.213
  static let dividesElsewhere = 0.422

  /// A divided chord is an octave of two keys, fits an octave, a sixth; has keys of one length.
  static let dividesOctaveAlone = 0.723
  static let dividesSmallChord = -0.476
  static let dividesCloseChord = 0.593
  static let dividesEqualLengths = 1.122

  /// The other hand has just struck that interval alone.
  static let dividesIntervalOfOther = 0.560

  /// Memory: the other hand had the key in the last seconds, or just now; or the voice.
  static let keyOfOther = 0.194
  static let keyOfOtherNow = -0.337
  static let voiceOfOther = 4.0
}
