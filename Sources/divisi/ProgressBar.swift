import Glibc

/// A bar on standard error while it is a terminal, and nothing otherwise.
struct ProgressBar {
  private static let width = 32
  private let title: String
  private let isShown: Bool
  private var lastText = ""

  init(title: String) {
    self.title = title
    isShown = isatty(STDERR_FILENO) == 1
  }

  /// Draws the bar at a fraction from 0 to 1.
  mutating func show(_ fraction: Double) {
    guard isShown else { return }
    let filled = Int((fraction * Double(Self.width)).rounded())
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
    let text = "\(title) \(bar) \(Int((fraction * 100).rounded())) %"
    guard text != lastText else { return }
    lastText = text
    writeToStandardError("\r\(text)")
  }

  /// Removes the bar.
  func clear() {
    if isShown && !lastText.isEmpty { writeToStandardError("\r\u{1B}[K") }
  }

}
