public import DivisiDSP

/// How a mosaic is made.
public struct MosaicSettings: Sendable, Equatable {
  /// STFT window in samples at 44.1 kHz.
  public var windowLength = 2048
  /// Hop in samples at 44.1 kHz; at most half the window.
  public var hopSize = 1024
  /// Iterations in all: FluCoMa has 50, NMF Toolbox 20. From 30 to 50 the truth tests of docs/mosaics.md gain 2 to 7 dB.
  public var iterations = 50
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
