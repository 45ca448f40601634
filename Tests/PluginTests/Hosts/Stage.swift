import AudioFiles
import Foundation
import LV2Hosting
import Testing

/// What a host needs for one test: a recording, its score in the two ways in which hosts name one,
/// and presets.
final class Stage {
  /// What stereo hosts set by hand: everything but the score, which they name by its slot.
  static let mixControls = Render.fast.merging(["gain_left": -20, "pan_right": 0.5]) { $1 }

  let folder: TemporaryFolder
  /// Stereo, with silence at the end for the latency.
  let recording: AudioBuffer
  let recordingPath: String
  let scorePath: String
  /// Where the score is number 1.
  let environment: [String: String]

  /// - Parameter rounds: how often the duet is played.
  init(channelCount: Int = 2, latency: Int = 30_000, rounds: Int = 1) throws {
    folder = try TemporaryFolder()
    recording = AudioBuffer(
      sampleRate: 44_100,
      channels: Duet.signal(channelCount: channelCount)
        .map { channel in
          (0..<rounds).flatMap { _ in channel } + [Float](repeating: 0, count: latency)
        })
    recordingPath = folder.file("in.wav")
    try AudioFile.write(recording, to: recordingPath, as: .wavFloat)
    scorePath = try folder.write(Duet.score, to: "data/divisi/scores/1-duet.csv")
    environment = [
      "XDG_DATA_HOME": folder.file("data"), "HOME": folder.file("home"),
      "XDG_CONFIG_HOME": folder.file("home/config"), "XDG_CACHE_HOME": folder.file("home/cache"),
    ]
    try FileManager.default.createDirectory(
      atPath: folder.file("home"), withIntermediateDirectories: true)
  }

  /// The recording through a plugin in this process.
  func expected(_ plugin: String, _ controls: [String: Float] = Stage.mixControls) throws
    -> [[Float]]
  {
    try Render(plugin: plugin, controls: controls, score: Duet.score)(recording.channels)
  }

  /// What a host wrote.
  func result(_ name: String = "out.wav") throws -> [[Float]] {
    try AudioFile.read(path: folder.file(name)).channels
  }

  /// Writes a bundle with one preset that sets controls and a score; the stage's own unless another is
  /// given.
  ///
  /// - Returns: the preset's URI, and what to search for bundles.
  func preset(
    for plugin: String, _ controls: [String: Float] = Render.fast, score: String? = nil
  ) throws -> (uri: String, searchPath: String) {
    let uri = "urn:test:duet"
    try folder.write(
      presetManifest([(uri, "duet.ttl", plugin)]), to: "lv2/test.lv2/manifest.ttl")
    try folder.write(
      presetText(
        uri: uri, for: plugin, label: "Duet", controls: controls, score: score ?? scorePath),
      to: "lv2/test.lv2/duet.ttl")
    return (uri, folder.file("lv2") + ":" + Bundle.searchPath)
  }

  /// The same as a saved state.
  ///
  /// - Returns: its folder.
  func state(
    for plugin: String, _ controls: [String: Float] = Render.fast, score: String? = nil
  ) throws -> String {
    try folder.write(
      presetText(for: plugin, controls: controls, score: score ?? scorePath),
      to: "state/state.ttl")
    return folder.file("state")
  }
}
