public import DivisiDSP

/// How a mosaic is made.
public struct MosaicSettings: Sendable, Equatable {
  /// STFT window in samples at 44.1 kHz.
  public var windowLength = 2048
  /// Hop in samples at 44.1 kHz; at most half the window.
  public var hopSize = 1024
  /// Iterations in all: FluCoMa has 50, NMF Toolbox 20. From a random start alone it would take 50.
  public var iterations = 30
  /// What restrains activations.
  public var restraints = MosaicRestraints()
  /// How often phases are made to agree with each other at the end; 0 leaves those of the source.
  public var griffinLim = 0
  /// Seed of the random start.
  public var seed: UInt64 = 0

  /// Iterations with all templates of the source in every frame; then the strongest stay.
  static let denseIterations = 6
  /// How many of them stay.
  static let keptEntries = 128

  /// By how much frames that resemble the target's are preferred at first: the 64th power of their likeness. Without
  /// restraints none are, which is plain NMF.
  var likeness: Int {
    restraints.repetition > 1 || restraints.polyphony > 0 || restraints.continuity > 1 ? 6 : 0
  }

  /// The defaults of NMF Toolbox and FluCoMa.
  public init() {}

  /// Whether activations are restrained before an iteration, counted from 1; never before the last, so that what is
  /// heard has been fitted.
  func restrains(before iteration: Int) -> Bool {
    iteration % restraints.every == 0 && iteration < iterations
  }

  /// How far frames influence each other, on either side.
  var reach: Int {
    let times = (1...max(iterations, 1)).count { restrains(before: $0) }
    return times * (restraints.repetition / 2 + restraints.continuity / 2)
  }
}
