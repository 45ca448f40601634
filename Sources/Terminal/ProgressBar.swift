internal import Glibc

/// A bar on standard error while it is a terminal, lines of JSON for a program that asks for them, and nothing otherwise.
public struct ProgressBar {
  private static let width = 32
  private let title: String
  private let isShown: Bool
  private let isInLines: Bool
  private var lastText = ""

  /// - Parameters:
  ///   - title: what stands before the bar, cut to the terminal's width.
  ///   - isInLines: whether a program reads it: `{"progress":0.25}`, a line each per cent.
  public init(title: String, isInLines: Bool = false) {
    self.title = title.printable
    self.isInLines = isInLines
    isShown = isInLines || isatty(STDERR_FILENO) == 1
  }

  /// What the terminal has, or 80 where it does not tell.
  private static var columnCount: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Draws the bar at a fraction from 0 to 1.
  public mutating func show(_ fraction: Double) {
    guard isShown else { return }
    let text =
      isInLines ? Self.line(at: fraction) : text(at: fraction, columnCount: Self.columnCount)
    guard text != lastText else { return }
    lastText = text
    put(isInLines ? text : "\r\(text)", to: STDERR_FILENO)
  }

  /// What a program reads.
  static func line(at fraction: Double) -> String {
    "{\"progress\":\((fraction * 100).rounded() / 100)}\n"
  }

  /// What stands on a line of so many columns.
  func text(at fraction: Double, columnCount: Int) -> String {
    // Two spaces, "100 %" and a free column, lest the line wraps and stays behind.
    let room = max(0, columnCount - 8)
    let width = min(Self.width, room)
    let filled = Int((fraction * Double(width)).rounded())
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    return "\(title.prefix(room - width)) \(bar) \(Int((fraction * 100).rounded())) %"
  }

  /// Removes the bar.
  public func clear() {
    if isShown && !isInLines && !lastText.isEmpty { put("\r\u{1B}[K", to: STDERR_FILENO) }
  }
}
