import Glibc
import Terminal

/// A lock on a folder that other processes see, for as long as this exists.
///
/// Where a file system has none, nobody is kept out.
final class FolderLock {
  private let descriptor: Int32

  /// How long others are waited for, in microseconds, and how often they are looked for.
  private static let longestWait = 5_000_000, pause: UInt32 = 5000

  /// Waits until nobody else has it.
  ///
  /// - Throws: one line, if that takes too long.
  init(waitingFor path: String) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    guard wait(for: LOCK_EX) else {
      throw Failure("\(path): expected to change it; another Divisi Studio is at work there")
    }
  }

  /// Shares it with others.
  ///
  /// - Parameter work: is done before, if nobody else has it.
  init(sharing path: String, alone work: () -> Void) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { work() }
    guard wait(for: LOCK_SH) else {
      throw Failure("\(path): expected to share it; another program has locked it")
    }
  }

  deinit { close(descriptor) }

  private func wait(for kind: Int32) -> Bool {
    var waited = 0
    while flock(descriptor, kind | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
      guard waited < Self.longestWait else { return false }
      usleep(Self.pause)
      waited += Int(Self.pause)
    }
    return true
  }
}
