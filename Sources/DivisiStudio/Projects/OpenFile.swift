import Glibc
import Synchronization

/// A regular file that is open for reading until this is gone, or somebody has taken it.
final class OpenFile: Sendable {
  private let descriptor: Mutex<Int32>

  /// - Parameters:
  ///   - path: no link, and nothing that is waited for.
  ///   - isTemporary: whether its name is of no use to anybody else.
  /// - Returns: nil where there is no such file.
  init?(_ path: String, isTemporary: Bool = false) {
    let number = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    if isTemporary { unlink(path) }
    descriptor = Mutex(number)
    var status = stat()
    guard number >= 0, fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
  }

  deinit {
    let number = take()
    if number >= 0 { close(number) }
  }

  /// Gives the descriptor away.
  func take() -> Int32 {
    descriptor.withLock { number in
      defer { number = -1 }
      return number
    }
  }
}
