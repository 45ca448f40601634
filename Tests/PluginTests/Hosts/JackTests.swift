import Foundation
import LV2Hosting
import Testing

/// jalv under a JACK server of this test's own, which has no sound card and runs as fast as it can.
@Suite(.serialized) struct JackTests {
  /// A server, and what its clients need to find it.
  private struct Server {
    let environment: [String: String]
    private let child: Child

    init(_ stage: Stage, rate: Int = 44_100, period: Int) throws {
      let name = "divisi-\(getpid())-\(UUID().uuidString.prefix(8))"
      environment = stage.environment.merging([
        "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1",
        "JACK_NO_START_SERVER": "1",
      ]) { $1 }
      child = try Child(
        "jackd",
        ["-S", "-r", "-n", name, "-d", "dummy", "-r", "\(rate)", "-p", "\(period)"],
        environment: environment)
      try Child.run("jack_wait", ["-w", "-t", "60"], environment: environment)
    }
  }

  /// Plays the stage's recording through jalv, from the transport's start, and records the outputs.
  private static func play(
    _ stage: Stage, _ uri: String, _ controls: [String: Float], period: Int
  ) throws -> [[Float]] {
    let preset = try stage.preset(for: uri, controls)
    let server = try Server(stage, period: period)
    let environment = server.environment.merging(["LV2_PATH": preset.searchPath]) { $1 }
    let plugin = try Bundle.world().plugin(uri)
    let jalv = try Child(
      "stdbuf", ["-oL", "jalv", "-x", "-n", "plug", uri], environment: environment)
    // It answers when it has read its presets, and knows them only then.
    jalv.say("presets")
    try #require(jalv.wait { jalv.text.contains(preset.uri) }, "\(jalv.text)")
    jalv.say("preset \(preset.uri)")
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
    let outputs = plugin.ports(.audio, isInput: false).map { "<plug:\($0.symbol)" }
    try Child.run(
      RawHost.file("jackplay"),
      [stage.folder.file("in.raw"), stage.folder.file("out.raw"), "\(channels[0].count)"]
        + inputs + outputs, environment: environment)
    let data = try Data(contentsOf: URL(fileURLWithPath: stage.folder.file("out.raw")))
    return data.withUnsafeBytes { bytes in
      let samples = bytes.bindMemory(to: Float.self)
      return outputs.indices.map { output in
        stride(from: output, to: samples.count, by: outputs.count).map { samples[$0] }
      }
    }
  }

  /// The preset brings the score, the transport its position. How long the plugin has run before,
  /// and so where its updates fall, is the server's to say: the sum is exact, the parts are alike.
  @Test(arguments: [(Render.fast, 1024), (Render.live, 64)])
  func jalvPlaysAPreset(controls: [String: Float], period: Int) throws {
    let stage = try Stage()
    let uri = "urn:divisi:hands"
    let latency = try Render(plugin: uri, controls: controls).latency()
    let expected = try stage.expected(uri, controls)
    let output = try Self.play(stage, uri, controls, period: period)
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
}
