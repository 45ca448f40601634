import Foundation
import Testing

/// What becomes of scores that are sent, and of those that are none.
@Suite(.serialized) struct WebUploadTests {
  private static func score() throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: Polonaise.score)))
  }

  /// What the plugin cannot read is gone at once, and what had its name is there.
  @Test(arguments: [false, true])
  func whatIsNoScoreIsNotKept(keepsState: Bool) throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let (host, url) = try WebTests.page(
      server, Polonaise.arguments + (keepsState ? ["--state", folder.file("state")] : []),
      environment: ["TMPDIR": folder.path])
    let bad = try WebConnection.post(Array("nothing".utf8), as: "bad.mid", to: url)
    #expect(bad.hasPrefix("HTTP/1.1 422 ") && bad.contains("bad.mid"), "\(bad)")
    #expect(!folder.files.contains { $0.hasSuffix(".mid") }, "\(folder.files)")
    let good = try WebConnection.post(Self.score(), as: "good.mid", to: url)
    #expect(good.hasPrefix("HTTP/1.1 200 "), "\(good)")
    #expect(host.errors.contains("left 153, right 74"), "it is used before that is said")
    let worse = try WebConnection.post(Array("MThd".utf8), as: "good.mid", to: url)
    #expect(worse.hasPrefix("HTTP/1.1 422 ") && worse.contains("good.mid"), "\(worse)")
    let kept = folder.files.filter { $0.contains("good") }
    try #require(kept.count == 1, "\(folder.files)")
    #expect(try Array(folder.data(kept[0])) == Self.score())
    #expect(try host.value("gain_left") == 0)
  }

  /// A folder or a pipe that has the name of an upload stays what it is.
  @Test func onlyFilesAreReplaced() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let scores = folder.file("state/scores")
    let (host, url) = try WebTests.page(
      server, Polonaise.arguments + ["--state", folder.file("state")],
      environment: ["TMPDIR": folder.path])
    try FileManager.default.createDirectory(
      atPath: scores + "/d.mid", withIntermediateDirectories: true)
    #expect(mkfifo(scores + "/p.mid", 0o600) == 0)
    let before = try FileManager.default.contentsOfDirectory(atPath: scores).sorted()
    for name in ["d.mid", "p.mid"] {
      let answer = try WebConnection.post(Self.score(), as: name, to: url)
      #expect(!answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
      #expect(answer.contains("expected a file, or nothing of this name"), "\(answer)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scores).sorted() == before)
    #expect(try host.value("gain_left") == 0)
  }

  /// Nobody can say what a plugin makes of a score that it does not yet read.
  @Test func anIdlePluginTakesNoUpload() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let (host, url) = try WebTests.page(
      server, Polonaise.arguments + ["--wait"], environment: ["TMPDIR": folder.path])
    let early = try WebConnection.post(Self.score(), as: "early.mid", to: url)
    #expect(early.hasPrefix("HTTP/1.1 422 "), "\(early)")
    #expect(early.contains("the plugin is idle until the transport rolls (--wait)"), "\(early)")
    #expect(!folder.files.contains { $0.hasSuffix(".mid") }, "\(folder.files)")
    let silence = [Float](repeating: 0, count: 8192)
    _ = try server.play([silence, silence], recording: ["mix_l"])
    let good = try WebConnection.post(Self.score(), as: "good.mid", to: url)
    #expect(good.hasPrefix("HTTP/1.1 200 "), "\(good)")
    #expect(host.errors.contains("left 153, right 74"))
    let bad = try WebConnection.post(Array("nothing".utf8), as: "bad.mid", to: url)
    #expect(bad.hasPrefix("HTTP/1.1 422 ") && bad.contains("bad.mid"), "\(bad)")
  }

  /// Folders of hosts that were killed go when the next one starts; those of hosts that play do not.
  @Test func killedHostsLeaveNothing() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let environment = ["TMPDIR": folder.path]
    let (killed, first) = try WebTests.page(
      server, Polonaise.arguments, environment: environment)
    #expect(try WebConnection.post(Self.score(), as: "a.mid", to: first).contains(" 200 "))
    killed.send(SIGKILL)
    killed.wait()
    #expect(folder.files.contains { $0.hasSuffix("/a.mid") }, "\(folder.files)")
    let (host, second) = try WebTests.page(
      server, Polonaise.arguments, name: "second", environment: environment)
    #expect(!folder.files.contains { $0.hasSuffix("/a.mid") }, "\(folder.files)")
    #expect(try WebConnection.post(Self.score(), as: "b.mid", to: second).contains(" 200 "))
    let (other, _) = try WebTests.page(
      server, Polonaise.arguments, name: "third", environment: environment)
    #expect(folder.files.contains { $0.hasSuffix("/b.mid") }, "\(folder.files)")
    for one in [host, other] {
      one.say("quit")
      #expect(one.wait() == 0, "\(one.errors)")
    }
    #expect(!folder.files.contains { $0.contains("divisi-host") }, "\(folder.files)")
  }
}
