import Foundation
import Testing

/// An X server without a screen, of the test's own. It ends with its last client, and with the test at the latest.
final class XServer {
  /// What programs find it by.
  let display: String
  private let server: Child

  init() throws {
    // The server itself finds a number that is free, and says it when it is ready.
    server = try Child(
      "Xvfb", ["-displayfd", "1", "-screen", "0", "2400x1600x24", "-nolisten", "tcp", "-terminate"])
    let server = server
    _ = server.wait { server.output.contains("\n") }
    let number = server.output.trimmingCharacters(in: .whitespacesAndNewlines)
    try #require(Int(number) != nil, "Xvfb: \(server.text)")
    display = ":" + number
  }
}
