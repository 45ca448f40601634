import Foundation
import Testing

/// Plugins that nobody here wrote in a JACK session, where work has a thread of its own.
@Suite(.serialized) struct ForeignLiveTests {
  /// Each plays, is saved, and comes back as it was.
  @Test func statesOutliveSessions() throws {
    let server = try Server(period: 256)
    let folder = try TemporaryFolder()
    for (index, uri) in [
      "http://calf.sourceforge.net/plugins/Monosynth", "http://calf.sourceforge.net/plugins/Reverb",
      "http://drobilla.net/plugins/mda/DX10", "http://gareus.org/oss/lv2/dpl#stereo",
      "http://gareus.org/oss/lv2/zeroconvolv#Stereo", "http://lv2plug.in/plugins/eg-metro",
      "http://lv2plug.in/plugins/eg-params", "http://lv2plug.in/plugins/eg-sampler",
    ].enumerated() {
      let place = "state\(index)"
      var kept: [String] = []
      for _ in 0..<2 {
        let host = try server.host([uri, "--state", folder.file(place)])
        _ = try host.ask("monitors", for: "xruns")
        host.say("quit")
        #expect(host.wait() == 0, "\(uri): \(host.errors)")
        kept.append(try folder.text(place + "/state.ttl"))
      }
      #expect(kept[0] == kept[1], "\(uri)")
      #expect(kept[0].contains(uri), "\(uri)")
    }
  }

  /// A plugin that relies on its default state gets it, by a worker, and keeps it in files.
  @Test func theDefaultStateIsLoaded() throws {
    let server = try Server(period: 256)
    let folder = try TemporaryFolder()
    let host = try server.host([
      "http://lv2plug.in/plugins/eg-sampler", "--state", folder.file("state"),
    ])
    host.say("quit")
    #expect(host.wait() == 0, "\(host.errors)")
    #expect(try folder.text("state/state.ttl").contains("click.wav"))
    #expect(FileManager.default.isReadableFile(atPath: folder.file("state/click.wav")))
  }

  /// A worker's answer reaches the plugin in a session too: the file is there when the state is kept.
  @Test func filesAreSetWhileItPlays() throws {
    let server = try Server(rate: 48_000, period: 256)
    let rendering = try ForeignRendering("http://gareus.org/oss/lv2/convoLV2#Mono", channelCount: 1)
    let state = rendering.folder.file("state")
    let host = try server.host([
      "http://gareus.org/oss/lv2/convoLV2#Mono", "--set",
      "impulse=\(rendering.folder.file("noise.wav"))", "--state", state,
    ])
    host.say("quit")
    #expect(host.wait() == 0, "\(host.errors)")
    #expect(try rendering.state("state").contains("#impulse> <noise.wav>"))
  }
}
