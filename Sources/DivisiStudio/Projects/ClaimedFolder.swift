import FoundationEssentials
import Glibc
import Terminal

/// A folder that nobody else had, and that is open, so that it is known again whatever is put in its place.
final class ClaimedFolder {
  let path: String
  let number: Int
  private let descriptor: Int32

  /// - Parameter path: of a folder that was made for this.
  init(path: String, number: Int) throws {
    self.path = path
    self.number = number
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  /// Whether the folder is still where it was made.
  var isThere: Bool {
    var (own, found) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && lstat(path, &found) == 0 && own.st_dev == found.st_dev
      && own.st_ino == found.st_ino
  }

  /// Removes it with all that is in it, unless another one is there.
  func remove() {
    if isThere { try? FileManager.default.removeItem(atPath: path) }
  }
}
