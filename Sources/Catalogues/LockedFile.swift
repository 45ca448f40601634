internal import Glibc

/// A file that one program at a time may have, open for reading and appending.
///
/// The system gives the lock back when the program ends, however it ends.
final class LockedFile {
  /// Why there is none.
  enum Refusal: Error {
    /// Another program has it.
    case inUse
    case system(Int32)

    /// In a line.
    ///
    /// - Parameter problem: what to say where another program has it.
    func error(_ path: String, inUse problem: String) -> CatalogueError {
      switch self {
      case .inUse: CatalogueError("\(path): \(problem)", isTemporary: true)
      case .system(let number):
        CatalogueError(
          "\(path): expected to write this file; \(String(cString: strerror(number)))")
      }
    }
  }

  let descriptor: Int32

  /// Opens a file, which is made where there is none.
  init(_ path: String) throws(Refusal) {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
      guard descriptor >= 0 else { throw .system(errno) }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        close(descriptor)
        throw .inUse
      }
      // Between the two calls another program may have put a new file in its place.
      var (locked, named) = (stat(), stat())
      if fstat(descriptor, &locked) == 0, stat(path, &named) == 0, locked.st_ino == named.st_ino,
        locked.st_dev == named.st_dev
      {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }

  /// Writes all of some bytes at the end of the file, by one call as long as the system takes them all.
  ///
  /// - Returns: an error number; 0 for success.
  func append(_ bytes: [UInt8]) -> Int32 {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress! + written, $0.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      written += count
    }
    return 0
  }
}
