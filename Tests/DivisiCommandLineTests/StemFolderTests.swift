import Foundation
import Testing

@testable import DivisiCommandLine

@Suite struct StemFolderTests {
  /// Runs a body in a folder of empty files.
  private func withFiles(_ names: [String], _ body: (StemFolder) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "divisi-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path + "/deeper", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    for name in names {
      #expect(FileManager.default.createFile(atPath: "\(path)/\(name)", contents: nil))
    }
    try body(StemFolder(path, what: "stems"))
  }

  @Test func stemsAreSoundFilesByName() throws {
    try withFiles(["KD.wav", "Snare.FLAC", "notes.txt", ".hidden.wav", "MIX.wav"]) { folder in
      #expect(folder.stems.map(\.name) == ["KD", "Snare"])
      #expect(folder.mixture?.name == "MIX")
      #expect(folder.folders == ["deeper"])
      let found = try ["kick", "SD", "hihat"].map {
        try folder.stem(of: $0, what: "reference")?.name
      }
      #expect(found == ["KD", "Snare", nil])
    }
  }

  @Test func twoStemsOfOnePartAreRefused() throws {
    try withFiles(["kick.wav", "KD.flac"]) { folder in
      #expect {
        try folder.stem(of: "kick", what: "reference")
      } throws: { "\($0)".contains("expected one reference for the part 'kick'") }
    }
    #expect { try StemFolder("/no/such", what: "stems") } throws: {
      "\($0)" == "/no/such: expected stems; it cannot be read"
    }
  }
}
