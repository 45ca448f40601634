import Glibc
import Synchronization

/// Work on a thread of its own, whose result somebody will wait for.
///
/// It is a plain thread, as many programs fork, and what is left of shared queues in their children does no work.
final class Background<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let thread = Mutex<pthread_t?>(nil)

  /// Begins at once; on the thread that asks, if the system has no other.
  init(_ work: @escaping @Sendable () throws -> Value) {
    let body = Body { [self] in
      let found = Result { try work() }
      result.withLock { $0 = found }
    }
    if let started = body.start() { thread.withLock { $0 = started } } else { body.run() }
  }

  /// Waits for the end, and says nothing of what came of it.
  func wait() {
    thread.withLock { thread in
      if let thread { pthread_join(thread, nil) }
      thread = nil
    }
  }

  /// Waits for the end.
  func value() throws -> Value {
    wait()
    return try result.withLock { $0! }.get()
  }
}

/// What a thread does.
private final class Body: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }

  /// - Returns: nil if there are no more threads.
  func start() -> pthread_t? {
    // Signals are for the threads that were there before.
    var (blocked, before) = (sigset_t(), sigset_t())
    sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGPROF] { sigdelset(&blocked, fault) }
    pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    if failure != 0 { argument.release() }
    return failure == 0 ? thread : nil
  }
}
