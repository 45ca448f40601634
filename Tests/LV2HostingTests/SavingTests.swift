import Foundation
import LV2Hosting
import LV2TestSupport
import Testing

/// A folder with a state has the old one or the new one, whole.
@Suite struct SavingTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "divisi-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { folder + "/" + name }

  private func write(_ text: String, to name: String) throws {
    let url = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func text(_ name: String) -> String? {
    try? String(contentsOfFile: path(name), encoding: .utf8)
  }

  private var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? []
  }

  /// An instance that keeps the number of questions, and a file if its folder is given.
  private func echo(scratch: String? = nil) throws -> Instance {
    try EchoPlugin.instance { $0.scratchFolder = scratch }
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// lilv would wait for what nobody writes, and read a device for ever.
  @Test func pipesAndDevicesAreNoStates() throws {
    defer { remove() }
    #expect(mkfifo(path("state.ttl"), 0o600) == 0)
    let world = try echo().plugin.world
    for place in [path("state.ttl"), "/dev/zero"] {
      #expect(throws: HostingError.self) { _ = try State(path: place, in: world) }
    }
  }

  @Test func whatWasInterruptedIsFinished() throws {
    defer { remove() }
    try write("old", to: "state.ttl")
    try write("old", to: "controllers.txt")
    try write("new", to: ".divisi-saved/state.ttl")
    try write("new", to: ".divisi-saved/controllers.txt")
    try write("old", to: ".divisi-saved/replaced/state.ttl")
    // Processes have lower numbers, so nobody writes in the first.
    try write("half", to: ".divisi-save-2000000000-x/state.ttl")
    // Numbers come again, and mean something else elsewhere: whoever writes has the folder locked.
    try write("half", to: ".divisi-save-\(getpid())-x/state.ttl")
    try write("half", to: ".divisi-save-2000000000-y/state.ttl")
    let writing = open(path(".divisi-save-2000000000-y"), O_RDONLY | O_DIRECTORY)
    defer { close(writing) }
    try #require(flock(writing, LOCK_EX | LOCK_NB) == 0)
    try State.finishSaving(in: folder)
    #expect(names == [".divisi-save-2000000000-y", "controllers.txt", "state.ttl"])
    #expect(text("state.ttl") == "new" && text("controllers.txt") == "new")
    try State.finishSaving(in: folder)
    #expect(text("state.ttl") == "new")
    try State.finishSaving(in: path("nowhere"))
  }

  /// Another program that comes while a state is being written leaves it alone.
  @Test func whatIsBeingWrittenIsLocked() throws {
    defer { remove() }
    let state = try State(of: echo(), folder: folder)
    let writing = try #require(names.first { $0.hasPrefix(".divisi-save-") })
    let other = open(path(writing), O_RDONLY | O_DIRECTORY)
    defer { close(other) }
    #expect(flock(other, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    try State.finishSaving(in: folder)
    try state.save(to: folder)
    #expect(names == ["manifest.ttl", "state.ttl"])
  }

  @Test func whatCannotBeWrittenLeavesEverything() throws {
    defer { remove() }
    let echo = try echo()
    echo["gain"] = 2
    try State(of: echo, folder: folder).save(to: folder, with: [("more.txt", [1])])
    #expect(names == ["manifest.ttl", "more.txt", "state.ttl"])
    let old = text("state.ttl")
    #expect(old?.contains("\"gain\"") == true)
    echo["gain"] = 3
    try FileManager.default.createDirectory(
      atPath: path("other.txt"), withIntermediateDirectories: true)
    let error = #expect(throws: HostingError.self) {
      try State(of: echo, folder: folder).save(
        to: folder, with: [("more.txt", [2]), ("other.txt", [2])])
    }
    #expect(error?.description == path("other.txt") + ": expected to write this; this is a folder")
    #expect(text("state.ttl") == old && text("more.txt") == "\u{1}")
    #expect(names == ["manifest.ttl", "more.txt", "other.txt", "state.ttl"])
    try State(of: echo, folder: folder).save(to: folder, with: [("more.txt", [3])])
    #expect(text("state.ttl") != old && text("more.txt") == "\u{3}")
    #expect(names == ["manifest.ttl", "more.txt", "other.txt", "state.ttl"])
    let file = path("more.txt")
    #expect(throws: HostingError.self) { try State(of: echo, folder: file + "/below") }
  }

  /// The old state refers to the file as it was.
  @Test func filesOfTheOldStateStay() throws {
    defer { remove() }
    let scratch = TemporaryBundle([:])
    let echo = try echo(scratch: scratch.path)
    for (text, count) in [("one", 1), ("two", 2), ("two", 2), ("one", 2)] {
      scratch.write(text, to: "file.txt")
      try State(of: echo, folder: folder).save(to: folder)
      #expect(names.filter { $0.hasPrefix("file") }.count == count)
      #expect(
        self.text("state.ttl")?.contains(text == "one" ? "<file.txt>" : "<file-2.txt>") == true)
    }
    #expect(text("file.txt") == "one" && text("file-2.txt") == "two")
    #expect(names == ["file-2.txt", "file.txt", "manifest.ttl", "state.ttl"])
  }

  @Test(arguments: [
    "<urn:test:other> a <urn:test:Thing> .\n",
    "@prefix ex: <urn:test:> .\n\nex:other a ex:Thing ;\n\tex:is ex:here .\n",
    "# Nothing yet, \u{FC}brigens.\n",
  ])
  func othersInTheManifestStay(other: String) throws {
    defer { remove() }
    try write(other, to: "manifest.ttl")
    for _ in 0..<2 {
      try State(of: echo(), folder: folder).save(to: folder)
      let manifest = try #require(text("manifest.ttl"))
      #expect(manifest.hasPrefix(other))
      #expect(manifest.components(separatedBy: "<state.ttl>\n").count == 2)
    }
    let world = try EchoPlugin.world()
    #expect(try State(path: path("state.ttl"), in: world).controls["gain"] == 1)
  }

  /// Nobody knows what it says; a link to itself is one that even root cannot read.
  @Test func aManifestThatCannotBeReadStays() throws {
    defer { remove() }
    try FileManager.default.createSymbolicLink(
      atPath: path("manifest.ttl"), withDestinationPath: "manifest.ttl")
    let error = #expect(throws: HostingError.self) {
      try State(of: echo(), folder: folder).save(to: folder)
    }
    #expect(error?.subject == path("manifest.ttl"))
    #expect(error?.problem.hasPrefix("expected to read this; ") == true)
    #expect(names == ["manifest.ttl"])
  }
}
