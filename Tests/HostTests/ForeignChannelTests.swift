import Foundation
import Testing

/// How files and plugins of different numbers of channels come together.
@Suite struct ForeignChannelTests {
  private static let amp = "http://lv2plug.in/plugins/eg-amp"
  private static let balance = "http://gareus.org/oss/lv2/balance"

  /// A plugin of one channel is used for each of a file's, side by side.
  @Test func oneChannelIsUsedForEach() throws {
    let rendering = try ForeignRendering(Self.amp, channelCount: 3)
    #expect(try rendering.render(["--set", "gain=20"]).keys.sorted() == ["out.wav"])
    let heard = try rendering.channels(of: "out")
    #expect(heard.count == 3)
    for (heard, played) in zip(heard, rendering.channels) {
      #expect(zip(heard, played).allSatisfy { abs($0 - $1 * 10) < 1e-5 })
    }
  }

  /// A single channel goes to both sides.
  @Test func oneChannelGoesToBothSides() throws {
    let rendering = try ForeignRendering(Self.balance, channelCount: 1)
    #expect(try rendering.render().keys.sorted() == ["out.wav"])
    let heard = try rendering.channels(of: "out")
    #expect(heard.count == 2)
    #expect(heard[0] == heard[1])
    #expect(heard[0].contains { abs($0) > 0.1 })
  }

  /// Side chains are silent, unless the file has channels for them too.
  @Test func sideChainsTakeWhatIsLeft() throws {
    func loudness(channelCount: Int) throws -> Float {
      let rendering = try ForeignRendering(
        "http://eq10q.sourceforge.net/compressor_sc", channelCount: channelCount)
      _ = try rendering.render([
        "--set", "isSideChainActive=1", "--set", "threshold=-46", "--set", "compratio=100",
      ])
      let heard = try rendering.channels(of: "out")
      #expect(heard.count == 1)
      return heard[0].suffix(6000).reduce(0) { $0 + $1 * $1 }
    }
    // Nobody steers, or the noise of the second channel does.
    let alone = try loudness(channelCount: 1)
    let steered = try loudness(channelCount: 2)
    #expect(alone > 0.1)
    #expect(steered < alone / 4)
  }

  @Test(arguments: [
    (Self.balance, 3, "expected 2 channels or 1, found 3"),
    ("http://drobilla.net/plugins/fomp/triple_chorus", 2, "expected 1 channel, found 2"),
    ("http://lv2plug.in/plugins/eg-metro", 1, "expected a plugin that takes audio"),
  ])
  func whatDoesNotFitIsSaid(plugin: String, channelCount: Int, problem: String) throws {
    let rendering = try ForeignRendering(plugin, channelCount: channelCount)
    let run = try Project.host([
      "render", rendering.folder.file("noise.wav"), "--plugin", plugin, "-o",
      rendering.folder.file("out"),
    ])
    #expect(run.status == 1)
    #expect(run.errors.contains(problem), "\(run.errors)")
    #expect(rendering.folder.files == ["noise.wav"])
  }
}
