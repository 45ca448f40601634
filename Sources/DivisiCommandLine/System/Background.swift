import Dispatch
import Synchronization

/// Work on a thread of its own, whose result somebody will wait for.
final class Background<Value: Sendable>: Sendable {
  private let group = DispatchGroup()
  private let result = Mutex<Result<Value, any Error>?>(nil)

  /// Begins at once.
  init(_ work: @escaping @Sendable () throws -> Value) {
    // A queue of its own has a thread even while the shared ones are all at work.
    DispatchQueue(label: "divisi").async(group: group) { [self] in
      let found = Result { try work() }
      result.withLock { $0 = found }
    }
  }

  /// Waits for the end, and says nothing of what came of it.
  func wait() { group.wait() }

  /// Waits for the end.
  func value() throws -> Value {
    wait()
    return try result.withLock { $0! }.get()
  }
}
