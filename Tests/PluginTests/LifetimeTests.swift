import Foundation
import Testing

/// Instances and objects come and go, and leave nothing; many are made at once.
@Suite struct LifetimeTests {
  /// Kilobytes that may stay over 160 loads or 800 instances: one that leaked its smallest ring,
  /// 32 kB, would leave 5 or 25 MB.
  private static let bound = 1024

  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums-mix"])
  func memoryStaysFlat(uri: String) throws {
    let folder = try TemporaryFolder()
    let ports = try RawHost.ports(of: uri, controls: Render.live, in: folder)
    let score = try folder.write(uri.contains("drums") ? Duet.strokes : Duet.score, to: "s.csv")
    for (kind, count) in [("instances", 1000), ("loads", 200)] {
      let output = try Child.run(
        RawHost.file("cycles"), [kind, Bundle.object, uri, ports, score, "\(count)"])
      let growth = try #require(Int(output.trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(growth < Self.bound, "\(count) \(kind) left \(growth) kB")
    }
  }

  /// Issue 3: 60 MB for an instance with 10 s of history, of which little is touched at first.
  @Test(arguments: Bundle.all)
  func anInstanceIsSmall(uri: String) throws {
    let folder = try TemporaryFolder()
    let ports = try RawHost.ports(of: uri, controls: [:], in: folder)
    let score = try folder.write(uri.contains("drums") ? Duet.strokes : Duet.score, to: "s.csv")
    let output = try Child.run(
      RawHost.file("cycles"), ["kept", Bundle.object, uri, ports, score, "20"])
    let kilobytes = try #require(Int(output.trimmingCharacters(in: .whitespacesAndNewlines)))
    // The first four are not counted.
    #expect(kilobytes / 16 < 60_000, "\(kilobytes / 16) kB each")
  }

  /// No read or write out of bounds, nothing unset that matters, nothing lost.
  @Test(arguments: Bundle.all)
  func valgrindFindsNothing(uri: String) throws {
    let folder = try TemporaryFolder()
    let ports = try RawHost.ports(
      of: uri, controls: Render.fast.merging(["lookahead": 0, "history": 4]) { $1 }, in: folder)
    let score = try folder.write(uri.contains("drums") ? Duet.strokes : Duet.score, to: "s.csv")
    try Child.run(
      "valgrind",
      [
        "-q", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite",
        "--errors-for-leak-kinds=definite", RawHost.file("cycles"), "instances", Bundle.object,
        uri, ports, score, "3",
      ])
  }

  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums"], [Render.fast, Render.live])
  func eightThreadsAtOnce(uri: String, controls: [String: Float]) throws {
    let folder = try TemporaryFolder()
    let ports = try RawHost.ports(of: uri, controls: controls, in: folder)
    let score = try folder.write(uri.contains("drums") ? Duet.strokes : Duet.score, to: "s.csv")
    let output = try Child.run(RawHost.file("threads"), [Bundle.object, uri, ports, score])
    #expect(output.contains("equal 8"))
  }
}
