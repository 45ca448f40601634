import Glibc
import Terminal

/// The browser that somebody has chosen for this desktop.
enum BrowserStart {
  /// Opens an address; where that cannot be done, who has started the program reads it in the terminal.
  static func open(_ url: String) {
    var pid: pid_t = 0
    if Spawning.start("xdg-open", ["xdg-open", url], pid: &pid) != 0 {
      printError("xdg-open: expected it, to open a browser; open the address above in one")
    }
  }
}
