import AudioFiles
import BundleSupport
import Foundation
import Testing

/// What is under test: programs as they were built with the tests, the plugin as `make bundle` leaves it.
enum Project {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  /// The plugin and its presets, and LV2's own specifications.
  static let searchPath = PluginBundle.folder + ":/usr/lib/lv2"

  /// The folder of this test's own program, where those are that were built with it.
  private static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().path

  /// - Parameter withPlugin: whether it is to find the plugin, as it was built last.
  static func program(_ name: String, withPlugin: Bool = true) throws -> String {
    let path = products + "/" + name
    try #require(FileManager.default.isExecutableFile(atPath: path), "expected it beside the tests")
    if withPlugin { try #require(PluginBundle.problem == nil, "\(PluginBundle.problem ?? "")") }
    return path
  }

  /// Runs the host to its end.
  static func host(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String, errors: String) {
    try Child.run(program("divisi-host"), arguments, environment: environment)
  }

  /// The program that plays to JACK clients and records them.
  static func player() throws -> String { try compiledPlayer.get() }
  /// A library that, loaded before JACK's, does not come back from what `STUCK` names.
  static func stuckLibrary() throws -> String { try compiledStuckLibrary.get() }

  private static let compiledPlayer = compile("jackplay", ["-ljack"])
  private static let compiledStuckLibrary = compile("stuck", ["-shared", "-fPIC"])

  private struct CompilerError: Error { let text: String }

  /// Compiles a program of `Tests/RealTime`.
  private static func compile(_ name: String, _ flags: [String]) -> Result<String, any Error> {
    Result {
      let folder = root + "/build/tests/host"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = folder + "/" + name
      // Other tests may be using the one that is there, in a process of their own.
      let new = "\(path)-\(getpid())"
      let run = try Child.run(
        "cc", ["-O1", root + "/Tests/RealTime/\(name).c", "-o", new] + flags)
      guard run.status == 0, rename(new, path) == 0 else { throw CompilerError(text: run.errors) }
      return path
    }
  }
}

/// The recording of a piano that ships, in stereo, and what the command line makes of it.
struct Polonaise {
  static let mix = Project.root + "/Tests/Recordings/polonaise/mix.flac"
  static let score = Project.root + "/Tests/Recordings/polonaise/score.mid"
  static let preset = "hands-fast"
  static let arguments = ["urn:divisi:hands", "--preset", preset]
  static let parts = ["left", "right"]
  static let ports = ["left_l", "left_r", "right_l", "right_r"]
  static let allPorts = ports + ["residual_l", "residual_r", "mix_l", "mix_r"]

  let folder: TemporaryFolder
  let channels: [[Float]]
  let sampleRate: Int
  var path: String { folder.file("stereo.wav") }

  /// - Parameter sampleRate: what the samples are taken for; nil for what they are.
  init(sampleRate: Int? = nil) throws {
    folder = try TemporaryFolder()
    let mix = try AudioFile.read(path: Self.mix)
    self.sampleRate = sampleRate ?? mix.sampleRate
    // Both sides differ, so that none can pass for the other.
    channels = [mix.channels[0], mix.channels[0].map { $0 * 0.5 }]
    try AudioFile.write(
      AudioBuffer(sampleRate: self.sampleRate, channels: channels), to: path, as: .wavFloat)
  }

  /// The channels of each part as `divisi separate --stream` writes them, of the residual, and of their sum.
  func expected() throws -> [[[Float]]] {
    let run = try Child.run(
      Project.program("divisi"),
      [
        "separate", path, "--stream", "--preset", Self.preset, "--score", Self.score, "--format",
        "wav-float", "--filename", "{part}", "-o", folder.file("parts"), "--partial",
        "--residual", "--align", "off",
      ])
    try #require(run.status == 0, "\(run.errors)")
    let stems = try (Self.parts + ["residual"]).map {
      try AudioFile.read(path: folder.file("parts/\($0).wav")).channels
    }
    let mix = channels.indices.map { channel in
      stems[0][channel].indices.map { index in
        stems.reduce(Float(0)) { $0 + $1[channel][index] }
      }
    }
    return stems + [mix]
  }
}
