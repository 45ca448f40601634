internal import Glibc

/// A folder with a state, in which another takes its place as a whole.
///
/// What belongs to the new state is written aside in the folder. Files that a state refers to come under names that
/// nothing has yet, so that the old state keeps its own. Documents, whose names are always the same, get the name
/// `.divisi-saved` together, by one rename: from then on the new state counts. Then each of them takes its place; if the
/// program ends meanwhile, `finish` does the rest.
final class StateFolder {
  /// Where it is, from the root and without links.
  let path: String
  /// Where everything is written first, and its descriptor, which is locked: so a folder that was left behind can be told
  /// from one in use, whatever numbers processes have had since.
  private let staging: String
  private let lock: Int32
  private var createdFolders: [String]
  private var documents: [String] = []
  /// Files that have got their names.
  private var placedFiles: [String] = []

  /// Names that no file gets which a state refers to.
  private static let reserved: Set = ["manifest.ttl", "state.ttl"]
  private static let stagingPrefix = ".divisi-save-"
  private static let saved = "/.divisi-saved"
  /// In the staging folder: files that the state refers to, and documents that are replaced.
  private static let files = "/files"
  private static let replaced = "/replaced"

  /// Prepares a folder, which is made if it is not there.
  ///
  /// - Throws: if it cannot be made or written.
  init(_ path: String) throws(HostingError) {
    createdFolders = try Disk.makeFolder(path)
    self.path = Disk.real(path)
    do throws(HostingError) {
      try Self.finish(at: self.path)
      (staging, lock) = try Self.makeStaging(in: self.path, for: path)
    } catch {
      for folder in createdFolders.reversed() { rmdir(folder) }
      throw error
    }
  }

  deinit {
    discard()
    close(lock)
  }

  /// Makes a folder that nobody takes for one that was left behind as long as its descriptor is open.
  private static func makeStaging(
    in folder: String, for destination: String
  ) throws(HostingError) -> (path: String, lock: Int32) {
    while true {
      let random = String(UInt64.random(in: 0 ... .max), radix: 36)
      let path = "\(folder)/\(stagingPrefix)\(getpid())-\(random)"
      guard mkdir(path, 0o777) == 0 else { throw Disk.unwritable(destination) }
      let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      // Until it was locked, another program may have begun to remove it, or have done so.
      let isTaken = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
      if !isTaken, lock >= 0, mkdir(path + files, 0o777) == 0 { return (path, lock) }
      let problem = errno
      if lock >= 0 { close(lock) }
      guard isTaken || problem == ENOENT else {
        rmdir(path)
        throw Disk.unwritable(destination, problem)
      }
    }
  }

  /// Removes what was written aside; nothing after `commit`.
  private func discard() {
    for file in placedFiles.reversed() { unlink(file) }
    Disk.delete(staging)
    for folder in createdFolders.reversed() { rmdir(folder) }
  }

  // MARK: What belongs to the state

  /// Where a file is written that the state refers to by this name.
  func place(ofFile name: String) -> String { staging + Self.files + "/" + name }

  /// Whether something has this name, or will have.
  func has(_ name: String) -> Bool {
    Self.reserved.contains(name) || Disk.exists(path + "/" + name)
      || Disk.exists(place(ofFile: name))
  }

  /// Writes a document aside.
  func write(_ bytes: [UInt8], as name: String) throws(HostingError) {
    let destination = path + "/" + name
    var status = stat()
    if lstat(destination, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw HostingError(destination, "expected to write this; this is a folder")
    }
    guard !Disk.exists(place(ofFile: name)) else {
      throw HostingError(destination, "expected to write this; a file of the plugin has the name")
    }
    try Disk.write(bytes, to: staging + "/" + name, for: destination)
    documents.append(name)
  }

  // MARK: The new state takes the old one's place

  /// Makes the new state the folder's. If that fails, the old one is as it was.
  func commit() throws(HostingError) {
    try placeFiles(below: "")
    rmdir(staging + Self.files)
    guard mkdir(staging + Self.replaced, 0o777) == 0 else { throw Disk.unwritable(path) }
    for name in documents where Disk.exists(path + "/" + name) {
      let (old, kept) = (path + "/" + name, staging + Self.replaced + "/" + name)
      guard link(old, kept) != 0 else { continue }
      // Some file systems have no links.
      guard let bytes = Disk.read(old) else { throw Disk.unwritable(old) }
      try Disk.write(bytes, to: kept, for: old)
    }
    try Disk.sync(staging, for: path)
    try Disk.sync(path, for: path)
    guard rename(staging, path + Self.saved) == 0 else { throw Disk.unwritable(path) }
    do throws(HostingError) {
      try Disk.sync(path, for: path)
      try Self.placeDocuments(at: path)
    } catch {
      putBack()
      throw error
    }
    Disk.delete(path + Self.saved)
    placedFiles = []
    createdFolders = []
  }

  /// Gives files their names.
  private func placeFiles(below folder: String) throws(HostingError) {
    for name in Disk.names(in: place(ofFile: folder)) {
      let name = folder + name
      let (source, destination) = (place(ofFile: name), path + "/" + name)
      var status = stat()
      guard lstat(source, &status) == 0 else { throw Disk.unwritable(destination) }
      if status.st_mode & S_IFMT == S_IFDIR {
        createdFolders += try Disk.makeFolder(destination)
        try placeFiles(below: name + "/")
        rmdir(source)
        try Disk.sync(destination, for: destination)
      } else {
        if status.st_mode & S_IFMT == S_IFREG { try Disk.sync(source, for: destination) }
        guard !Disk.exists(destination), rename(source, destination) == 0 else {
          throw Disk.unwritable(destination)
        }
        placedFiles.append(destination)
      }
    }
  }

  /// Has the old documents in their places again.
  private func putBack() {
    let saved = path + Self.saved
    for name in documents where !Disk.exists(saved + "/" + name) {
      let isBack = rename(saved + Self.replaced + "/" + name, path + "/" + name) == 0
      if !isBack && errno == ENOENT { unlink(path + "/" + name) }
    }
    Disk.delete(saved)
  }

  private static func placeDocuments(at path: String) throws(HostingError) {
    let saved = path + Self.saved
    for name in Disk.names(in: saved) where "/" + name != Self.replaced {
      // Another program may have done it in the meantime.
      guard rename(saved + "/" + name, path + "/" + name) == 0 || errno == ENOENT else {
        throw Disk.unwritable(path + "/" + name)
      }
    }
    try Disk.sync(path, for: path)
  }

  /// Finishes what a program began that was ended while it saved, and removes what it left.
  ///
  /// - Throws: if that cannot be done here; then the folder holds parts of two states.
  static func finish(at path: String) throws(HostingError) {
    if Disk.exists(path + saved) {
      try placeDocuments(at: path)
      Disk.delete(path + saved)
    }
    for name in Disk.names(in: path) where name.hasPrefix(stagingPrefix) {
      let lock = open(path + "/" + name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard lock >= 0 else { continue }
      defer { close(lock) }
      let isLeft =
        flock(lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK && isOfTheDead(name)
      if isLeft { Disk.delete(path + "/" + name) }
    }
  }

  /// Whether the process that has made a staging folder has ended, by its number: some file systems have no locks.
  private static func isOfTheDead(_ name: String) -> Bool {
    let number = name.dropFirst(stagingPrefix.count).prefix { $0 != "-" }
    guard let process = pid_t(number), process > 0 else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }
}
