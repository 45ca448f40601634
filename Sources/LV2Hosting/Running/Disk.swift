internal import Glibc

/// Files and folders whose writing is checked to the end.
package enum Disk {
  /// Makes a file that is on the disk when this returns; one that is there already is an error.
  ///
  /// - Parameter destination: what an error calls it.
  static func write(
    _ bytes: [UInt8], to path: String, for destination: String
  ) throws(HostingError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw unwritable(destination) }
    var rest = bytes[...]
    var problem: Int32 = 0
    while !rest.isEmpty, problem == 0 {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { problem = errno }
    }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    guard problem == 0 else {
      unlink(path)
      throw unwritable(destination, problem)
    }
  }

  /// Has a file, or a folder's names, on the disk, as far as its file system can do that.
  static func sync(_ path: String, for destination: String) throws(HostingError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unwritable(destination) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw unwritable(destination) }
  }

  /// The bytes of a file; nil, with `errno`, where it cannot be read.
  static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { return result }
      result += chunk[..<count]
    }
  }

  /// Makes a folder and those above it.
  ///
  /// - Returns: those that were not there, outermost first.
  static func makeFolder(_ path: String) throws(HostingError) -> [String] {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw HostingError(path, "expected a folder; this is a file")
      }
      return []
    }
    var parent = path[...]
    while parent.count > 1, parent.last == "/" { parent.removeLast() }
    var made: [String] = []
    if let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
      made = try makeFolder(String(parent[..<slash]))
    }
    guard mkdir(path, 0o777) == 0 else {
      let problem = errno
      if problem == EEXIST { return made }
      for folder in made.reversed() { rmdir(folder) }
      throw HostingError(
        path, "expected to make this folder; \(String(cString: strerror(problem)))")
    }
    return made + [path]
  }

  /// The names in a folder, sorted.
  package static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  /// Removes a file, or a folder with all that is in it. Links are not followed.
  package static func delete(_ path: String) {
    guard remove(path) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
    for name in names(in: path) { delete(path + "/" + name) }
    remove(path)
  }

  /// Whether something has this name, even a link that leads nowhere.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// A path without links; the path as it is where there is no such thing.
  static func real(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Where a link leads, as it says itself; nil where there is no link.
  static func target(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &bytes, bytes.count)
    guard count >= 0 else { return nil }
    return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// An error of the operating system, in its own words.
  static func unwritable(_ path: String, _ number: Int32 = errno) -> HostingError {
    HostingError(path, "expected to write this; \(String(cString: strerror(number)))")
  }
}
