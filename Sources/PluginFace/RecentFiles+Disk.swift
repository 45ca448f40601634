internal import Glibc

/// Where all windows find the list: `$XDG_STATE_HOME/divisi/recent`, or under `~/.local/state`.
///
/// - SeeAlso: freedesktop.org, "XDG Base Directory Specification".
extension RecentFiles {
  /// No list is longer, in bytes.
  private static let longest = 1 << 17

  private static var folder: String? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    return (variable("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" })
      .map { $0 + "/divisi" }
  }

  /// The list as it is now; empty where there is none.
  static func read() -> RecentFiles {
    guard let folder, let stream = fopen(folder + "/recent", "re") else {
      return RecentFiles(text: "")
    }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: longest)
    let count = fread(&bytes, 1, longest, stream)
    return RecentFiles(text: String(decoding: bytes[..<count], as: UTF8.self))
  }

  /// Adds a file to the list on the disk, which is whole at any time; where it cannot be written, nothing changes.
  static func note(_ file: FaceFile, path: String) {
    let old = read()
    var new = old
    new.add(file, path: path)
    guard new != old, let folder else { return }
    for end in folder.indices where folder[end] == "/" && end > folder.startIndex {
      mkdir(String(folder[..<end]), 0o700)
    }
    mkdir(folder, 0o700)
    let staged = "\(folder)/.recent-\(getpid())"
    guard let stream = fopen(staged, "we") else { return }
    var text = new.text
    let isWritten = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, stream) == $0.count }
    if fclose(stream) != 0 || !isWritten || rename(staged, folder + "/recent") != 0 {
      unlink(staged)
    }
  }
}
