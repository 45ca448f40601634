import AudioFiles
import Foundation
import LV2Hosting
import Testing

/// `divisi separate --stream` and the plugin are the same code: the same samples, after latency.
@Suite struct CommandTests {
  /// Of the same build as the tests, and beside them.
  private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("divisi").path

  /// Runs the program with a preset, and gives its parts, each with all channels, then the residual.
  private static func separate(
    _ mix: String, score: String, preset: String, parts: [String], in folder: TemporaryFolder
  ) throws -> [[[Float]]] {
    try #require(
      FileManager.default.isExecutableFile(atPath: program),
      "\(program): expected divisi beside the tests; build all targets")
    try Child.run(
      program,
      [
        "separate", mix, "--score", score, "--preset", preset, "--stream", "--format", "wav-float",
        "--residual", "--filename", "{part}", "-o", folder.file("parts"),
      ])
    return try (parts + ["residual"]).map { part in
      let path = folder.file("parts/\(part).wav")
      // Parts without a note may have no file.
      return FileManager.default.fileExists(atPath: path)
        ? try AudioFile.read(path: path).channels : []
    }
  }

  /// Compares the program's files with the outputs of an instance, in the same order.
  private static func compare(
    _ files: [[[Float]]], _ output: [[Float]], latency: Int, channelCount: Int, _ comment: String
  ) {
    var compared = 0
    for (part, channels) in files.enumerated() where !channels.isEmpty {
      let outputs = (0..<channelCount).map { Array(output[2 + 2 * part + $0].dropFirst(latency)) }
      if part < files.count - 1 {
        expectSame(outputs, channels, "\(comment), part \(part)")
      } else {
        // The program takes the difference from the file's samples.
        expectNear(outputs, channels, within: 1e-6, "\(comment), residual")
      }
      compared += 1
    }
    #expect(compared >= 3, "\(comment)")
  }

  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums"], [Render.fast, Render.live])
  func aStreamIsWhatThePluginPlays(uri: String, controls: [String: Float]) throws {
    let isDrums = uri.hasSuffix("drums")
    let folder = try TemporaryFolder()
    let score = try folder.write(isDrums ? Duet.strokes : Duet.score, to: "score.csv")
    let world = try Bundle.world()
    let shipped = try State(
      preset: "urn:divisi:preset:\(isDrums ? "drums" : "hands")", in: world
    ).controls
    var settings = shipped.merging(controls) { $1 }
    settings["freewheel"] = nil
    let preset = try folder.write(
      presetText(
        for: uri, controls: settings,
        model: isDrums ? Bundle.root + "/Presets/divisi-presets.lv2/generic-kit.safetensors" : nil),
      to: "preset.ttl")
    let input = Duet.signal()
    try AudioFile.write(
      AudioBuffer(sampleRate: 44_100, channels: input), to: folder.file("mix.wav"), as: .wavFloat)
    let files = try Self.separate(
      folder.file("mix.wav"), score: score, preset: preset, parts: Bundle.parts(of: uri),
      in: folder)

    let render = Render(
      plugin: uri, controls: settings.merging(["freewheel": 1]) { $1 },
      score: isDrums ? Duet.strokes : Duet.score)
    let latency = try render.latency()
    let output = try render(
      input.map { $0 + [Float](repeating: 0, count: latency) }, blocks: [333])
    Self.compare(files, output, latency: latency, channelCount: 2, uri)
  }

  /// Whole recordings with presets as they ship, the model's file of the drums included.
  @Test(arguments: [
    ("urn:divisi:hands", "hands-fast", "polonaise"), ("urn:divisi:drums", "drums-live", "break"),
  ])
  func presetsGiveTheSame(uri: String, name: String, recording: String) throws {
    let folder = try TemporaryFolder()
    let source = Bundle.root + "/Tests/Recordings/" + recording
    let mix = try AudioFile.read(path: source + "/mix.flac")
    let files = try Self.separate(
      source + "/mix.flac", score: source + "/score.mid", preset: name,
      parts: Bundle.parts(of: uri), in: folder)

    let world = try Bundle.world()
    let render = Render(plugin: uri, sampleRate: Double(mix.sampleRate), controls: [:], score: nil)
    let instance = try render.instance(in: world)
    try State(preset: "urn:divisi:preset:" + name, in: world).restore(to: instance)
    try folder.write(
      presetText(for: uri, controls: ["freewheel": 1], score: source + "/score.mid"),
      to: "score.ttl")
    try State(path: folder.file("score.ttl"), in: world).restore(to: instance)
    instance.activate()
    instance.run(0)
    let latency = Int(instance["latency"])
    let output = render(
      instance, mix.channels.map { $0 + [Float](repeating: 0, count: latency) }, blocks: [512])
    Self.compare(files, output, latency: latency, channelCount: mix.channels.count, name)
  }
}
