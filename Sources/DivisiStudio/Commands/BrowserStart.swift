import FoundationEssentials
import Glibc
import Terminal

/// The browser that somebody has chosen for this desktop.
enum BrowserStart {
  /// Opens an address; where that cannot be done, who has started the program reads it in the terminal.
  static func open(_ url: String) {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = ["xdg-open", url].map { (word: String) in
      strdup(word)
    }
    words.append(nil)
    defer { for word in words { free(word) } }
    var pid: pid_t = 0
    if posix_spawnp(&pid, "xdg-open", nil, &attributes, words, environ) != 0 {
      printError("xdg-open: expected it, to open a browser; open the address above in one")
    }
  }
}
