// Thread: setup

import Glibc
import Synchronization

/// A call into a library that may never come back.
///
/// A JACK server that has died may have left a lock in shared memory, and both JACK 2 and PipeWire have
/// been seen to wait for one of their own threads for ever.
final class LimitedCall<Result: Sendable>: Sendable {
  private let result = Mutex<Result?>(nil)

  /// Does work on a thread of its own, and waits for it.
  ///
  /// - Parameter limit: how long to wait.
  /// - Returns: what it gave; nil if it has not come back by then. The thread goes on then, and keeps what the work
  ///   has captured.
  static func run(within limit: Duration, _ work: @escaping @Sendable () -> Result) -> Result? {
    let call = LimitedCall()
    let job = Job { call.result.withLock { [value = work()] in $0 = value } }
    guard job.start() else { return work() }
    let end = ContinuousClock.now + limit
    while .now < end {
      if let result = call.result.withLock(\.self) { return result }
      usleep(1000)
    }
    return nil
  }
}

/// What a thread does.
private final class Job: Sendable {
  private let work: @Sendable () -> Void

  init(_ work: @escaping @Sendable () -> Void) { self.work = work }

  /// - Returns: false if no thread can be had.
  func start() -> Bool {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Job>.fromOpaque(context).takeRetainedValue().work()
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      context.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
