import Foundation
import LV2TestSupport
import Synchronization
import Testing

@testable import DivisiHost

/// What becomes of scores that browsers send.
@Suite struct ScoreFolderTests {
  @Test(arguments: [
    ("nocturne.mid", "nocturne.mid"), ("../../etc/passwd", "passwd"), ("C:\\x\\a.mid", "a.mid"),
    (".hidden", "hidden"), ("..", "score"), ("", "score"), ("a\nb.mid", "a?b.mid"), ("/", "score"),
  ])
  func namesOfScoresAreHarmless(name: String, kept: String) {
    #expect(ScoreFolder.harmless(name) == kept)
  }

  @Test func longNamesKeepTheirEnd() {
    let name = ScoreFolder.harmless(String(repeating: "ü", count: 300) + ".mid")
    #expect(name.utf8.count <= 200 && name.hasSuffix("ü.mid"))
  }

  private static func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private static func bytes(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
  }

  @Test func scoresAreKeptWhole() throws {
    let folder = TemporaryBundle([:])
    defer { try? FileManager.default.removeItem(atPath: folder.path + "/scores") }
    let scores = try ScoreFolder(in: folder.path)
    for bytes in [[1, 2, 3], [4]] as [[UInt8]] {
      let upload = try scores.store(bytes, as: "x.mid")
      #expect(upload.path == folder.path + "/scores/x.mid")
      #expect(Self.bytes(upload.path) == bytes)
      scores.settle(upload, isUsed: true)
      #expect(try Self.files(folder.path + "/scores") == ["x.mid"])
      #expect(Self.bytes(upload.path) == bytes)
    }
  }

  @Test func whatIsNotUsedGoes() throws {
    let folder = TemporaryBundle([:])
    defer { try? FileManager.default.removeItem(atPath: folder.path + "/scores") }
    let scores = try ScoreFolder(in: folder.path)
    scores.settle(try scores.store([1], as: "bad.mid"), isUsed: false)
    #expect(try Self.files(folder.path + "/scores") == [])
    let good = try scores.store([2], as: "x.mid")
    scores.settle(good, isUsed: true)
    scores.settle(try scores.store([3], as: "x.mid"), isUsed: false)
    #expect(try Self.files(folder.path + "/scores") == ["x.mid"])
    #expect(Self.bytes(good.path) == [2], "the one before is back")
  }

  /// A process that was killed while the plugin looked at a score.
  @Test func whatWasBegunIsUndone() throws {
    let folder = TemporaryBundle([:])
    defer { try? FileManager.default.removeItem(atPath: folder.path + "/scores") }
    let killed = try ScoreFolder(in: folder.path)
    killed.settle(try killed.store([1], as: "x.mid"), isUsed: true)
    _ = try killed.store([2], as: "x.mid")
    try Data([3]).write(to: URL(fileURLWithPath: folder.path + "/scores/.new-abcdef"))
    _ = try ScoreFolder(in: folder.path)
    #expect(try Self.files(folder.path + "/scores") == ["x.mid"])
    #expect(Self.bytes(folder.path + "/scores/x.mid") == [1])
  }

  /// What only the session needs makes room by itself; the score in use stays.
  @Test(arguments: [
    ScoreFolder.Quota(byteCount: 30, fileCount: 100), .init(byteCount: 100, fileCount: 3),
  ])
  func theOldestGoWithoutAState(quota: ScoreFolder.Quota) throws {
    let scores = try ScoreFolder(in: nil, quota: quota)
    var paths: [String] = []
    for index in 0..<5 {
      let upload = try scores.store([UInt8](repeating: 0, count: 10), as: "\(index).mid")
      scores.settle(upload, isUsed: true)
      paths.append(upload.path)
    }
    #expect(paths.map { Self.bytes($0) != nil } == [false, false, true, true, true])
    #expect(throws: (any Error).self) {
      try scores.store([UInt8](repeating: 0, count: quota.byteCount - 5), as: "long.mid")
    }
    #expect(Self.bytes(paths[4]) != nil, "it is in use")
  }

  /// The user's files are the user's to delete.
  @Test func aStateKeepsAllScores() throws {
    let folder = TemporaryBundle([:])
    defer { try? FileManager.default.removeItem(atPath: folder.path + "/scores") }
    let scores = try ScoreFolder(
      in: folder.path, quota: ScoreFolder.Quota(byteCount: 100, fileCount: 2))
    for name in ["a", "b"] { scores.settle(try scores.store([1], as: name), isUsed: true) }
    let problem = #expect(throws: (any Error).self) { try scores.store([1], as: "c") }
    #expect(
      "\(try #require(problem))".hasPrefix(
        "\(folder.path)/scores: expected room for another score"))
    #expect(try Self.files(folder.path + "/scores") == ["a", "b"])
  }

  /// A corrected score needs no more room than the one before; with a state and without.
  @Test(arguments: [false, true]) func whatIsReplacedMakesRoom(keepsState: Bool) throws {
    let folder = TemporaryBundle([:])
    defer { try? FileManager.default.removeItem(atPath: folder.path + "/scores") }
    let scores = try ScoreFolder(
      in: keepsState ? folder.path : nil, quota: ScoreFolder.Quota(byteCount: 20, fileCount: 2))
    let bytes = [UInt8](repeating: 1, count: 10)
    for name in ["a", "b"] { scores.settle(try scores.store(bytes, as: name), isUsed: true) }
    let upload = try scores.store([UInt8](repeating: 2, count: 10), as: "a")
    scores.settle(upload, isUsed: false)
    #expect(Self.bytes(upload.path) == bytes, "the one before is back")
    let place = String(upload.path.dropLast("/a".count))
    #expect(try Self.files(place) == ["a", "b"])
  }

  /// Killed before the new one had its name, a process leaves two names of one file.
  @Test func twoNamesOfOneFileAreOne() throws {
    let folder = TemporaryBundle([:])
    defer { try? FileManager.default.removeItem(atPath: folder.path + "/scores") }
    let place = folder.path + "/scores"
    let killed = try ScoreFolder(in: folder.path)
    killed.settle(try killed.store([1], as: "x.mid"), isUsed: true)
    try FileManager.default.linkItem(atPath: place + "/x.mid", toPath: place + "/.old-x.mid")
    _ = try ScoreFolder(in: folder.path)
    #expect(try Self.files(place) == ["x.mid"])
  }

  @Test func onlySoManyArriveAtOnce() throws {
    let scores = try ScoreFolder(in: nil)
    for _ in 0..<4 { #expect(scores.reserve(ScoreFolder.mostBytes)) }
    #expect(!scores.reserve(1))
    scores.release(ScoreFolder.mostBytes)
    #expect(scores.reserve(1))
  }

  @Test func oneFollowsTheOther() throws {
    let scores = try ScoreFolder(in: nil)
    let order = Mutex<[Int]>([])
    scores.enter { order.withLock { $0.append(1) } }
    scores.enter { order.withLock { $0.append(2) } }
    scores.enter { order.withLock { $0.append(3) } }
    #expect(order.withLock { $0 } == [1])
    scores.leave()
    #expect(order.withLock { $0 } == [1, 2])
    scores.leave()
    scores.leave()
    scores.enter { order.withLock { $0.append(4) } }
    #expect(order.withLock { $0 } == [1, 2, 3, 4])
  }
}
