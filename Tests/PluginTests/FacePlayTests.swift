import AudioFiles
import DivisiControls
import Foundation
import Testing

@testable import PluginFace

/// The plugin's own window while the plugin plays; these pictures are those of the docs.
@Suite struct FacePlayTests {
  private static let seconds = 7

  /// Renders the beginning of a recording that ships, with a window or without.
  private static func render(
    _ kind: PluginKind, _ recording: String, isDark: Bool, hasWindow: Bool,
    also lines: [String] = [], score: Bool = true
  ) throws -> [String] {
    let folder = try TemporaryFolder()
    let source = "\(Bundle.root)/Tests/Recordings/\(recording)"
    let channels = try AudioFile.read(path: source + "/mix.flac").channels
    let samples = (0..<channels[0].count).flatMap { index in
      [channels[0][index], channels[channels.count - 1][index]]
    }
    let sound = folder.file("sound")
    try samples.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: sound)) }
    // All work in time, so that every run has the same result.
    let ports = try RawHost.ports(of: kind.uri, controls: ["sync": 1, "freewheel": 1], in: folder)
    let server = try XServer()
    var stage = FaceStage()
    let path = score ? source + "/score.mid" : "-"
    stage.say("load 0 \(try Bundle.object) \(kind.uri) \(ports) \(path) \(sound)")
    // What it asks for is kept for the first block.
    if hasWindow { stage.open(0, kind, isDark: isDark) }
    stage.say("render \(seconds)")
    for line in lines { stage.say(line) }
    return try stage.run(on: server)
  }

  private static func digest(_ said: [String]) throws -> String {
    try #require(said.last { $0.hasPrefix("sound") })
  }

  @Test(arguments: [(PluginKind.drums, "break", false), (.hands, "polonaise", true)])
  func theScoreIsShownAndTheSoundIsTheSame(kind: PluginKind, recording: String, isDark: Bool) throws
  {
    let palette: Palette = isDark ? .dark : .light
    let colour = palette.part(1, of: kind.parts.count)
    let hex = [colour.red, colour.green, colour.blue].map { part in
      let text = String(Int((part * 255).rounded()), radix: 16)
      return text.count < 2 ? "0" + text : text
    }.joined()
    let picture = "\(try FaceTests.pictures())/face-\(kind.fileName).png"
    let shown = try Self.render(
      kind, recording, isDark: isDark, hasWindow: true,
      also: ["count 0 \(hex)", "picture 0 \(picture)"])
    let bare = try Self.render(
      kind, recording, isDark: isDark, hasWindow: true, also: ["count 0 \(hex)"], score: false)
    func count(_ said: [String]) throws -> Int {
      let line = try #require(said.first { $0.hasPrefix("pixels") })
      return try #require(line.split(separator: " ").last.flatMap { Int($0) })
    }
    // What was heard of the second part; without a score there is only the line above its strip.
    #expect(try count(shown) > count(bare) + 100)
    let alone = try Self.render(kind, recording, isDark: isDark, hasWindow: false)
    #expect(try Self.digest(shown) == Self.digest(alone))
  }
}
