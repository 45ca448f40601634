import Glibc

/// Lines from standard input, as they become complete.
struct LineReader {
  private var bytes: [UInt8] = []
  private(set) var isAtEnd = false

  /// Reads what is there, and returns the lines that it completes.
  mutating func read() -> [String] {
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
    if count > 0 {
      bytes += chunk[..<count]
    } else if count == 0 || errno != EINTR && errno != EAGAIN {
      isAtEnd = true
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
    }
    var lines: [String] = []
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(String(decoding: bytes[..<end], as: UTF8.self))
      bytes.removeFirst(end + 1)
    }
    return lines
  }
}
