import Glibc
import Synchronization

/// Whether somebody has asked the program to end, by SIGINT, SIGTERM or SIGHUP.
enum Stop {
  private static let wanted = Atomic<Bool>(false)

  /// From now on these signals are requests.
  static func listen() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      Glibc.signal(signal) { _ in Stop.wanted.store(true, ordering: .relaxed) }
    }
    signal(SIGPIPE, SIG_IGN)
  }

  static var isWanted: Bool { wanted.load(ordering: .relaxed) }
}
