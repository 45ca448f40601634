internal import Glibc

/// A small text that all windows share, in `$XDG_STATE_HOME/divisi`, or under `~/.local/state`.
///
/// Nothing here waits for a pipe, a device, or longer than 20 ms for another window: the host's user interface stands
/// still meanwhile.
///
/// - SeeAlso: freedesktop.org, "XDG Base Directory Specification".
struct StateFile {
  let name: String

  /// No text is longer, in bytes.
  private static let longest = 1 << 17
  /// How often another window's change is waited for, a millisecond each.
  private static let patience = 20

  private static var folder: String? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    return (variable("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" })
      .map { $0 + "/divisi" }
  }

  /// What it holds now, up to the last whole line; empty where there is none.
  func text() -> String { Self.folder.flatMap(text) ?? "" }

  private func text(in folder: String) -> String? {
    let file = open("\(folder)/\(name)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var bytes = [UInt8](repeating: 0, count: Self.longest)
    let count = Glibc.read(file, &bytes, Self.longest)
    guard count > 0 else { return nil }
    let end = bytes[..<count].lastIndex(of: UInt8(ascii: "\n")) ?? 0
    return String(decoding: bytes[..<end], as: UTF8.self)
  }

  /// Makes another text of the one on the disk, which is whole at any time; where it cannot be written, nothing changes.
  ///
  /// - Parameter edit: gets what there is, and gives what is to be there; nil where that is the same.
  func change(_ edit: (String) -> String?) {
    guard let folder = Self.folder else { return }
    for end in folder.indices where folder[end] == "/" && end > folder.startIndex {
      mkdir(String(folder[..<end]), 0o700)
    }
    mkdir(folder, 0o700)
    let lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { return }
    defer { close(lock) }
    var tries = 0
    while flock(lock, LOCK_EX | LOCK_NB) != 0 {
      tries += 1
      guard tries < Self.patience else { return }
      usleep(1000)
    }
    if let new = edit(text(in: folder) ?? "") { Self.write(new, to: "\(folder)/\(name)") }
  }

  /// Puts a text in the place of a file; of a link, in the place of what it leads to.
  private static func write(_ text: String, to path: String) {
    let found = realpath(path, nil)
    let target = found.map { String(cString: $0) } ?? path
    free(found)
    let staged = target + ".new"
    unlink(staged)
    let file = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    var text = text
    let isWritten = text.withUTF8 { Glibc.write(file, $0.baseAddress, $0.count) == $0.count }
    if close(file) != 0 || !isWritten || rename(staged, target) != 0 { unlink(staged) }
  }
}
