internal import Glibc

/// Names of files that are not yet outputs: `.divisi-PROCESS-START-NUMBER`.
///
/// They tell whose they are: a process, and when it started, since the numbers of processes come again.
/// Whoever writes such a file also holds a lock on it, for those who see other processes than this one does:
/// in a container, or over a network.
enum HiddenName {
  /// Behind the name of what must never be removed: it is all that there is of somebody's file.
  static let keptSuffix = "-kept"
  private static let prefix = ".divisi-"

  /// A path that no other program, nor another call, makes.
  static func path(in folder: String) -> String {
    let number = UInt64.random(in: .min ... .max)
    return "\(folder)/\(prefix)\(getpid())-\(ownStart)-\(String(number, radix: 36))"
  }

  /// The folder of a file, without the slash at its end; the current one for a name alone.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Removes the files of processes that are gone, such as those that were killed.
  static func sweep(_ folder: String) {
    let folder = folder.isEmpty ? "/" : folder
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
        String(cString: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
      }
      if isAbandoned(name) { removeUnlessLocked("\(folder)/\(name)") }
    }
  }

  /// Whether a name is that of a process that is gone.
  static func isAbandoned(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), !name.hasSuffix(keptSuffix) else { return false }
    let fields = name.dropFirst(prefix.count).split(
      separator: "-", omittingEmptySubsequences: false)
    // Earlier versions gave no start.
    guard fields.count == 2 || fields.count == 3, let process = pid_t(fields[0]), process > 0
    else { return false }
    guard kill(process, 0) != 0, errno == ESRCH else {
      guard fields.count == 3, let start = start(of: process) else { return false }
      return fields[1] != "0" && start != fields[1]
    }
    return true
  }

  private static func removeUnlessLocked(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      flock(descriptor, LOCK_EX | LOCK_NB) == 0
    else { return }
    unlink(path)
  }

  private static let ownStart = start(of: getpid()) ?? "0"

  /// When a process started, in ticks since the machine did: field 22 of proc(5), `stat`.
  private static func start(of process: pid_t) -> String? {
    guard let file = fopen("/proc/\(process)/stat", "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    // The program's name, in brackets, may itself have brackets and blanks.
    guard let bracket = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(bracket + 1)..<count].split(separator: UInt8(ascii: " "))
    return fields.count > 19 ? String(decoding: fields[19], as: UTF8.self) : nil
  }
}

/// A new file under a hidden name, open and locked as long as this is there.
final class HiddenFile {
  let descriptor: Int32

  /// - Parameter name: the output that it becomes, for the error.
  init(_ path: String, named name: String) throws(AudioFileError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw AudioFileError(name, expected: "to write this file", errorNumber: errno)
    }
    // Where a file system has no locks, others know the process.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
  }

  /// A file that somebody else has written under such a name.
  init(existing path: String, named name: String) throws(AudioFileError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw AudioFileError(name, expected: "to write this file", errorNumber: errno)
    }
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
  }

  deinit { close(descriptor) }
}
