import Glibc
import Synchronization

/// Whether somebody has asked the program to end, by SIGINT, SIGTERM or SIGHUP.
enum Stop {
  private static let wanted = Atomic<Bool>(false)

  /// From now on these signals are requests.
  static func listen() {
    // Whoever has started this program may have left them blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      sigaddset(&signals, signal)
      Glibc.signal(signal) { _ in Stop.wanted.store(true, ordering: .relaxed) }
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    signal(SIGPIPE, SIG_IGN)
    // A limit on file sizes is an error of the file that is too large.
    signal(SIGXFSZ, SIG_IGN)
  }

  static var isWanted: Bool { wanted.load(ordering: .relaxed) }
}
