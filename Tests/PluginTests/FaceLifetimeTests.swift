import DivisiControls
import Foundation
import Testing

@testable import PluginFace

/// Windows come and go, and leave nothing.
@Suite struct FaceLifetimeTests {
  /// Kilobytes that may stay over 150 windows.
  private static let bound = 64

  /// Opens windows, uses them and closes them.
  private static func cycle(_ stage: inout FaceStage, _ kind: PluginKind, _ turn: Int) throws {
    stage.open(0, kind)
    stage.say("open 1 \(PluginKind.handsMix.uri) 400 400 1")
    try stage.drag(0, .gain(0), of: kind, by: (0, 20))
    stage.say("value 1 \(Strip.all(of: .handsMix)[0].level) -12")
    stage.say("resize 0 \(700 + turn % 7 * 40) 500")
    stage.say("idle 2")
    // Hosts close the parent first, or the window.
    stage.say(turn.isMultiple(of: 2) ? "close 0" : "orphan 0")
    stage.say("idle 1")
    stage.say("close 1")
  }

  @Test(arguments: [PluginKind.hands, .drums])
  func memoryStaysFlat(kind: PluginKind) throws {
    let server = try XServer()
    var stage = FaceStage()
    for turn in 0..<200 {
      try Self.cycle(&stage, kind, turn)
      if turn == 50 || turn == 199 { stage.say("memory") }
    }
    let kilobytes = try stage.run(on: server).filter { $0.hasPrefix("memory") }
      .compactMap { Int($0.dropFirst("memory ".count)) }
    try #require(kilobytes.count == 2)
    #expect(kilobytes[1] - kilobytes[0] < Self.bound, "\(kilobytes)")
  }

  /// No read or write out of bounds, nothing unset that matters, nothing lost.
  @Test(arguments: [PluginKind.hands, .drums, .parts])
  func valgrindFindsNothing(kind: PluginKind) throws {
    let server = try XServer()
    var stage = FaceStage()
    for turn in 0..<3 { try Self.cycle(&stage, kind, turn) }
    _ = try stage.run(
      on: server,
      under: [
        "valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite",
        "--errors-for-leak-kinds=definite",
        "--suppressions=\(Bundle.root)/Tests/RealTime/face.supp",
      ])
  }
}
