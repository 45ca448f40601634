internal import Glibc

/// The contents of files, where they cannot be shared.
enum FileCopy {
  private static let blockSize = 1 << 20

  /// Appends a whole file to one that is open.
  ///
  /// - Returns: whether all of it was written; else `errno` says why not.
  static func append(_ path: String, to descriptor: Int32) -> Bool {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { return false }
    defer { close(source) }
    let block = UnsafeMutableRawPointer.allocate(byteCount: blockSize, alignment: 16)
    defer { block.deallocate() }
    var sink = FileSink(descriptor: descriptor)
    while true {
      let count = read(source, block, blockSize)
      if count == 0 { return true }
      if count < 0, errno != EINTR { return false }
      if count > 0 {
        _ = sink.write(block, count: count)
        if sink.errorNumber != 0 {
          errno = sink.errorNumber
          return false
        }
      }
    }
  }
}
