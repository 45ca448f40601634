import Glibc
import Testing

@testable import AudioFiles

/// What programs leave that were killed.
@Suite struct LeftoverTests {
  /// The number of no process: Linux has none above 2²².
  private static let gone = 99_999_999

  /// What is typed as a name alone is written in the current folder.
  @Test func foldersOfFiles() {
    #expect(HiddenName.folder(of: "aligned.mid") == ".")
    #expect(HiddenName.folder(of: "tables/aligned.mid") == "tables")
    #expect(HiddenName.path(in: HiddenName.folder(of: "/aligned.mid")).hasPrefix("/.divisi-"))
  }

  @Test func filesOfProcessesThatAreGoneAreRemoved() throws {
    let folder = TemporaryFolder()
    let gone = Self.gone
    let own = HiddenName.path(in: folder.path)
    let fields = try #require(own.split(separator: "/").last).split(separator: "-")
    let names = [
      ".divisi-\(gone)-77-abc", ".divisi-\(gone)-abc",
      // The number of a process that has begun since.
      ".divisi-\(getpid())-1-abc",
      // These stay: what somebody is at work on, what is all that there is, and what is not ours.
      ".divisi-\(getpid())-\(fields[2])-abc", ".divisi-\(getpid())-abc",
      ".divisi-\(gone)-77-abc-kept",
      ".divisi-x", ".divisi-0-1-a", ".divisi--1-a", "x.wav",
    ]
    for name in names { write([1], to: folder.file(name)) }
    symlink("x.wav", folder.file(".divisi-\(gone)-77-link"))
    mkdir(folder.file(".divisi-\(gone)-77-folder"), 0o700)
    let staged = try StagedFiles(directory: folder.path)
    try staged.write(bytes: [1], name: "new")
    try staged.commit()
    #expect(
      folder.names
        == (names.dropFirst(3) + [".divisi-\(gone)-77-folder", ".divisi-\(gone)-77-link", "new"])
        .sorted())
  }

  /// Its process may be one that cannot be seen from here.
  @Test func aFileThatIsLockedStays() throws {
    let folder = TemporaryFolder()
    let gone = Self.gone
    let path = folder.file(".divisi-\(gone)-77-abc")
    var file: HiddenFile? = try HiddenFile(path, named: "x")
    HiddenName.sweep(folder.path)
    #expect(folder.names.count == 1)
    withExtendedLifetime(file) {}
    file = nil
    HiddenName.sweep(folder.path)
    #expect(folder.names.isEmpty)
  }

  /// Locked until they have their names, be they finished or not.
  @Test func stagedFilesAreLocked() throws {
    let folder = TemporaryFolder()
    let staged = try StagedFiles(directory: folder.path)
    try staged.write(bytes: [1], name: "bytes")
    try staged.write(stereoNoise(), name: "sound.wav", as: .wav16)
    let open = try staged.open(
      name: "open.wav", AudioShape(sampleRate: 44_100, channelCount: 1), as: .wav16,
      expectedCount: 1)
    for name in folder.names {
      let descriptor = Glibc.open(folder.file(name), O_RDONLY)
      #expect(flock(descriptor, LOCK_EX | LOCK_NB) != 0, "\(name)")
      close(descriptor)
    }
    #expect(folder.names.count == 3)
    _ = try open.append([[0.5]])
    try open.finish()
    try staged.commit()
    #expect(folder.names == ["bytes", "open.wav", "sound.wav"])
  }

  /// More than fit where a signal handler looks first.
  @Test func asManyPathsAsThereAre() {
    let folder = TemporaryFolder()
    let paths = TemporaryPaths(slotsPerBlock: 4, blockLimit: 3)
    for index in 0..<13 {
      write([1], to: folder.file("\(index)"))
      paths.insert(folder.file("\(index)"))
    }
    paths.deleteAll()
    #expect(folder.names == ["12"])
  }
}
