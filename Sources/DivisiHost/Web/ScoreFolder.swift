// Thread: setup ⇄ page

import Glibc
import JackHosting
import Synchronization
import Terminal
import WebServing

/// Where scores go that come from browsers.
final class ScoreFolder: Sendable {
  /// A score that has been stored, and may have taken another's place.
  struct Upload {
    let path: String
    /// Where the file is that had its name before; nil if there was none.
    fileprivate let before: String?
  }

  /// How much there may be.
  struct Quota {
    let byteCount: Int, fileCount: Int
  }

  /// The longest path that plugins must take, and the most bytes of a file.
  private static let longestPath = 4095
  static let mostBytes = 16 << 20
  /// Bytes of scores that may be on their way at once, in memory.
  private static let mostArriving = 4 * mostBytes
  /// Scores are some kilobytes long: this is years of work, and not a disk's end.
  static let usualQuota = Quota(byteCount: 8 * mostBytes, fileCount: 256)

  /// How files begin that are not yet, or no longer, what they are to be.
  private static let newMark = ".new-", oldMark = ".old-"

  private struct State {
    /// Bytes that have been promised to connections.
    var arrivingCount = 0
    /// Whether one is being stored and looked at, and what comes after it.
    var isBusy = false
    var waiting: [@Sendable () -> Void] = []
    /// What this process has stored, in order; the last one is in use.
    var own: [String] = []
  }

  private let path: String
  private let quota: Quota
  /// What is gone with the session; nil if scores are to stay.
  private let temporary: ScratchFolder?
  private let state = Mutex(State())

  /// - Parameter state: the folder of the session's state, which will refer to scores; nil if there is none.
  init(in state: String?, quota: Quota = ScoreFolder.usualQuota) throws {
    temporary = state == nil ? try ScratchFolder() : nil
    path = temporary?.path ?? (state ?? "") + "/scores"
    self.quota = quota
    for file in (try? Self.files(in: path)) ?? [:] { recover(file.key) }
  }

  /// What a process has left that was killed between `store` and `settle`.
  private func recover(_ file: String) {
    let start = path + "/"
    if file.hasPrefix(start + Self.newMark) {
      unlink(file)
    } else if file.hasPrefix(start + Self.oldMark) {
      putBack(file, as: start + file.dropFirst((start + Self.oldMark).count))
    }
  }

  // MARK: Whose turn it is

  /// Promises memory for a score.
  ///
  /// - Returns: false if too many are on their way.
  func reserve(_ count: Int) -> Bool {
    state.withLock { state in
      guard count <= Self.mostArriving - state.arrivingCount else { return false }
      state.arrivingCount += count
      return true
    }
  }

  /// Takes a promise back, or notes that it was kept.
  func release(_ count: Int) { state.withLock { $0.arrivingCount -= count } }

  /// Does something when nobody else is between here and `leave`.
  func enter(_ work: @escaping @Sendable () -> Void) {
    let isFree = state.withLock { state in
      defer { state.isBusy = true }
      if state.isBusy { state.waiting.append(work) }
      return !state.isBusy
    }
    if isFree { work() }
  }

  /// Lets the next one in.
  func leave() {
    let next = state.withLock { state -> (@Sendable () -> Void)? in
      state.isBusy = !state.waiting.isEmpty
      return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
    }
    next?()
  }

  // MARK: Files

  /// Keeps a score, whole or not at all.
  ///
  /// - Parameter name: as the browser calls it; folders in it are ignored.
  /// - Returns: where it is, to be settled.
  func store(_ bytes: [UInt8], as name: String) throws -> Upload {
    if temporary == nil {
      try makeFolder(String(path.dropLast("/scores".count)))
      try makeFolder(path)
    }
    let name = Self.harmless(name)
    let file = path + "/" + name
    guard file.utf8.count <= Self.longestPath else {
      throw Failure("\(file): expected at most \(Self.longestPath) bytes of path")
    }
    try makeRoom(for: bytes.count, replacing: file)
    let new = try write(bytes)
    do {
      let before = try setAside(file, as: path + "/" + Self.oldMark + name)
      guard rename(new, file) == 0 else {
        let problem = failure(file)
        if let before { putBack(before, as: file) }
        throw problem
      }
      return Upload(path: file, before: before)
    } catch {
      unlink(new)
      throw error
    }
  }

  /// Ends what `store` has begun: a score that is not used goes, and what had its name comes back.
  func settle(_ upload: Upload, isUsed: Bool) {
    if isUsed {
      if let before = upload.before { unlink(before) }
      state.withLock { state in
        state.own.removeAll { $0 == upload.path }
        state.own.append(upload.path)
      }
    } else if let before = upload.before {
      putBack(before, as: upload.path)
    } else {
      unlink(upload.path)
    }
  }

  /// Looks for room, and makes some where nobody keeps what is there.
  ///
  /// - Throws: if there is none: files in the folder of a state are not the program's to delete.
  private func makeRoom(for count: Int, replacing file: String) throws {
    var files = try Self.files(in: path)
    files[file] = nil
    func isFull() -> Bool {
      files.count >= quota.fileCount || files.values.reduce(count, +) > quota.byteCount
    }
    guard isFull() else { return }
    if temporary != nil {
      // The last one is in use.
      for old in state.withLock({ $0.own.dropLast() }) where old != file && isFull() {
        unlink(old)
        state.withLock { $0.own.removeAll { $0 == old } }
        files[old] = nil
      }
    }
    guard isFull() else { return }
    throw Failure(
      "\(path): expected room for another score; delete some of the \(files.count) in it, which may be up to \(quota.fileCount) and \(quota.byteCount >> 20) MB"
    )
  }

  /// The files in a folder by path, and how long they are.
  private static func files(in path: String) throws -> [String: Int] {
    guard let folder = opendir(path) else {
      throw Failure("\(path): \(String(cString: strerror(errno)))")
    }
    defer { closedir(folder) }
    var files: [String: Int] = [:]
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
      var info = stat()
      guard lstat(path + "/" + name, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { continue }
      files[path + "/" + name] = Int(info.st_size)
    }
    return files
  }

  /// Writes a file under a name that nobody knows.
  private func write(_ bytes: [UInt8]) throws -> String {
    var template = Array((path + "/\(Self.newMark)XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure(path) }
    let new = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      rest.removeFirst(count)
    }
    let isWritten = rest.isEmpty && fchmod(descriptor, 0o644) == 0
    guard Glibc.close(descriptor) == 0, isWritten else {
      let problem = failure(path)
      unlink(new)
      throw problem
    }
    return new
  }

  /// Gives a file that is there another name, under which it can be found again.
  private func setAside(_ file: String, as before: String) throws -> String? {
    var status = stat()
    guard lstat(file, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure("\(file): expected a file, or nothing of this name")
    }
    unlink(before)
    // Without a moment in which it is not there; some file systems cannot do that.
    guard link(file, before) == 0 || rename(file, before) == 0 else { throw failure(file) }
    return before
  }

  /// Gives a file that was set aside its name again.
  private func putBack(_ before: String, as file: String) {
    // Two names of one file both stay.
    if rename(before, file) == 0 { unlink(before) }
  }

  private func failure(_ path: String) -> Failure {
    Failure("\(path): \(String(cString: strerror(errno)))")
  }

  private func makeFolder(_ path: String) throws {
    guard !path.isEmpty, mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    throw failure(path)
  }

  /// A name that is nothing but a name, and fits into a folder of any file system.
  static func harmless(_ name: String) -> String {
    UploadName.harmless(name, fallback: "score")
  }
}
