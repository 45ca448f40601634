import Glibc
import Testing

@testable import AudioFiles

@Suite struct StagedFilesTests {
  @Test func filesAppearAtTheCommit() throws {
    let folder = TemporaryFolder()
    let staged = try StagedFiles(directory: folder.path)
    try staged.write(stereoNoise(), name: "left.flac", as: .flac)
    try staged.write(stereoNoise(seed: 5), name: "right.flac", as: .flac)
    #expect(folder.names.count == 2)
    #expect(folder.names.allSatisfy { $0.hasPrefix(".divisi-\(getpid())-") })
    try staged.commit()
    #expect(folder.names == ["left.flac", "right.flac"])
    #expect(
      try AudioFile.read(path: folder.file("right.flac")).channels
        == stereoNoise(seed: 5).channels.map { $0.map(AudioFormat.flac.quantized) })
    staged.discard()
    #expect(folder.names == ["left.flac", "right.flac"])
  }

  /// Others may not write elsewhere, and files cannot be renamed from one file system to another.
  @Test(arguments: [("x.mid", "./"), ("/x.mid", "/"), ("a/b/x.mid", "a/b/")])
  func hiddenFilesAreBesideWhatTheyBecome(destination: String, start: String) {
    let hidden = HiddenName.path(in: HiddenName.folder(of: destination))
    #expect(hidden.hasPrefix(start + ".divisi-"))
    #expect(!hidden.dropFirst(start.count).contains("/"))
  }

  @Test func clippingIsCounted() throws {
    let folder = TemporaryFolder()
    let staged = try StagedFiles(directory: folder.path)
    let buffer = AudioBuffer(sampleRate: 44_100, channels: [[0, 2, -2, 0.5]])
    #expect(try staged.write(buffer, name: "x.wav", as: .wav24) == 2)
  }

  @Test func withoutACommitNothingStays() throws {
    let folder = TemporaryFolder()
    do {
      let staged = try StagedFiles(directory: folder.file("a/b//c/"))
      try staged.write(stereoNoise(), name: "x.wav", as: .wav16)
      #expect(directoryNames(folder.file("a/b/c")).count == 1)
    }
    #expect(folder.names.isEmpty)
  }

  @Test func foldersThatWereThereStay() throws {
    let folder = TemporaryFolder()
    mkdir(folder.file("a"), 0o700)
    _ = try StagedFiles(directory: folder.file("a/b"))
    #expect(folder.names == ["a"])
    #expect(directoryNames(folder.file("a")).isEmpty)
  }

  @Test func aCommitMakesFolders() throws {
    let folder = TemporaryFolder()
    let staged = try StagedFiles(directory: folder.file("out/song"))
    try staged.write(stereoNoise(), name: "x.wav", as: .wav16)
    try staged.commit()
    #expect(directoryNames(folder.file("out/song")) == ["x.wav"])
  }

  @Test func aFailureInTheMiddleLeavesNothing() throws {
    let folder = TemporaryFolder()
    do {
      let staged = try StagedFiles(directory: folder.file("out"))
      try staged.write(stereoNoise(), name: "good.wav", as: .wav16)
      let bad = AudioBuffer(sampleRate: 44_100, channels: [[0, .nan]])
      let error = #expect(throws: AudioFileError.self) {
        try staged.write(bad, name: "bad.wav", as: .wav16)
      }
      #expect(error?.path == folder.file("out/bad.wav"))
      #expect(directoryNames(folder.file("out")).count == 1)
    }
    #expect(folder.names.isEmpty)
  }

  @Test func existingFilesAreKeptUnlessForced() throws {
    let folder = TemporaryFolder()
    write("old".utf8, to: folder.file("x.wav"))
    let staged = try StagedFiles(directory: folder.path)
    let error = #expect(throws: AudioFileError.self) {
      try staged.write(stereoNoise(), name: "x.wav", as: .wav16)
    }
    #expect(
      error?.description
        == folder.file("x.wav") + ": expected a new file, or --force; it exists already")
    #expect(bytes(of: folder.file("x.wav")) == Array("old".utf8))

    let forced = try StagedFiles(directory: folder.path, force: true)
    try forced.write(stereoNoise(), name: "x.wav", as: .wav16)
    #expect(bytes(of: folder.file("x.wav")) == Array("old".utf8))
    try forced.commit()
    #expect(folder.names == ["x.wav"])
    #expect(try AudioFile.read(path: folder.file("x.wav")).sampleCount == 5000)
  }

  @Test func aFileThatSomebodyMakesMeanwhileIsKept() throws {
    let folder = TemporaryFolder()
    let staged = try StagedFiles(directory: folder.path)
    try staged.write(stereoNoise(), name: "a.wav", as: .wav16)
    try staged.write(stereoNoise(), name: "b.wav", as: .wav16)
    write("theirs".utf8, to: folder.file("b.wav"))
    let error = #expect(throws: AudioFileError.self) { try staged.commit() }
    #expect(error?.path == folder.file("b.wav"))
    #expect(folder.names == ["b.wav"])
    #expect(bytes(of: folder.file("b.wav")) == Array("theirs".utf8))
  }

  @Test func aForcedCommitThatFailsRestoresWhatWasThere() throws {
    let folder = TemporaryFolder()
    write("old a".utf8, to: folder.file("a.wav"))
    let staged = try StagedFiles(directory: folder.path, force: true)
    for name in ["a.wav", "b.wav", "c.wav"] {
      try staged.write(stereoNoise(), name: name, as: .wav16)
    }
    mkdir(folder.file("c.wav"), 0o700)
    write([], to: folder.file("c.wav/inside"))
    let error = #expect(throws: AudioFileError.self) { try staged.commit() }
    #expect(error?.path == folder.file("c.wav"))
    #expect(folder.names == ["a.wav", "c.wav"])
    #expect(directoryNames(folder.file("c.wav")) == ["inside"])
    #expect(bytes(of: folder.file("a.wav")) == Array("old a".utf8))
  }

  /// Files of several folders, and the second one cannot get its name.
  @Test func filesOfSeveralFoldersAppearTogether() throws {
    let folder = TemporaryFolder()
    for fails in [true, false] {
      let staged = StagedFiles()
      for name in ["a/x.csv", "b/c/y.csv"] {
        try staged.write(bytes: Array(name.utf8), name: folder.file(name))
      }
      if fails {
        write("theirs".utf8, to: folder.file("b/c/y.csv"))
        #expect(throws: AudioFileError.self) { try staged.commit() }
        #expect(bytes(of: folder.file("b/c/y.csv")) == Array("theirs".utf8))
        #expect(folder.names == ["b"])
        unlink(folder.file("b/c/y.csv"))
      } else {
        try staged.commit()
        #expect(bytes(of: folder.file("a/x.csv")) == Array("a/x.csv".utf8))
        #expect(bytes(of: folder.file("b/c/y.csv")) == Array("b/c/y.csv".utf8))
      }
    }
    for name in ["", "a/", "..", "a/.", "a\u{0}b"] {
      #expect(throws: AudioFileError.self) { try StagedFiles().write(bytes: [], name: name) }
    }
  }

  @Test(arguments: ["", ".", "..", "../b.wav", "a//b.wav", "a/", "/etc/x", "a\u{0}b"])
  func whatIsNoFileNameIsRefused(name: String) throws {
    let folder = TemporaryFolder()
    let staged = try StagedFiles(directory: folder.path)
    let error = #expect(throws: AudioFileError.self) {
      try staged.write(stereoNoise(), name: name, as: .wav16)
    }
    #expect(error?.expected == "a file name")
  }

  @Test func foldersOnTheWayAreMadeAndLeaveWithTheirFiles() throws {
    let folder = TemporaryFolder()
    for commits in [false, true] {
      let staged = try StagedFiles(directory: folder.file("out"))
      try staged.write(stereoNoise(), name: "a/x.wav", as: .wav16)
      try staged.write(stereoNoise(), name: "a/b/x.wav", as: .wav16)
      if commits { try staged.commit() } else { staged.discard() }
      #expect(folder.names == (commits ? ["out"] : []))
    }
    #expect(directoryNames(folder.file("out/a")) == ["b", "x.wav"])
    #expect(directoryNames(folder.file("out/a/b")) == ["x.wav"])

    let staged = try StagedFiles(directory: folder.file("out"))
    try staged.write(stereoNoise(), name: "c/x.wav", as: .wav16)
    try staged.write(stereoNoise(), name: "d/x.wav", as: .wav16)
    write("theirs".utf8, to: folder.file("out/d/x.wav"))
    #expect(throws: AudioFileError.self) { try staged.commit() }
    #expect(directoryNames(folder.file("out")) == ["a", "d"])
    #expect(directoryNames(folder.file("out/d")) == ["x.wav"])
  }

  @Test func twoOutputsOfOneNameAreRefused() throws {
    let folder = TemporaryFolder()
    let staged = try StagedFiles(directory: folder.path, force: true)
    try staged.write(stereoNoise(), name: "x.wav", as: .wav16)
    let error = #expect(throws: AudioFileError.self) {
      try staged.write(stereoNoise(), name: "x.wav", as: .wav16)
    }
    #expect(error?.found == "two have this one")
  }

  @Test func theLongestNamesAreWritten() throws {
    let folder = TemporaryFolder()
    let name = String(repeating: "x", count: 251) + ".wav"
    let staged = try StagedFiles(directory: folder.path)
    try staged.write(stereoNoise(), name: name, as: .wav16)
    try staged.commit()
    #expect(folder.names == [name])
  }

  @Test func aFolderThatCannotBeMadeIsNamed() {
    let folder = TemporaryFolder()
    write("x".utf8, to: folder.file("file"))
    let file = #expect(throws: AudioFileError.self) {
      try StagedFiles(directory: folder.file("file"))
    }
    #expect(file?.description == folder.file("file") + ": expected a folder; this is a file")
    let below = #expect(throws: AudioFileError.self) {
      try StagedFiles(directory: folder.file("file/out"))
    }
    #expect(below?.path == folder.file("file"))
    let proc = #expect(throws: AudioFileError.self) { try StagedFiles(directory: "/proc/divisi") }
    #expect(
      proc?.description == "/proc/divisi: expected to make this folder; No such file or directory")
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write anywhere"))
  func aProtectedFolderIsNamed() throws {
    let folder = TemporaryFolder()
    chmod(folder.path, 0o500)
    let staged = try StagedFiles(directory: folder.path)
    let error = #expect(throws: AudioFileError.self) {
      try staged.write(stereoNoise(), name: "x.wav", as: .wav16)
    }
    #expect(error?.description.hasSuffix("expected to write this file; Permission denied") == true)
  }

  @Test func pathsAreDeletedAsASignalHandlerWould() {
    let folder = TemporaryFolder()
    let paths = TemporaryPaths(slotsPerBlock: 2)
    mkdir(folder.file("made"), 0o700)
    mkdir(folder.file("made/inner"), 0o700)
    for name in ["made/inner/a", "kept", "another"] { write([1], to: folder.file(name)) }
    for name in ["made", "made/inner", "made/inner/a", "kept", "another"] {
      paths.insert(folder.file(name))
    }
    paths.remove(folder.file("kept"))
    paths.deleteAll()
    #expect(folder.names == ["kept"])
  }
}
