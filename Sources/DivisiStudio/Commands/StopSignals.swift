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

  /// Returns when somebody ends the program.
  func wait() {
    var signals = signals
    var number: Int32 = 0
    sigwait(&signals, &number)
  }
}
