import Foundation
import Terminal
import Testing

@testable import DivisiStudio

/// Folders of projects: what is made, read, and never replaced.
@Suite struct ProjectTests {
  private let folder = TemporaryShelf()
  private var shelf: ProjectShelf { ProjectShelf(path: folder.path) }

  @Test func namesAreNames() throws {
    for (name, id) in [
      ("Nocturne", "Nocturne"), ("../../etc/passwd", "passwd"), ("a/b\\c", "c"),
      (".hidden", "hidden"),
      ("", "Recording"), ("{name}", "(name)"), ("line\nbreak", "line?break"),
    ] {
      let project = try shelf.create(named: name)
      #expect(project.id == id)
      #expect(project.path == folder.path + "/" + id)
    }
    #expect(try shelf.create(named: "Nocturne").id == "Nocturne 2")
  }

  @Test(arguments: ["", ".", "..", "../x", "a/b", "none", "/etc"]) func othersAreNoProjects(
    id: String
  ) throws {
    _ = try shelf.create(named: "x")
    #expect(shelf.project(id) == nil)
  }

  @Test func linksAreNoProjects() throws {
    let project = try shelf.create(named: "real")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: project.path)
    #expect(shelf.project("real") != nil && shelf.project("link") == nil)
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let project = try shelf.create(named: "x")
    try shelf.change(project) { file in
      file.recording = "mix.flac"
      file.request.split = "C4"
    }
    let file = try project.read()
    #expect(file.recording == "mix.flac" && file.request.split == "C4" && file.take == nil)
    #expect(shelf.entries().map(\.id) == ["x"])
    #expect(shelf.entries().first?.recording == "mix.flac")
  }

  /// A folder that somebody else has made names no files elsewhere.
  @Test(arguments: [
    "", "[]", #"{"recording":"../../secret.wav","request":\#(usual),"takes":[]}"#,
    #"{"score":"/etc/passwd","request":\#(usual),"takes":[]}"#,
    take(), take(rate: 0), take(rate: 1 << 40), take(channels: 0), take(channels: 65),
    take(samples: 0), take(samples: 1 << 60), take(number: 0), take(number: .max),
  ]) func damagedProjectsAreRefused(text: String) throws {
    let project = try shelf.create(named: "x")
    try Data(text.utf8).write(to: URL(fileURLWithPath: project.path + "/studio.json"))
    #expect(throws: (any Error).self) { try project.read() }
    #expect(shelf.entries().map(\.id) == ["x"], "it does not vanish")
    #expect(shelf.entries().first?.problem?.hasPrefix("studio.json: expected") == true)
  }

  /// A project with a take, which has a stem if all else is wrong.
  private static func take(
    number: Int = 1, rate: Int = 44_100, channels: Int = 1, samples: Int = 9
  ) -> String {
    let isUsual = number == 1 && rate == 44_100 && channels == 1 && samples == 9
    let stems = isUsual ? "" : #"{"name":"left","file":"left.flac","noteCount":1}"#
    return
      #"{"request":\#(usual),"takes":[{"number":\#(number),"preset":"hands","sampleRate":\#(rate),"channelCount":\#(channels),"sampleCount":\#(samples),"stems":[\#(stems)],"warnings":[],"elapsed":1}]}"#
  }

  private static let usual =
    #"{"preset":"hands","align":"auto","jumps":false,"accepts":false,"split":""}"#

  @Test func nothingIsReplaced() throws {
    let project = try shelf.create(named: "x")
    let first = try project.freePath(in: "score", named: "a.mid")
    try Data().write(to: URL(fileURLWithPath: first))
    let second = try project.freePath(in: "score", named: "a.mid")
    #expect(first.hasSuffix("/score/a.mid") && second.hasSuffix("/score/a 2.mid"))
    #expect(project.nextTake() == 1)
    try FileManager.default.createDirectory(
      atPath: project.takePath(4), withIntermediateDirectories: true)
    #expect(project.nextTake() == 5)
  }

  /// Takes are claimed, whoever claims them, and whatever their folders are called.
  @Test func takesAreClaimed() throws {
    let project = try shelf.create(named: "x")
    for name in [String(Int.max), "-3", "notes"] {
      try FileManager.default.createDirectory(
        atPath: project.path + "/takes/" + name, withIntermediateDirectories: true)
    }
    let (mine, other) = (try project.claimTake(), try project.claimTake())
    #expect(mine.number == 1 && other.number == 2)
    // What is made in its place is somebody else's.
    try FileManager.default.removeItem(atPath: other.path)
    try FileManager.default.createDirectory(
      atPath: other.path, withIntermediateDirectories: false)
    mine.remove()
    other.remove()
    #expect(!FileManager.default.fileExists(atPath: mine.path))
    #expect(FileManager.default.fileExists(atPath: other.path))
    try FileManager.default.removeItem(atPath: project.path)
    #expect(throws: (any Error).self) { try project.claimTake() }
  }

  @Test(arguments: ["recording", "takes", "takes/1", "takes/1/left.flac", "cache", "desk.json"])
  func linksInProjectsAreRefused(place: String) throws {
    let project = try shelf.create(named: "x")
    try project.checkIsPlain()
    let path = project.path + "/" + place
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/tmp")
    #expect { try project.checkIsPlain() } throws: {
      "\($0)" == "\(path): expected a file or folder of the project's own, found a link"
    }
    #expect(shelf.entries().first?.problem?.contains(place) == true)
    unlink(path)
    mkfifo(path, 0o600)
    #expect(throws: (any Error).self) { try project.checkIsPlain() }
  }

  /// Threads of two shelves, as two programs have them, and no change is lost.
  @Test func changesExcludeEachOther() async throws {
    let project = try shelf.create(named: "x")
    let shelves = [shelf, shelf]
    await withTaskGroup { group in
      for shelf in shelves {
        group.addTask {
          for _ in 0..<20 { _ = try? shelf.change(project) { $0.request.split += "x" } }
        }
      }
    }
    #expect(try project.read().request.split.count == 40)
  }

  /// What a program that was killed has left is removed, unless another one is at work.
  @Test func leftoversAreRemoved() throws {
    let project = try shelf.create(named: "x")
    let leftovers = [".upload-abc", "cache/away 1.zip", "cache/take 1.pcm.part"]
    try FileManager.default.createDirectory(
      atPath: project.cache, withIntermediateDirectories: true)
    func isThere() -> [Bool] {
      leftovers.map { FileManager.default.fileExists(atPath: project.path + "/" + $0) }
    }
    for name in leftovers {
      try Data().write(to: URL(fileURLWithPath: project.path + "/" + name))
    }
    do {
      let lock = try FolderLock(sharing: folder.path) {}
      try withExtendedLifetime(lock) { try shelf.prepare() }
    }
    #expect(isThere() == [true, true, true])
    try shelf.prepare()
    #expect(isThere() == [false, false, false])
  }

  @Test func impossibleFoldersOfProjectsAreRefused() throws {
    let file = folder.path + ".txt"
    try Data().write(to: URL(fileURLWithPath: file))
    defer { unlink(file) }
    for path in [file, file + "/x", folder.path + "/{name}"] {
      #expect(throws: (any Error).self, "\(path)") { try ProjectShelf(path: path).prepare() }
    }
    do {
      try FileManager.default.createDirectory(
        atPath: file + "/x", withIntermediateDirectories: true)
    } catch {
      let line = Failure(of: error).description
      #expect(line.hasPrefix(file) && !line.contains("CocoaError"), "\(line)")
    }
  }

  /// Another folder of the same name is another take.
  @Test func takesAreKnownByTheirFiles() throws {
    let project = try shelf.create(named: "x")
    let take = try JSONDecoder().decode(
      ProjectFile.self, from: Data(Self.take(samples: 10).utf8)
    ).takes[0]
    let path = project.takePath(1)
    var identities: Set<String> = []
    for size in 1...2 {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data(count: size).write(to: URL(fileURLWithPath: path + "/left.flac"))
      identities.insert(project.identity(of: take))
      #expect(identities.contains(project.identity(of: take)))
      try FileManager.default.removeItem(atPath: path)
    }
    #expect(identities.count == 2)
  }

  @Test func thePageHasItsOwnWords() {
    let lines = PageWords.lines([
      "Error: --split: expected a note", "Usage: divisi separate", "  See 'divisi separate --help'",
      "x.mid: expected y (accept it with --force-score)",
    ])
    #expect(lines.count == 2 && lines.allSatisfy { !$0.contains("--") }, "\(lines)")
  }

  @Test func wishesBecomeOptions() {
    var request = SeparationRequest()
    #expect(request.options(hasScore: true) == ["--preset=hands", "--partial", "--align=auto"])
    #expect(request.options(hasScore: false) == ["--preset=hands", "--partial"])
    request.jumps = true
    request.accepts = true
    request.split = "--force"
    #expect(
      request.options(hasScore: true).suffix(3) == [
        "--jumps=any", "--force-score", "--split=--force",
      ],
      "what is typed stays a value")
    request.align = .off
    #expect(!request.options(hasScore: true).contains("--jumps=any"))
  }
}

/// A folder for projects that is gone when the test is.
final class TemporaryShelf: Sendable {
  let path = NSTemporaryDirectory() + "divisi-test-" + UUID().uuidString

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
