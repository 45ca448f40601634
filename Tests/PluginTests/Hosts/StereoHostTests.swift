import Foundation
import LV2Hosting
import Testing

/// Programs that put a file through an effect with two outputs: their files are those of an instance
/// in this process, bit by bit.
@Suite struct StereoHostTests {
  private static let uri = "urn:divisi:hands-mix"
  private static var controls: [(String, Float)] {
    (Stage.mixControls.merging(["score_slot": 1]) { $1 }).sorted { $0.key < $1.key }
  }

  private static func run(_ program: String, _ arguments: (Stage) throws -> [String]) throws {
    let stage = try Stage()
    try Child.run(program, arguments(stage), environment: stage.environment)
    expectSame(try stage.result(), try stage.expected(uri), program)
  }

  @Test func lv2apply() throws {
    try Self.run("lv2apply") { stage in
      ["-i", stage.recordingPath, "-o", stage.folder.file("out.wav")]
        + Self.controls.flatMap { ["-c", $0.0, "\($0.1)"] } + [Self.uri]
    }
  }

  @Test(arguments: [1, 256, 4096])
  func lv2file(block: Int) throws {
    try Self.run("lv2file") { stage in
      ["-i", stage.recordingPath, "-o", stage.folder.file("out.wav"), "-b", "\(block)"]
        + Self.controls.flatMap { ["-p", "\($0.0):\($0.1)"] } + [Self.uri]
    }
  }

  @Test(arguments: [64, 1024])
  func ffmpeg(block: Int) throws {
    try Self.run("ffmpeg") { stage in
      let values = Self.controls.map { "\($0.0)=\($0.1)" }.joined(separator: "|")
      // The colons of the URI are escaped once for the filter and once for the graph.
      let uri = Self.uri.split(separator: ":").joined(separator: #"\\:"#)
      return [
        "-nostdin", "-v", "error", "-y", "-i", stage.recordingPath, "-af",
        "asetnsamples=\(block):p=0,lv2=p=\(uri):c=\(values)", "-c:a", "pcm_f32le",
        stage.folder.file("out.wav"),
      ]
    }
  }

  /// Underlines are strokes there, whole numbers have no point, and all switches start off.
  @Test func gstreamer() throws {
    let toggles = try Bundle.world().plugin(Self.uri).ports(.control, isInput: true)
      .filter { $0.properties.contains("http://lv2plug.in/ns/lv2core#toggled") }
    let starts = Dictionary(uniqueKeysWithValues: toggles.map { ($0.symbol, $0.default) })
    let values = starts.merging(Self.controls) { $1 }.map { symbol, value in
      let text = value.formatted(.number.grouping(.never))
      return "\(symbol.replacing("_", with: "-"))="
        + (starts[symbol] == nil ? text : value > 0 ? "true" : "false")
    }
    let stage = try Stage()
    let pipeline =
      ["-q", "filesrc", "location=\(stage.recordingPath)", "!", "wavparse", "!"]
      + ["urn-divisi-hands-mix"] + values
      + ["!", "wavenc", "!", "filesink", "location=\(stage.folder.file("out.wav"))"]
    try Child.run("gst-launch-1.0", pipeline, environment: stage.environment)
    expectSame(try stage.result(), try stage.expected(Self.uri))
  }

  @Test(arguments: [128, 1000])
  func ecasound(block: Int) throws {
    let values = Dictionary(uniqueKeysWithValues: Self.controls)
    let ports = try Bundle.world().plugin(Self.uri).ports.filter { $0.kind == .control }
    try Self.run("ecasound") { stage in
      // One value for each control by index, those of outputs included.
      let list = ports.map { "\(values[$0.symbol] ?? ($0.default.isNaN ? 0 : $0.default))" }
      return [
        "-q", "-b:\(block)", "-f:f32_le,2,44100", "-i", stage.recordingPath, "-o",
        stage.folder.file("out.wav"), "-elv2:\(Self.uri),\(list.joined(separator: ","))",
      ]
    }
  }

  /// The shipped presets, by the names under which this host lists them.
  @Test func lv2fileLoadsPresets() throws {
    // Long enough for the latency of the slowest.
    let stage = try Stage(latency: 110_000)
    let world = try Bundle.world()
    let presets = try world.presets(of: world.plugin(Self.uri))
    try #require(!presets.isEmpty)
    let listed = try Child.run("lv2file", ["-L", Self.uri])
    for uri in presets {
      let preset = try State(preset: uri, in: world)
      #expect(listed.contains(preset.label))
      try Child.run(
        "lv2file",
        [
          "-i", stage.recordingPath, "-o", stage.folder.file("out.wav"), "-P", preset.label,
          "-p", "freewheel:1", "-p", "score_slot:1", "-p", "mute_left:1", Self.uri,
        ], environment: stage.environment)
      let controls = preset.controls.merging(["freewheel": 1, "mute_left": 1]) { $1 }
      expectSame(try stage.result(), try stage.expected(Self.uri, controls), uri)
    }
  }
}
