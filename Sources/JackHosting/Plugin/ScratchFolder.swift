// Thread: setup

import Glibc
import Terminal

/// A folder for files that nobody needs later, which is gone with this object.
package final class ScratchFolder: Sendable {
  package let path: String

  package init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((base + "/divisi-host-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else {
      throw Failure("\(base): expected a folder for files; \(String(cString: strerror(errno)))")
    }
    path = String(cString: made)
  }

  deinit { Self.delete(path) }

  /// Removes a file, or a folder with all that is in it. Links are not followed.
  private static func delete(_ path: String) {
    guard remove(path) != 0, errno == ENOTEMPTY || errno == EEXIST, let folder = opendir(path)
    else { return }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) })
    }
    closedir(folder)
    for name in names where name != "." && name != ".." { delete(path + "/" + name) }
    remove(path)
  }
}
