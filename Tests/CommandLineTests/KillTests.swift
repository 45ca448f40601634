import AudioFiles
import Foundation
import Glibc
import Testing

/// Programs that are killed at any moment, by a signal that no program can handle: each output is the old
/// one or the new one, whole, and the next run removes what was left.
@Suite struct KillTests {
  /// How often a program is killed; `make test-kills` more often.
  private static let rounds =
    ProcessInfo.processInfo.environment["DIVISI_KILLS"].flatMap { Int($0) } ?? 20

  private struct Moments {
    private var state: UInt64 = 7
    /// From 0 to 1; half of them in the last quarter, where outputs get their names.
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let unit = Double(state >> 33) / Double(1 << 31)
      return state >> 32 & 1 == 0 ? unit : 0.75 + 0.3 * unit
    }
  }

  /// Starts the program, and kills it after some seconds if it still runs.
  private func kill(_ arguments: [String], in folder: TemporaryFolder, after seconds: Double) throws
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    usleep(UInt32(1e6 * seconds))
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private func check(
    _ arguments: [String], outputs: [String], in folder: TemporaryFolder,
    location: SourceLocation = #_sourceLocation
  ) throws {
    func contents(_ name: String) -> Data? {
      FileManager.default.contents(atPath: folder.file(name))
    }
    let old = Data("old".utf8)
    let clock = ContinuousClock()
    let start = clock.now
    let first = try Program.run(arguments, in: folder.path)
    let seconds = (clock.now - start) / .seconds(1)
    #expect(first.status == 0, "\(first.errors)", sourceLocation: location)
    let new = outputs.map(contents)
    #expect(new.allSatisfy { $0 != nil && $0 != old }, sourceLocation: location)
    var moments = Moments()
    for round in 0..<Self.rounds {
      for name in outputs { try old.write(to: URL(fileURLWithPath: folder.file(name))) }
      try kill(arguments, in: folder, after: moments.next() * seconds)
      for (index, name) in outputs.enumerated() {
        let found = contents(name)
        #expect(
          found == old || found == new[index], "\(name), round \(round)", sourceLocation: location)
      }
    }
    let last = try Program.run(arguments, in: folder.path)
    #expect(last.status == 0, "\(last.errors)", sourceLocation: location)
    #expect(outputs.map(contents) == new, sourceLocation: location)
    #expect(
      folder.files().filter { $0.contains(".divisi-") } == [], sourceLocation: location)
  }

  @Test func separate() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try check(
      [
        "separate", "duet.wav", "--score", "duet.csv", "--iterations", "2", "--residual", "--force",
        "-o", "out", "--export-factors", "out",
      ],
      outputs: ["left.flac", "right.flac", "residual.flac", "factors.safetensors", "notes.csv"]
        .map { "out/duet/\($0)" }, in: folder)
  }

  @Test func align() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder, sampleRate: 16_000)
    try check(
      [
        "align", "duet.wav", "--score", "duet.csv", "--force-score", "--force", "-o", "aligned.mid",
        "--table", "tables/warp.csv",
      ], outputs: ["aligned.mid", "tables/warp.csv"], in: folder)
  }

  @Test func train() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: "\(Recording.drumBreak)/kick.flac", toPath: folder.file("kick.flac"))
    try check(
      ["train", "kick=kick.flac", "--force", "-o", "kit.safetensors"],
      outputs: ["kit.safetensors"], in: folder)
  }
}
