import CZip
import Terminal

/// A zip archive on its way into a file.
enum Archive {
  /// A file that goes into an archive: one that is there, or bytes.
  enum Content {
    case file(String)
    case bytes([UInt8])
  }

  /// Writes an archive; sound is packed already, and stays as it is.
  ///
  /// - Parameters:
  ///   - path: of a file that is replaced.
  ///   - entries: names and contents.
  /// - Throws: one line.
  static func write(_ entries: [(name: String, content: Content)], to path: String) throws {
    var code: Int32 = 0
    guard let archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code) else {
      throw Failure("\(path): expected to write this file")
    }
    // They live until the archive is closed.
    var kept: [UnsafeMutableRawBufferPointer] = []
    defer { for memory in kept { memory.deallocate() } }
    func failure() -> Failure {
      let text = zip_strerror(archive).map { String(cString: $0) } ?? "it cannot be written"
      zip_discard(archive)
      return Failure("\(path): \(text)")
    }
    for entry in entries {
      let source: OpaquePointer?
      switch entry.content {
      case .file(let file): source = zip_source_file(archive, file, 0, 0)
      case .bytes(let bytes):
        let memory = UnsafeMutableRawBufferPointer.allocate(
          byteCount: max(1, bytes.count), alignment: 16)
        memory.copyBytes(from: bytes)
        kept.append(memory)
        source = zip_source_buffer(archive, memory.baseAddress, UInt64(bytes.count), 0)
      }
      guard let source else { throw failure() }
      let index = zip_file_add(archive, entry.name, source, UInt32(ZIP_FL_ENC_UTF_8))
      guard index >= 0 else {
        zip_source_free(source)
        throw failure()
      }
      zip_set_file_compression(archive, UInt64(index), Int32(ZIP_CM_STORE), 0)
    }
    guard zip_close(archive) == 0 else { throw failure() }
  }
}
