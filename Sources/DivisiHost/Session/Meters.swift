// Thread: setup

import JackHosting
import Glibc
import LV2Hosting
import Terminal

/// Meters in the last lines of a terminal, which the lines above scroll past.
final class Meters {
  private struct Size: Equatable {
    var rows = 0
    var columns = 0
  }

  private let strips: [Strip]
  private var size = Size()
  private var lineCount: Int { strips.count + 1 }
  private static let barWidth = 30

  /// Makes room.
  init(_ session: Session) {
    strips = session.strips.filter { $0.level != nil }
    reserve()
  }

  /// Gives the room back.
  deinit {
    let clear = (0..<lineCount).map { "\u{1B}[\(size.rows - $0);1H\u{1B}[K" }.joined()
    put("\u{1B}7\u{1B}[r\(clear)\u{1B}8", to: STDOUT_FILENO)
  }

  private static var terminal: Size {
    var found = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &found) == 0, found.ws_row > 0 else {
      return Size(rows: 24, columns: 80)
    }
    return Size(rows: Int(found.ws_row), columns: Int(found.ws_col))
  }

  /// Lets only the lines above scroll, and moves what is there up.
  private func reserve() {
    size = Self.terminal
    let room = String(repeating: "\n", count: lineCount)
    put(
      "\(room)\u{1B}[\(lineCount)A\u{1B}7\u{1B}[1;\(max(1, size.rows - lineCount))r\u{1B}8",
      to: STDOUT_FILENO)
  }

  /// Draws everything anew.
  func show(_ session: Session) {
    if Self.terminal != size { reserve() }
    guard size.rows > lineCount + 1 else { return }
    let width = strips.map(\.title.count).max() ?? 0
    let instance = session.hosted.instance
    var lines = strips.map { strip in
      let level = strip.level.map { instance[$0] } ?? -60
      return strip.title + String(repeating: " ", count: width - strip.title.count + 1)
        + Self.bar(level) + " " + Self.decibels(level)
    }
    lines.append(session.summary)
    let text = lines.enumerated().map { index, line in
      "\u{1B}[\(size.rows - lineCount + 1 + index);1H\(line.prefix(size.columns - 1))\u{1B}[K"
    }.joined()
    put("\u{1B}7\(text)\u{1B}8", to: STDOUT_FILENO)
  }

  /// −60 to 6 dB from left to right.
  private static func bar(_ level: Float) -> String {
    let share = level.isFinite ? max(0, min(1, (level + 60) / 66)) : 0
    let filled = Int((share * Float(barWidth)).rounded())
    return String(repeating: "█", count: filled)
      + String(repeating: "░", count: barWidth - filled)
  }

  private static func decibels(_ level: Float) -> String {
    level > -60 ? "\(Int(level.rounded())) dB" : "off"
  }
}
