public import DivisiDSP

/// Sees how a recording is separated; the samples do not depend on it.
///
/// - Thread: called on the thread that separates, between iterations. Time spent here is not the
///   model's: who measures stops the clock.
public struct FitObserver {
  /// Called with the model as it starts, after each iteration, and after each refinement; not during
  /// the trial fits that come before.
  public var iterated: (ConvolutiveNMF) -> Void
  /// Called once with all that was learnt, before the stems are made; not for digital silence.
  public var fitted: (Factorisation) -> Void

  /// An observer with either of the two.
  public init(
    iterated: @escaping (ConvolutiveNMF) -> Void = { _ in },
    fitted: @escaping (Factorisation) -> Void = { _ in }
  ) {
    self.iterated = iterated
    self.fitted = fitted
  }
}
