internal import Glibc

/// The output files of one recording, which appear together or not at all.
///
/// Files are written under hidden names in the folder where they belong, so that ``commit()`` only
/// has to rename them. Without a commit they vanish with this object, and with them the folders
/// that it made. See ``removeOnSignals()`` for a program that is stopped; what one leaves that is killed, the
/// next one removes that writes into the same folder (``HiddenName``).
public final class StagedFiles {
  /// One output on its way.
  struct File {
    var name: String
    var temporary: String
    var destination: String
    /// What keeps the file open, and with it the lock that says that somebody is at work on it.
    let lock: AnyObject
  }

  /// What names are relative to; nil where they are paths.
  private let directory: String?
  private let force: Bool
  private(set) var files: [File] = []
  /// Folders in which others' leftovers have been looked for.
  private var sweptDirectories: Set<String> = []
  /// Folders made here, outermost first.
  private var createdDirectories: [String] = []

  /// Prepares a folder, which is made if it is missing, along with the folders above it.
  ///
  /// - Parameter force: whether files that exist already may be replaced.
  /// - Throws: one line if the folder cannot be made, or is no folder.
  public init(directory: String, force: Bool = false) throws(AudioFileError) {
    self.directory = directory
    self.force = force
    do throws(AudioFileError) {
      try createDirectory(directory)
    } catch {
      discard()
      throw error
    }
  }

  /// Prepares for files in any folders; their names are paths.
  ///
  /// - Parameter force: whether files that exist already may be replaced.
  public init(force: Bool = false) {
    directory = nil
    self.force = force
  }

  deinit { discard() }

  /// Writes one file aside.
  ///
  /// - Parameters:
  ///   - name: the file's path within the folder, with its extension; folders on the way are made.
  /// - Returns: how many samples were clipped, as ``AudioFile/write(_:to:as:)`` counts them.
  /// - Throws: one line if the name is no file name, is taken, or the file cannot be written.
  @discardableResult
  public func write(
    _ buffer: AudioBuffer, name: String, as format: AudioFormat
  ) throws(AudioFileError) -> Int {
    let writer = try open(
      name: name, buffer.shape, as: format, expectedCount: buffer.sampleCount)
    do throws(AudioFileError) {
      try writer.append(buffer.channels.map { $0[...] })
      return try writer.finish()
    } catch {
      TemporaryPaths.shared.remove(files.removeLast().temporary)
      throw error
    }
  }

  /// Begins one file aside, whose samples come piece by piece; it must be finished before the
  /// commit.
  ///
  /// - Parameters:
  ///   - name: the file's path within the folder, with its extension; folders on the way are made.
  ///   - details: how well lossy formats keep the sound, and what else the file says.
  ///   - expectedCount: samples of each channel that will come, as far as is known.
  /// - Throws: one line if the name is no file name, is taken, or the file cannot be written.
  public func open(
    name: String, _ shape: AudioShape, as format: AudioFormat,
    details: EncodingDetails = EncodingDetails(), expectedCount: Int
  ) throws(AudioFileError) -> AudioFileWriter {
    try stage(name) { (temporary, destination) throws(AudioFileError) in
      try AudioFileWriter(
        path: temporary, named: destination, shape, as: format, details: details,
        expectedCount: expectedCount)
    }
  }

  /// Writes one file that is not audio aside.
  ///
  /// - Parameter name: as of ``write(_:name:as:)``.
  /// - Throws: one line if the name is no file name, is taken, or the file cannot be written.
  public func write(bytes: [UInt8], name: String) throws(AudioFileError) {
    _ = try stage(name) { (temporary, destination) throws(AudioFileError) in
      let file = try HiddenFile(temporary, named: destination)
      let descriptor = file.descriptor
      var sink = FileSink(descriptor: descriptor)
      _ = bytes.withUnsafeBytes { sink.write($0.baseAddress, count: $0.count) }
      if sink.errorNumber == 0, fsync(descriptor) != 0 { sink.errorNumber = errno }
      guard sink.errorNumber == 0 else {
        unlink(temporary)
        throw AudioFileError(
          destination, expected: "to write this file", errorNumber: sink.errorNumber)
      }
      return file
    }
  }

