// Thread: setup

import Glibc
import LV2Hosting
import Terminal

/// A folder for files that nobody needs later, which is gone with this object.
///
/// It is locked as long as its process lives, so that one that was left behind can be told from one that is in use,
/// whatever numbers processes have had since.
package final class ScratchFolder: Sendable {
  package let path: String
  /// The folder, open and locked.
  private let descriptor: Int32

  private static let start = "divisi-host-files-"

  /// - Parameter base: the folder to make it in.
  package init(in base: String = ScratchFolder.base) throws {
    while true {
      var template = Array("\(base)/\(Self.start)XXXXXX".utf8CString)
      guard let made = mkdtemp(&template) else {
        throw Failure("\(base): expected a folder for files; \(String(cString: strerror(errno)))")
      }
      let path = String(cString: made)
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else {
        let problem = errno
        if problem == ENOENT { continue }
        rmdir(path)
        throw Failure("\(path): \(String(cString: strerror(problem)))")
      }
      // Some file systems have no locks; folders there are swept by nobody.
      let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
      // Between the two, a process that sweeps may have taken it for one that was left behind.
      if !isTaken && access(path, F_OK) == 0 {
        (self.path, self.descriptor) = (path, descriptor)
        return
      }
      close(descriptor)
    }
  }

  deinit {
    Disk.delete(path)
    close(descriptor)
  }

  /// Where temporary files go.
  package static var base: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

  /// Removes the folders of this user's processes that were killed.
  package static func sweep(_ base: String = ScratchFolder.base) {
    for name in Disk.names(in: base) where name.hasPrefix(start) {
      let path = base + "/" + name
      var info = stat()
      guard lstat(path, &info) == 0, info.st_uid == geteuid() else { continue }
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { Disk.delete(path) }
      close(descriptor)
    }
  }
}
