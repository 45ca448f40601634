import Foundation
import LV2Hosting
import Testing

/// jalv under a JACK server of this test's own, which has no sound card and runs as fast as it can.
@Suite(.serialized) struct JackTests {
  /// Plays the stage's recording through jalv, from the transport's start, and records the outputs.
  ///
  /// - Parameters:
  ///   - uri: the plugin.
  ///   - state: the folder of what jalv loads before it plays.
  ///   - side: the outputs to record, `l` or `r`; nil for both.
  ///   - preset: what it sets once the transport has reached a frame; eight seconds after the right hand has become the
  ///     louder one it has been heard enough.
  private static func play(
    _ stage: Stage, _ uri: String, state: String, period: Int, side: String? = nil,
    then preset: (uri: String, searchPath: String, frame: Int)? = nil
  ) throws -> [[Float]] {
    let server = try JackServer(stage, period: period)
    let environment = server.environment.merging(
      ["LV2_PATH": preset?.searchPath ?? Bundle.searchPath]
    ) { $1 }
    let plugin = try Bundle.world().plugin(uri)
    let jalv = try Child(
      "stdbuf", ["-oL", "jalv", "-x", "-n", "plug", "-l", state, uri], environment: environment)
    if let preset {
      // It answers when it has read its presets, and knows them only then.
      jalv.say("presets")
      try #require(jalv.wait { jalv.text.contains(preset.uri) }, "\(jalv.text)")
    }
    jalv.say("controls")
    try #require(jalv.wait { jalv.text.contains("resolution = 2048") }, "\(jalv.text)")

    let channels = stage.recording.channels
    var raw = Data()
    for index in channels[0].indices {
      for channel in channels {
        withUnsafeBytes(of: channel[index]) { raw.append(contentsOf: $0) }
      }
    }
    try raw.write(to: URL(fileURLWithPath: stage.folder.file("in.raw")))
    let inputs = plugin.ports(.audio, isInput: true).map { ">plug:\($0.symbol)" }
    let outputs = plugin.ports(.audio, isInput: false).map(\.symbol)
      .filter { symbol in side.map { symbol.hasSuffix("_" + $0) } ?? true }
      .map { "<plug:\($0)" }
    let player = try Child(
      RawHost.file("jackplay"),
      [stage.folder.file("in.raw"), stage.folder.file("out.raw"), "\(channels[0].count)"]
        + (preset.map { ["-r", "\($0.frame)"] } ?? []) + inputs + outputs,
      environment: environment)
    if let preset {
      func seconds() -> Int { player.output.components(separatedBy: "reached").count - 1 }
      try #require(player.wait { seconds() > 0 }, "\(player.text)")
      jalv.say("preset \(preset.uri)")
      func level(_ hand: String) -> Double {
        let line = jalv.output.split(separator: "\n").last { $0.contains("level_\(hand) = ") }
        return line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
      }
      _ = player.wait {
        jalv.say("monitors")
        usleep(200_000)
        return level("right") > level("left") + 10
      }
      let heard = seconds()
      _ = player.wait { seconds() >= heard + 8 }
      player.send(SIGUSR2)
    }
    #expect(player.wait() == 0, "\(player.text)")
    let data = try Data(contentsOf: URL(fileURLWithPath: stage.folder.file("out.raw")))
    return data.withUnsafeBytes { bytes in
      let samples = bytes.bindMemory(to: Float.self)
      let end = preset == nil ? nil : samples.firstIndex { $0.isNaN }
      return outputs.indices.map { output in
        stride(from: output, to: end ?? samples.count, by: outputs.count).map { samples[$0] }
      }
    }
  }

  /// The state brings the score, the transport its position. How long the plugin has run before,
  /// and so where its updates fall, is the server's to say: the sum is exact, the parts are alike.
  @Test(arguments: [(Render.fast, 1024), (Render.live, 64)])
  func jalvPlaysAState(controls: [String: Float], period: Int) throws {
    let stage = try Stage()
    let uri = "urn:divisi:hands"
    let latency = try Render(plugin: uri, controls: controls).latency()
    let expected = try stage.expected(uri, controls)
    let state = try stage.state(for: uri, controls)
    let output = try Self.play(stage, uri, state: state, period: period)
    let later = delayed(stage.recording.channels, by: latency)
    expectNear(
      Array(output[0...1]), later.map { Array($0.prefix(output[0].count)) }, within: 4e-6, "mix")
    expectNear(SumTests.sum(output), Array(output[0...1]), within: 4e-6, "parts and residual")
    for part in 2..<6 {
      let ratio = signalToNoise(output[part], expected[part])
      // Silence would have 0 dB, the other hand less.
      #expect(ratio > 3, "output \(part)")
    }
  }

  /// jalv does not stop a plugin that says it is safe: no sample is missing, and the hand that the new
  /// score does not have plays to the end of the old one.
  @Test func jalvPlaysOnWhileAPresetIsRead() throws {
    let (uri, controls) = ("urn:divisi:hands", Render.fast)
    let stage = try Stage(rounds: 60)
    let old = try stage.folder.write(Self.longScore("left"), to: "old.csv")
    let new = try stage.folder.write(Self.longScore("right"), to: "new.csv")
    let state = try stage.state(for: uri, controls, score: old)
    // jalv 1.6 drops the controls of a preset while a plugin runs that it does not stop.
    let preset = try stage.preset(for: uri, controls, score: new)
    let frame = 10 * 44_100
    // Mix, left hand, right hand, residual, of which one side is enough.
    let output = try Self.play(
      stage, uri, state: state, period: 1024, side: "l",
      then: (preset.uri, preset.searchPath, frame))
    let latency = try Render(plugin: uri, controls: controls).latency()
    let count = output[0].count
    let later = delayed([stage.recording.channels[0]], by: latency)
    expectNear([output[0]], [Array(later[0].prefix(count))], within: 4e-6, "mix")
    let sum = zip(output[1], zip(output[2], output[3])).map { $0 + $1.0 + $1.1 }
    expectNear([sum], [output[0]], within: 4e-6, "parts and residual")
    // One hand plays alone until the other does.
    let lastLeft = try #require(output[1].lastIndex { $0 != 0 })
    let firstRight = try #require(output[2].firstIndex { $0 != 0 })
    #expect(firstRight >= frame + latency && lastLeft >= firstRight)
    #expect(lastLeft < count - 44_100, "the new score was adopted")
    #expect(lastLeft - firstRight < 2 * 44_100)
    for start in stride(from: latency + 44_100, to: firstRight - 88_200, by: 88_200) {
      expectHeard(Array(output[1][start..<start + 88_200]))
    }
    for start in stride(from: lastLeft + 44_100, to: count - 120_000, by: 88_200) {
      expectHeard(Array(output[2][start..<start + 88_200]))
    }
  }

  /// Many hours of the tones that the duet has, all of them of one hand.
  private static func longScore(_ hand: String) -> String {
    "start;duration;pitch;velocity;label\n"
      + (0..<20_000).map { "\(Double($0) * 0.4 + 0.05);0.39;\($0 % 2 == 0 ? 48 : 72);80;\(hand)" }
      .joined(separator: "\n")
  }
}
