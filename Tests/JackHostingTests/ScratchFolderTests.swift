import Foundation
import LV2TestSupport
import Testing

@testable import JackHosting

/// Folders that are gone with what made them, or with the next start.
@Suite struct ScratchFolderTests {
  @Test func onlyWhatNobodyUsesIsSwept() throws {
    let base = TemporaryBundle([:])
    let used = try ScratchFolder(in: base.path)
    try Data([1]).write(to: URL(fileURLWithPath: used.path + "/a"))
    let left = base.file("divisi-host-files-abcdef")
    try FileManager.default.createDirectory(
      atPath: left + "/in", withIntermediateDirectories: true)
    try Data([1]).write(to: URL(fileURLWithPath: left + "/in/a"))
    // What a link leads to is not the program's.
    let foreign = TemporaryBundle(["kept": "kept"])
    try FileManager.default.createSymbolicLink(
      atPath: base.file("divisi-host-files-ghijkl"), withDestinationPath: foreign.path)
    try FileManager.default.createSymbolicLink(
      atPath: left + "/link", withDestinationPath: foreign.path)
    ScratchFolder.sweep(base.path)
    #expect(FileManager.default.fileExists(atPath: used.path + "/a"))
    #expect(!FileManager.default.fileExists(atPath: left))
    #expect(FileManager.default.fileExists(atPath: foreign.file("kept")))
  }

  @Test func itIsGoneWithItsObject() throws {
    let base = TemporaryBundle([:])
    var folder: ScratchFolder? = try ScratchFolder(in: base.path)
    let path = try #require(folder?.path)
    try Data([1]).write(to: URL(fileURLWithPath: path + "/a"))
    folder = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
