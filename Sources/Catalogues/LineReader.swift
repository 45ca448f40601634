internal import Glibc

/// Lines of a file or a pipe, as they come.
struct LineReader {
  /// What a line is.
  enum Line {
    case text(String)
    case notText
    case tooLong
  }

  let descriptor: Int32
  /// As errors call the file.
  let name: String
  /// The most bytes of a line.
  let limit: Int
  private var bytes: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  private var lineNumber = 0
  private static let blockLength = 1 << 16
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  init(descriptor: Int32, name: String, limit: Int) {
    self.descriptor = descriptor
    self.name = name
    self.limit = limit
  }

  /// The next line that is not empty, and its number; nil at the end.
  mutating func nextFilled() throws(CatalogueError) -> (number: Int, Line)? {
    while let line = try next() {
      if case .text("") = line { continue }
      return (lineNumber, line)
    }
    return nil
  }

  private mutating func next() throws(CatalogueError) -> Line? {
    var searched = start
    var isTooLong = false
    while true {
      if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return line(bytes[start..<end], isTooLong: isTooLong)
      }
      if bytes.count - start > limit {
        isTooLong = true
        start = bytes.count
      }
      searched = bytes.count - start
      bytes.removeFirst(start)
      start = 0
      guard try fill() else {
        guard !bytes.isEmpty || isTooLong else { return nil }
        defer { bytes = [] }
        return line(bytes[...], isTooLong: isTooLong)
      }
    }
  }

  private mutating func line(_ content: ArraySlice<UInt8>, isTooLong: Bool) -> Line {
    lineNumber += 1
    guard !isTooLong, content.count <= limit else { return .tooLong }
    var content = content
    if content.last == UInt8(ascii: "\r") { content.removeLast() }
    if lineNumber == 1, content.starts(with: Self.byteOrderMark) { content.removeFirst(3) }
    return String(validating: content, as: UTF8.self).map { .text($0) } ?? .notText
  }

  /// Whether there is more.
  private mutating func fill() throws(CatalogueError) -> Bool {
    guard !isAtEnd else { return false }
    var block = [UInt8](repeating: 0, count: Self.blockLength)
    while true {
      let count = read(descriptor, &block, block.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw CatalogueError(
          "\(name): expected a table; \(String(cString: strerror(errno)))")
      }
      isAtEnd = count == 0
      bytes += block[..<count]
      return !isAtEnd
    }
  }
}
