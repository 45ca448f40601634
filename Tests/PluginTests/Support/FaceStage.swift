import DivisiControls
import Foundation
import Testing

@testable import PluginFace

/// A script for `Tests/RealTime/face.c`, which shows the plugin's own windows, and what came of it.
struct FaceStage {
  private(set) var lines: [String] = []

  /// The object under test.
  static var object: String {
    get throws { String(try Bundle.object.dropLast("divisi.so".count)) + "divisi_ui.so" }
  }

  mutating func say(_ line: String) { lines.append(line) }

  /// Opens a window of the size that it asks for, with some pixels in a point.
  mutating func open(_ number: Int, _ kind: PluginKind, scale: Double = 1, isDark: Bool = false) {
    let size = Desk.size(for: kind)
    say(
      "open \(number) \(kind.uri) \(Int(size.width * scale)) \(Int(size.height * scale)) \(scale)\(isDark ? " dark" : "")"
    )
    // The window is shown, and then drawn.
    for _ in 0..<3 { say("idle 1") }
  }

  /// Where something is in a window that was just opened.
  static func place(_ item: Item, _ kind: PluginKind, scale: Double = 1) throws -> (x: Int, y: Int)
  {
    let size = Desk.size(for: kind)
    let layout = Desk(kind, width: size.width, height: size.height).layout
    let middle = try #require(layout.frame(of: item)).middle
    return (Int(middle.x * scale), Int(middle.y * scale))
  }

  /// Presses the first button on something, moves the pointer, and lets go.
  mutating func drag(
    _ number: Int, _ item: Item, of kind: PluginKind, by: (x: Int, y: Int)? = nil,
    scale: Double = 1
  ) throws {
    let (x, y) = try Self.place(item, kind, scale: scale)
    say("press \(number) \(x) \(y) 1")
    if let by { say("move \(number) \(x + by.x) \(y + by.y) 1") }
    say("release \(number) \(x + (by?.x ?? 0)) \(y + (by?.y ?? 0)) 1")
    say("idle 1")
  }

  /// Runs the script on a server.
  ///
  /// - Parameters:
  ///   - tool: what runs the program, such as valgrind with its options.
  ///   - state: the folder in which windows remember files; one of its own, unless given.
  /// - Returns: what was said, line by line.
  func run(on server: XServer, under tool: [String] = [], state: String? = nil) throws -> [String] {
    let own = try TemporaryFolder()
    let words = tool + [try RawHost.file("face"), try Self.object]
    let child = try Child(
      words[0], Array(words.dropFirst()),
      environment: [
        "DISPLAY": server.display, "HOME": NSTemporaryDirectory(),
        "XDG_STATE_HOME": state ?? own.path,
      ])
    for line in lines { child.say(line) }
    let status = child.wait()
    #expect(status == 0, "\(child.text.suffix(4000))")
    return child.output.split(separator: "\n").map(String.init)
  }
}
