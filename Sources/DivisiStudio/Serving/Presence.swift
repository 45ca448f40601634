import Synchronization

/// How many pages are open, and since when there has been none.
final class Presence: Sendable {
  private struct State {
    var count = 0
    var lastSeen = ContinuousClock.now
  }

  private let state = Mutex(State())

  /// How long there has been no page; zero while there is one.
  var absence: Duration {
    state.withLock { $0.count > 0 ? .zero : ContinuousClock.now - $0.lastSeen }
  }

  func arrive() { state.withLock { $0.count += 1 } }

  func leave() {
    state.withLock { state in
      state.count -= 1
      state.lastSeen = .now
    }
  }
}
