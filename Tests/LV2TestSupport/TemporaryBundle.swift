import Glibc

/// A bundle that is there for one test.
public final class TemporaryBundle {
  /// The folder's path, without a slash at the end.
  public let path: String

  /// Makes a bundle of files, by name.
  ///
  /// - Parameter path: where; nil for a folder of its own.
  public init(_ files: [String: String], at path: String? = nil) {
    self.path = path ?? Self.newFolder()
    mkdir(self.path, 0o755)
    for (name, text) in files { write(text, to: name) }
  }

  /// Makes an empty folder, which is the caller's to remove.
  static func newFolder() -> String {
    var template = Array("/tmp/divisi-bundle-XXXXXX".utf8CString)
    return String(cString: mkdtemp(&template))
  }

  deinit {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        unlink(file(withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }))
      }
      closedir(directory)
    }
    rmdir(path)
  }

  /// The path of a file in it.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file, in place of one that is there.
  public func write(_ text: String, to name: String) { write(Array(text.utf8), to: name) }

  /// Writes a file, in place of one that is there.
  public func write(_ bytes: [UInt8], to name: String) {
    guard let file = fopen(file(name), "w") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }
}
