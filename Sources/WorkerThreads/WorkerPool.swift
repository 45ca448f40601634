internal import Glibc

/// Threads that help with work in pieces, again and again.
///
///     caller    ┄ open ▶ ▣ ▣ ▣ ▣ ▣ ▶ close ┄ waits for helpers ▶ goes on
///     helper 1  ┄ spins ┄ joins ▶ ▣ ▣ ▣ ▣ ▶ leaves ┄ spins ┄┄┄┄┄ 100 µs ┄┄┄┄┄ sleeps
///     helper 2  sleeps ┄┄┄┄ 50 µs ┄ awake ┄ joins ▶ ▣ ▣ ▶ leaves ┄ spins …
///
/// Each ▣ is a piece; whoever is free takes the next one, so the caller never waits for a helper that
/// has not begun. A fit asks for help thousands of times, for about a millisecond each, and to wake a
/// thread takes about 50 µs. So helpers spin for a while before they sleep, and so does a caller that
/// waits for them: see ``Waiting``.
///
/// - Thread: any; work that is asked for while there is some, or by a piece of it, is done by the
///   thread that asks.
public final class WorkerPool: Sendable {
  private let work: SharedWork
  private let helpers: [pthread_t]

  /// - Parameter helperCount: threads beside the one that asks; fewer if the system has no more.
  public init(helperCount: Int) {
    let work = SharedWork()
    self.work = work
    // Signals are for the thread that was there before.
    var (blocked, before) = (sigset_t(), sigset_t())
    sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGPROF] { sigdelset(&blocked, fault) }
    pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    helpers = (0..<helperCount).compactMap { _ in
      var thread = pthread_t()
      let argument = Unmanaged.passRetained(work)
      let failure = pthread_create(
        &thread, nil,
        { argument in
          Unmanaged<SharedWork>.fromOpaque(argument!).takeRetainedValue().help()
          return nil
        }, argument.toOpaque())
      if failure != 0 { argument.release() }
      return failure == 0 ? thread : nil
    }
  }

  deinit {
    work.close()
    for helper in helpers { pthread_join(helper, nil) }
  }

  /// Does all pieces, in any order and on any of the threads, and returns when they are done.
  public func run(_ count: Int, _ piece: @Sendable (_ index: Int) -> Void) {
    guard count > 1, !helpers.isEmpty, work.open(count, piece) else {
      for index in 0..<count { piece(index) }
      return
    }
  }
}
