import AudioFiles
import Foundation
import Testing

/// The program under test, run as people run it.
enum Program {
  /// What a run printed, and how it ended.
  struct Run {
    let status: Int32
    let output: String
    let errors: String

    /// Lines of standard error.
    var errorLines: [Substring] { errors.split(separator: "\n") }
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  /// Where this build put its programs: beside the tests themselves.
  static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()
  static let path = products.appendingPathComponent("divisi").path

  /// Runs the program to its end.
  static func run(_ arguments: String..., in folder: String? = nil) throws -> Run {
    try run(arguments, in: folder)
  }

  static func run(
    _ arguments: [String], of path: String = path, in folder: String? = nil,
    environment: [String: String] = [:]
  ) throws -> Run {
    let name = URL(fileURLWithPath: path).lastPathComponent
    try #require(
      FileManager.default.isExecutableFile(atPath: path),
      "\(path): expected \(name) beside the tests; build all targets")
    return try start(path, arguments, in: folder, environment: environment)
  }

  /// Runs a line of shell to its end.
  static func shell(_ line: String, in folder: String) throws -> Run {
    try start("/bin/sh", ["-c", line], in: folder, environment: [:])
  }

  private static func start(
    _ program: String, _ arguments: [String], in folder: String?, environment: [String: String]
  ) throws -> Run {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // Through files, because a full pipe would stop the program.
    let captured = try TemporaryFolder()
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (try captured.handle("output"), try captured.handle("errors"))
    defer {
      try? output.close()
      try? errors.close()
    }
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    return Run(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: try captured.text("output"), errors: try captured.text("errors"))
  }
}

/// A recording that ships, with its score and true stems.
enum Recording {
  static let polonaise = folder("polonaise")
  static let drumBreak = folder("break")

  private static func folder(_ name: String) -> String {
    Program.root.appendingPathComponent("Tests/Recordings/\(name)").path
  }
}

/// A folder that is gone when the test is.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "divisi-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: file(name), encoding: .utf8)
  }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func handle(_ name: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: file(name), contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: file(name)))
  }

  /// Paths of all files below a folder in here, in order, hidden ones too.
  func files(below name: String = "") -> [String] {
    let all = FileManager.default.enumerator(atPath: file(name))?.compactMap { $0 as? String } ?? []
    return all.filter { item in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: file(name) + "/" + item, isDirectory: &isFolder)
      return !isFolder.boolValue
    }.sorted()
  }
}

/// A seeded mixture that takes little time: two tones that a score tells apart, over faint noise.
enum Duet {
  static let seconds = 1.5
  static let score = """
    start;duration;pitch;velocity;label
    0.1;0.5;48;80;left
    0.2;0.6;72;80;right
    0.8;0.5;50;80;left
    0.9;0.4;74;80;right
    """

  static func recording(sampleRate: Int, channelCount: Int = 1) -> AudioBuffer {
    let count = Int(seconds * Double(sampleRate))
    var state: UInt64 = 1
    let mono = (0..<count).map { index -> Float in
      let time = Double(index) / Double(sampleRate)
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var sum = (Double(state >> 40) / Double(1 << 24) - 0.5) * 1e-4
      for (onset, pitch) in [(0.1, 48), (0.2, 72), (0.8, 50), (0.9, 74)] where time >= onset {
        let frequency = 440 * exp2(Double(pitch - 69) / 12)
        for partial in 1...5 where frequency * Double(partial) < Double(sampleRate) / 2 {
          sum +=
            0.1 / Double(partial) * exp(-4 * (time - onset))
            * sin(2 * .pi * frequency * Double(partial) * (time - onset))
        }
      }
      return Float(sum)
    }
    let channels = (0..<channelCount).map { channel in mono.map { $0 / Float(channel + 1) } }
    return AudioBuffer(sampleRate: sampleRate, channels: channels)
  }

  /// Writes `duet.wav` and `duet.csv`.
  static func write(to folder: TemporaryFolder, sampleRate: Int = 44_100, channelCount: Int = 1)
    throws
  {
    try AudioFile.write(
      recording(sampleRate: sampleRate, channelCount: channelCount), to: folder.file("duet.wav"),
      as: .wavFloat)
    try folder.write(score.utf8, to: "duet.csv")
  }
}
