import Foundation
import Testing

@testable import Catalogues

@Suite struct ManifestTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("recording", to: "a.wav")
    try scratch.write("score", to: "a.mid")
    try scratch.write("stem", to: "left.flac")
  }

  private func made() throws -> Manifest {
    Manifest(
      inputs: [
        "recording": try FileStamp(path: scratch.file("a.wav")),
        "score": try FileStamp(path: scratch.file("a.mid")),
      ], options: "o", version: "v",
      files: ["{dir}/left.flac": try FileStamp(path: scratch.file("left.flac"))],
      result: #"{"input":"a,\"result\":.wav"}"#)
  }

  private var inputs: [String: InputOfRecording] {
    ["recording": .file(scratch.file("a.wav")), "score": .file(scratch.file("a.mid"))]
  }

  private func change(
    _ manifest: Manifest, inputs: [String: InputOfRecording]? = nil, options: String = "o",
    version: String = "v"
  ) -> (change: String?, isRenewed: Bool) {
    var manifest = manifest
    var isRenewed = false
    let change = manifest.change(
      inputs: inputs ?? self.inputs, options: options, version: version, isRenewed: &isRenewed)
    return (change, isRenewed)
  }

  @Test func whatIsWrittenIsRead() throws {
    let manifest = try made()
    try manifest.write(to: scratch.file("manifest.json"))
    let read = try #require(try Manifest(path: scratch.file("manifest.json")))
    #expect(read.inputs == manifest.inputs)
    #expect(read.files == manifest.files)
    #expect(read.result == manifest.result)
    let json = try JSONSerialization.jsonObject(with: Data(scratch.text("manifest.json").utf8))
    let result = (json as? [String: Any])?["result"] as? [String: String]
    #expect(result?["input"] == #"a,"result":.wav"#)
    #expect(try Manifest(path: scratch.file("missing.json")) == nil)
  }

  /// Any damage is an error of one line, or another value, and no trap.
  @Test func damageIsRefused() throws {
    try made().write(to: scratch.file("m.json"))
    let bytes = Array(try scratch.text("m.json").utf8)
    for length in 0..<bytes.count {
      try Data(bytes[..<length]).write(to: URL(fileURLWithPath: scratch.file("cut.json")))
      #expect(throws: CatalogueError.self) { try Manifest(path: scratch.file("cut.json")) }
    }
  }

  @Test func everyChangeIsNamed() throws {
    let manifest = try made()
    #expect(change(manifest).change == nil)
    #expect(change(manifest, options: "p").change == "an option")
    #expect(change(manifest, version: "w").change == "the version of divisi")
    #expect(change(manifest, inputs: ["recording": inputs["recording"]!]).change == "the score")
    try scratch.write("another one", to: "b.wav")
    let other = InputOfRecording.known(try FileStamp(path: scratch.file("b.wav")))
    #expect(
      change(manifest, inputs: inputs.merging(["model": other]) { $1 }).change == "the model")
    #expect(
      change(manifest, inputs: inputs.merging(["score": other]) { $1 }).change == "the score")
    // As many bytes as before, and other ones.
    try scratch.write("scorf", to: "a.mid")
    #expect(change(manifest).change == "the score")
  }

  /// A copy is the same recording; it is looked at once.
  @Test func copiesAreTheSame() throws {
    let manifest = try made()
    try FileManager.default.copyItem(atPath: scratch.file("a.wav"), toPath: scratch.file("b.wav"))
    let found = change(
      manifest, inputs: inputs.merging(["recording": .file(scratch.file("b.wav"))]) { $1 })
    #expect(found.change == nil && found.isRenewed)
    #expect(!change(manifest).isRenewed)
  }

  @Test func stemsThatAreGoneOrDamagedAreNamed() throws {
    var manifest = try made()
    var isRenewed = false
    #expect(manifest.damage(below: scratch.path, isRenewed: &isRenewed) == nil && !isRenewed)
    try scratch.write("stem", to: "left.flac")
    #expect(manifest.damage(below: scratch.path, isRenewed: &isRenewed) == nil && isRenewed)
    try scratch.write("stxm", to: "left.flac")
    #expect(
      manifest.damage(below: scratch.path, isRenewed: &isRenewed) == scratch.file("left.flac"))
    try FileManager.default.removeItem(atPath: scratch.file("left.flac"))
    #expect(
      manifest.damage(below: scratch.path, isRenewed: &isRenewed) == scratch.file("left.flac"))
  }

  /// As xxhsum prints it: of nothing, and of a text.
  @Test func hashesAreThoseOfXxh128sum() throws {
    try scratch.write("", to: "empty")
    #expect(
      try FileStamp(path: scratch.file("empty")).xxh128 == "99aa06d3014798d86001c324468d497f")
    #expect(FileStamp.hash(of: "score") == (try FileStamp(path: scratch.file("a.mid")).xxh128))
  }
}

@Suite struct AttemptTests {
  private let scratch: Scratch
  private var path: String { scratch.file("out/a/manifest.started") }

  init() throws { scratch = try Scratch() }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: scratch.file(name))
  }

  @Test func whatEndsLeavesNothing() throws {
    let attempt = try Attempt(path: path, key: "k", files: [])
    #expect(Attempt.left(at: path) == Attempt.Note(count: 1, key: "k", files: []))
    attempt.end(leaving: [])
    #expect(!exists("out"))
  }

  /// As after a kill: the object goes, and the file stays.
  @Test func attemptsAreCounted() throws {
    for count in 1...3 {
      let attempt = try Attempt(path: path, key: "k", files: ["f\(count)"])
      try attempt.willWrite(["g"])
      #expect(Attempt.left(at: path)?.count == count)
    }
    #expect(Attempt.left(at: path)?.files == ["f1", "f2", "f3", "g"])
    let other = try Attempt(path: path, key: "l", files: [])
    #expect(other.note == Attempt.Note(count: 1, key: "l", files: ["f1", "f2", "f3", "g"]))
    other.end(leaving: ["g"])
    #expect(Attempt.left(at: path) == Attempt.Note(count: 0, key: "l", files: ["g"]))
  }

  @Test func oneProgramIsAtIt() throws {
    let attempt = try Attempt(path: path, key: "k", files: [])
    #expect(throws: CatalogueError.self) { try Attempt(path: path, key: "k", files: []) }
    Attempt.clear(path)
    #expect(exists("out/a/manifest.started"))
    attempt.end(leaving: [])
  }

  @Test func aTornNoteIsTheOneBefore() throws {
    _ = try Attempt(path: path, key: "k", files: ["f"])
    let text = try scratch.text("out/a/manifest.started")
    try scratch.write(text + #"{"count":2,"#, to: "out/a/manifest.started")
    #expect(Attempt.left(at: path)?.files == ["f"])
    try scratch.write("", to: "out/a/manifest.started")
    #expect(Attempt.left(at: path)?.count == 1)
  }
}
