import Glibc

/// The signals by which people end a program, taken by the thread that waits for them.
struct StopSignals {
  private var signals = sigset_t()

  init() {
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    // Who reads no longer is noticed where it is written.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Returns when somebody ends the program, or when nobody needs it any more.
  ///
  /// - Parameter isOver: asked twice per second; nil for a program that waits for somebody.
  func wait(until isOver: (() -> Bool)?) {
    var signals = signals
    guard let isOver else {
      var number: Int32 = 0
      sigwait(&signals, &number)
      return
    }
    var turn = timespec(tv_sec: 0, tv_nsec: 500_000_000)
    while !isOver(), sigtimedwait(&signals, nil, &turn) < 0 {}
  }
}
