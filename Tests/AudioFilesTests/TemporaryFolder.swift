import Glibc

/// A folder that is there for one test.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/divisi-audio-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }

  deinit { removeTree(path) }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { path + "/" + name }

  /// Names in the folder, hidden ones too, sorted.
  var names: [String] { directoryNames(path) }
}

func directoryNames(_ path: String) -> [String] {
  guard let directory = opendir(path) else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

func removeTree(_ path: String) {
  chmod(path, 0o700)
  for name in directoryNames(path) { removeTree(path + "/" + name) }
  if unlink(path) != 0 { rmdir(path) }
}

func bytes(of path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&block, 1, block.count, file), count > 0 {
    bytes += block[..<count]
  }
  return bytes
}

func write(_ bytes: some Sequence<UInt8>, to path: String) {
  guard let file = fopen(path, "wb") else { return }
  defer { fclose(file) }
  let bytes = Array(bytes)
  fwrite(bytes, 1, bytes.count, file)
}
