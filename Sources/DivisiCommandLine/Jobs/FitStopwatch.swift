/// Losses of a model while it is fitted, and the time it took, computing losses aside.
struct FitStopwatch {
  /// At the start and after each iteration.
  private(set) var losses: [Double] = []
  /// When each was reached, in seconds.
  private(set) var seconds: [Double] = []

  private let clock = ContinuousClock()
  private var started: ContinuousClock.Instant?

  /// Stops, and computes the loss.
  mutating func stop(_ loss: () -> Double) {
    let elapsed = started.map { clock.now - $0 } ?? .zero
    seconds.append((seconds.last ?? 0) + elapsed / .seconds(1))
    losses.append(loss())
  }

  /// Goes on.
  mutating func start() { started = clock.now }
}
