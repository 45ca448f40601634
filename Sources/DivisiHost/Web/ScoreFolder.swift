// Thread: setup ⇄ page

import JackHosting
import Glibc
import Terminal

/// Where scores go that come from browsers.
final class ScoreFolder: Sendable {
  /// The longest path that plugins must take, and the most bytes of a file.
  private static let longestPath = 4095
  static let mostBytes = 16 << 20

  private let path: String
  /// What is gone with the session; nil if scores are to stay.
  private let temporary: ScratchFolder?

  /// - Parameter state: the folder of the session's state, which will refer to scores; nil if there is none.
  init(in state: String?) throws {
    temporary = state == nil ? try ScratchFolder() : nil
    path = temporary?.path ?? (state ?? "") + "/scores"
  }

  /// Keeps a score, whole or not at all.
  ///
  /// - Parameter name: as the browser calls it; folders in it are ignored.
  /// - Returns: its path.
  func store(_ bytes: [UInt8], as name: String) throws -> String {
    if temporary == nil {
      try makeFolder(String(path.dropLast("/scores".count)))
      try makeFolder(path)
    }
    let file = path + "/" + Self.harmless(name)
    guard file.utf8.count <= Self.longestPath else {
      throw Failure("\(file): expected at most \(Self.longestPath) bytes of path")
    }
    var template = Array((path + "/.new-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw Failure("\(path): \(String(cString: strerror(errno)))")
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      rest.removeFirst(count)
    }
    let isWritten = rest.isEmpty && fchmod(descriptor, 0o644) == 0
    guard Glibc.close(descriptor) == 0, isWritten, rename(template, file) == 0 else {
      let problem = String(cString: strerror(errno))
      unlink(template)
      throw Failure("\(file): \(problem)")
    }
    return file
  }

  private func makeFolder(_ path: String) throws {
    guard !path.isEmpty, mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    throw Failure("\(path): \(String(cString: strerror(errno)))")
  }

  /// A name that is nothing but a name, and fits into a folder of any file system.
  static func harmless(_ name: String) -> String {
    let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
    var result = String(last.printable.drop { $0 == "." || $0 == " " })
    while result.utf8.count > 200 { result.removeFirst() }
    return result.isEmpty ? "score" : result
  }
}
