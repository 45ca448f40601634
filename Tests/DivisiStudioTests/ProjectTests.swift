import Foundation
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
  ]) func damagedProjectsAreRefused(text: String) throws {
    let project = try shelf.create(named: "x")
    try Data(text.utf8).write(to: URL(fileURLWithPath: project.path + "/studio.json"))
    #expect(throws: (any Error).self) { try project.read() }
    #expect(shelf.entries().isEmpty)
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

  @Test func wishesBecomeOptions() {
    var request = SeparationRequest()
    #expect(request.options == ["--preset=hands", "--align=auto", "--partial"])
    request.jumps = true
    request.accepts = true
    request.split = "--force"
    #expect(
      request.options.suffix(3) == ["--jumps=any", "--force-score", "--split=--force"],
      "what is typed stays a value")
    request.align = .off
    #expect(!request.options.contains("--jumps=any"))
  }
}

/// A folder for projects that is gone when the test is.
final class TemporaryShelf: Sendable {
  let path = NSTemporaryDirectory() + "divisi-test-" + UUID().uuidString

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
