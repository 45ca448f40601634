import Foundation
import Testing

/// Names may hold anything; a terminal and a log are shown text.
@Suite(.serialized) struct ControlByteTests {
  /// An order to a terminal: its title, and red from here on.
  private static let order = "\u{1B}]0;owned\u{7}\u{1B}[31m\u{9B}5m\r"

  private static func expectText(
    _ host: Child, location: SourceLocation = #_sourceLocation
  ) {
    for text in [host.output, host.errors] {
      let controls = text.unicodeScalars.filter {
        $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t"
      }
      #expect(controls.isEmpty, "\(text.debugDescription)", sourceLocation: location)
    }
  }

  @Test func namesAreShownAsText() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let host = try server.host(Polonaise.arguments + ["--osc", "0"])
    let surface = try host.surface()
    let score = folder.file("a\(Self.order).mid")
    try FileManager.default.copyItem(atPath: Polonaise.score, toPath: score)
    _ = try host.ask("score \(score)", for: "score ")
    #expect(host.wait { host.errors.contains("left 153, right 74") }, "\(host.errors)")
    let bad = folder.file("bad\(Self.order).mid")
    try "nothing".write(toFile: bad, atomically: true, encoding: .utf8)
    for command in [
      "score \(bad)", "score /nowhere\(Self.order)", "preset \(Self.order)", "\(Self.order)",
      "set gain_left \(Self.order)", "get \(Self.order)", "load /nowhere\(Self.order)",
      "map cc7=\(Self.order)",
    ] { host.say(command) }
    // lilv would show its name as it is.
    host.say("save \(folder.file("kept\(Self.order)"))")
    #expect(host.wait { host.errors.contains("expected a folder without control characters") })
    surface.send("/divisi/score", .text(bad))
    surface.send("/divisi/\(Self.order)", .text(Self.order))
    try surface.wait(for: "/divisi/error") { "\($0)".contains("?]0;owned") }
    try surface.waitUntilDone()
    #expect(host.wait { host.errors.contains("bad?]0;owned??[31m?5m?.mid") }, "\(host.errors)")
    host.say("quit")
    #expect(host.wait() == 0)
    Self.expectText(host)
  }

  @Test(arguments: [
    ["--state", order], ["--set", order], ["--map", order], ["--connect", order], ["--osc", order],
    ["--" + order],
    [order], ["--preset", order], ["--score", order], ["--web", "--web-address", order],
    ["--presets", order], ["render", order, "-o", "/tmp/nowhere"],
  ])
  func whatIsTypedIsShownAsText(arguments: [String]) throws {
    let server = try Server()
    let host = try Child(
      Project.program("divisi-host"), arguments, environment: server.environment)
    #expect(host.wait() != 0, "\(arguments)")
    #expect(host.errors.contains("owned"), "\(host.errors)")
    Self.expectText(host)
  }
}
