import DivisiControls
import Foundation
import Testing

@testable import PluginFace

/// The plugin's own window in other people's hosts, under an X server without a screen.
@Suite(.serialized) struct FaceHostTests {
  @Test(arguments: ["jalv.gtk3", "jalv.qt5"], [PluginKind.parts, .drumsMix])
  func jalvShowsAndObeysIt(host: String, kind: PluginKind) throws {
    let stage = try Stage()
    let jack = try JackServer(stage, period: 1024)
    let screen = try XServer()
    let environment = jack.environment.merging([
      "DISPLAY": screen.display, "NO_AT_BRIDGE": "1", "XDG_RUNTIME_DIR": stage.folder.path,
      "XDG_STATE_HOME": stage.folder.path,
    ]) { $1 }
    let jalv = try Child(
      "stdbuf", ["-oL", host, kind.uri], environment: environment)
    let size = Desk.size(for: kind)
    let desk = Desk(kind, width: size.width, height: size.height)
    let source = try #require(kind.index(of: "score_source"))
    let field = try #require(desk.fields.firstIndex(of: source))
    let place = try FaceStage.place(.field(field), kind)
    var hand = FaceStage()
    hand.say("await 0 \(kind.name)")
    // Drawn, with a red lamp since there is no score; the plugin turns it grey when it is told to use none.
    hand.say("count 0 1F6F6B 300")
    hand.say("count 0 CF4A35 10")
    for _ in 0..<3 { hand.say("wheel 0 \(place.x) \(place.y) 4") }
    hand.say("count 0 CF4A35 0 0")
    hand.say("dismiss 0")
    let said = try hand.run(on: screen)
    #expect(said.filter { $0.hasPrefix("pixels") }.count == 3, "\(said)")
    // Closed as people do, it leaves the host to end by itself.
    #expect(jalv.wait() == 0)
    #expect(!jalv.text.contains("X Error"))
  }
}
