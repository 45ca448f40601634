import Foundation
import Testing

/// What the process callback does, watched from outside.
@Suite(.serialized) struct JackProcessTests {
  private struct Count {
    let violations: Int, blocks: Int, changes: Int

    init(_ folder: TemporaryFolder) throws {
      let numbers = try folder.text("count").split { $0.isWhitespace }.compactMap { Int($0) }
      try #require(numbers.count == 3)
      (violations, blocks, changes) = (numbers[0], numbers[1], numbers[2])
    }
  }

  private static func watched(_ folder: TemporaryFolder) throws -> [String: String] {
    ["LD_PRELOAD": try JackTools.counter(in: folder), "COUNT_FILE": folder.file("count")]
  }

  /// 200 changes of the period while it plays, with music and controllers between and after them:
  /// the callback allocates nothing, frees nothing and waits for nobody.
  @Test func bufferSizesFlipWithoutAllocation() throws {
    let folder = try TemporaryFolder()
    let server = try Server(rate: 96_000, period: 64)
    let host = try server.host(
      ["urn:divisi:hands", "--preset", "hands-live", "--score", Polonaise.score]
        + ["--map", "cc7=gain_left"],
      environment: Self.watched(folder))
    let recording = try Polonaise()
    let music = Server.Music(
      inputs: ["in_l", "in_r"], channels: recording.channels.map { Array($0.prefix(192_000)) },
      events: (0..<100).map { Server.Event($0 * 1900, 0xB0, 7, UInt8($0)) },
      eventInput: "midi", takesTime: true)
    for round in 0..<2 {
      for turn in 0..<100 {
        let size = [16, 8192, 64, 2048, 32, 4096, 128, 1024, 512, 256][turn % 10]
        _ = try server.tool("jack_bufsize", ["\(size)"])
      }
      let output = try server.play(music, recording: ["left_l"]).channels[0]
      #expect(output.contains { abs($0) > 0.01 }, "round \(round)")
    }
    #expect(try host.ask("monitors", for: "xruns").hasPrefix("xruns = "))
    host.say("quit")
    #expect(host.wait() == 0)
    let count = try Count(folder)
    #expect(count.violations == 0, "\(host.errors.suffix(4000))")
    // Some lengths may be gone before a block has had them.
    #expect(count.changes >= 100)
    #expect(count.blocks > 2 * 192_000 / 256)
  }

  /// The count counts: a plugin that allocates once is found, and one that takes a lock.
  @Test(arguments: [("ALLOCATES", "malloc"), ("LOCKS", "pthread_mutex_lock")])
  func theCounterCounts(fault: String, sign: String) throws {
    let folder = try TemporaryFolder()
    let server = try Server(period: 64)
    let host = try server.host(
      ["urn:test:faulty"],
      environment: Self.watched(folder).merging([
        "LV2_PATH": JackTools.bundle(in: folder, fault: fault) + ":/usr/lib/lv2"
      ]) { $1 })
    _ = host.wait { host.errors.contains("in run: " + sign) }
    host.say("quit")
    #expect(host.wait() == 0)
    #expect(try Count(folder).violations > 0)
    #expect(host.errors.contains("in run: " + sign), "\(host.errors)")
  }
}
