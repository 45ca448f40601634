import Glibc

/// A bar on standard error while it is a terminal, and nothing otherwise.
struct ProgressBar {
  private static let width = 32
  private let title: String
  private let isShown = isatty(STDERR_FILENO) == 1
  private var last = -1

  init(title: String) { self.title = String(title.printable.prefix(38)) }

  /// Draws the bar at a fraction from 0 to 1.
  mutating func show(_ fraction: Double) {
    let percent = Int((max(0, min(1, fraction)) * 100).rounded())
    guard isShown, percent != last else { return }
    last = percent
    let filled = percent * Self.width / 100
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
    put("\r\(title) \(bar) \(percent) %", to: STDERR_FILENO)
  }

  /// Removes the bar.
  func clear() {
    if isShown && last >= 0 { put("\r\u{1B}[K", to: STDERR_FILENO) }
  }
}