  /// Finds a hidden place for a file, and remembers what was made there.
  ///
  /// - Parameter make: makes it, and returns what keeps it open.
  func stage<Result: AnyObject>(
    _ name: String,
    _ make: (_ temporary: String, _ destination: String) throws(AudioFileError) -> Result
  ) throws(AudioFileError) -> Result {
    let destination = directory.map { "\($0)/\(name)" } ?? name
    let components = name.split(separator: "/", omittingEmptySubsequences: false)
    // Names stay within the directory; paths may go anywhere.
    let named = directory == nil ? components.suffix(1) : components[...]
    guard named.allSatisfy({ !["", ".", ".."].contains($0) }), !name.utf8.contains(0) else {
      throw AudioFileError(destination, expected: "a file name", found: "it is \"\(name)\"")
    }
    guard !files.contains(where: { $0.name == name }) else {
      throw AudioFileError(
        destination, expected: "a name of its own for each output", found: "two have this one")
    }
    if components.count > 1 {
      let folder = components.dropLast().joined(separator: "/")
      try createDirectory(directory.map { "\($0)/\(folder)" } ?? (folder.isEmpty ? "/" : folder))
    }
    try checkIsFree(destination)
    let folder = HiddenName.folder(of: destination)
    if sweptDirectories.insert(folder).inserted { HiddenName.sweep(folder) }
    let temporary = HiddenName.path(in: folder)
    TemporaryPaths.shared.insert(temporary)
    do throws(AudioFileError) {
      let result = try make(temporary, destination)
      files.append(File(name: name, temporary: temporary, destination: destination, lock: result))
      return result
    } catch {
      TemporaryPaths.shared.remove(temporary)
      throw error
    }
  }

  /// Gives all files their names.
  ///
  /// If one of them cannot get its name, none does, and files that were there before are as before.
  ///
  /// - Throws: one line that names the file.
  public func commit() throws(AudioFileError) {
    Self.holdSignals()
    defer { Self.releaseSignals() }
    var replaced: [(destination: String, backup: String?)] = []
    do throws(AudioFileError) {
      for file in files {
        replaced.append((file.destination, try publish(file)))
      }
    } catch {
      for (destination, backup) in replaced.reversed() {
        if let backup { rename(backup, destination) } else { unlink(destination) }
      }
      discard()
      throw error
    }
    for case (_, let backup?) in replaced { unlink(backup) }
    for path in files.map(\.temporary) + createdDirectories { TemporaryPaths.shared.remove(path) }
    files = []
    createdDirectories = []
  }

  /// Removes what was written aside; nothing after a commit.
  public func discard() {
    for file in files {
      unlink(file.temporary)
      TemporaryPaths.shared.remove(file.temporary)
    }
    for path in createdDirectories.reversed() {
      rmdir(path)
      TemporaryPaths.shared.remove(path)
    }
    files = []
    createdDirectories = []
  }

  /// Gives one file its name, and returns where the file that had it is kept.
  private func publish(_ file: File) throws(AudioFileError) -> String? {
    try checkIsFree(file.destination)
    guard force else {
      // A link, unlike a rename, never replaces a file that somebody made in the meantime.
      if link(file.temporary, file.destination) == 0 {
        unlink(file.temporary)
        return nil
      }
      // Some file systems have no links.
      try checkIsFree(file.destination)
      try move(file.temporary, to: file.destination)
      return nil
    }
    var backup = HiddenName.path(in: HiddenName.folder(of: file.destination))
    var hadFile = link(file.destination, backup) == 0
    if !hadFile {
      // For a moment this is all that there is of the file.
      backup += HiddenName.keptSuffix
      hadFile = rename(file.destination, backup) == 0
    }
    do throws(AudioFileError) {
      try move(file.temporary, to: file.destination)
    } catch {
      if hadFile { rename(backup, file.destination) }
      throw error
    }
    return hadFile ? backup : nil
  }

  private func move(_ source: String, to destination: String) throws(AudioFileError) {
    guard rename(source, destination) == 0 else {
      throw AudioFileError(destination, expected: "to write this file", errorNumber: errno)
    }
  }

  private func checkIsFree(_ path: String) throws(AudioFileError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw AudioFileError(path, expected: "to write this file", found: "this is a folder")
    }
    // A link is replaced, never followed.
    guard [S_IFREG, S_IFLNK].contains(status.st_mode & S_IFMT) else {
      throw AudioFileError(
        path, expected: "a file, or nothing of this name", found: "this is a pipe or a device")
    }
    guard force else {
      throw AudioFileError(path, expected: "a new file, or --force", found: "it exists already")
    }
  }

  private func createDirectory(_ path: String) throws(AudioFileError) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw AudioFileError(path, expected: "a folder", found: "this is a file")
      }
      return
    }
    var parent = path[...]
    while parent.count > 1, parent.last == "/" { parent.removeLast() }
    if let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
      try createDirectory(String(parent[..<slash]))
    }
    if mkdir(path, 0o777) == 0 {
      createdDirectories.append(path)
      TemporaryPaths.shared.insert(path)
    } else if errno != EEXIST {
      throw AudioFileError(path, expected: "to make this folder", errorNumber: errno)
    }
  }
}
