internal import CZip

/// A zip archive in memory, read through libzip: the sole importer of CZip in this module.
final class ZipArchive {
  private let archive: OpaquePointer
  private let memory: UnsafeMutableRawBufferPointer
  private let fileName: String
  private let abandonment: Abandonment

  /// Opens an archive from its bytes, of which it keeps a copy.
  init(bytes: [UInt8], fileName: String, _ abandonment: Abandonment) throws(ScoreError) {
    // The library makes an object of each entry before anything can be asked of it.
    guard Self.mayHold(bytes, entries: ScoreLimits.zipEntries) else {
      throw ScoreError(
        in: fileName, expected: "an archive of at most \(ScoreLimits.zipEntries) entries",
        found: "more")
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    memory.copyBytes(from: bytes)
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    let source = zip_source_buffer_create(memory.baseAddress, UInt64(bytes.count), 0, &error)
    guard let source, let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
      zip_source_free(source)
      memory.deallocate()
      let reason = zip_error_strerror(&error).map { String(cString: $0) }
      throw ScoreError(
        fileName: fileName, problem: "expected a zip archive: \(reason ?? "unknown error")")
    }
    self.archive = archive
    self.memory = memory
    self.fileName = fileName
    self.abandonment = abandonment
  }

  /// Whether there are at most so many heads of entries in the archive's directory, which begin with
  /// `PK 1 2`.
  private static func mayHold(_ bytes: [UInt8], entries limit: Int) -> Bool {
    var count = 0
    bytes.withUnsafeBufferPointer { bytes in
      var index = 3
      while index < bytes.count {
        if bytes[index] == 2, bytes[index - 1] == 1, bytes[index - 2] == 0x4B,
          bytes[index - 3] == 0x50
        {
          count += 1
        }
        index += 1
      }
    }
    return count <= limit
  }

  deinit {
    zip_discard(archive)
    memory.deallocate()
  }

  /// The uncompressed contents of an entry.
  ///
  /// What the archive says about sizes is not trusted: reading stops at the limit, and where there is
  /// far more than text unpacks to.
  ///
  /// - Parameter limit: in bytes; more is refused.
  /// - Throws: if there is no such entry, it is damaged, encrypted, too large or abandoned.
  func contents(of entry: String, limit: Int) throws(ScoreError) -> [UInt8] {
    let limit = min(
      limit, max(ScoreLimits.unpackedBytes, memory.count * ScoreLimits.unpackedRatio))
    guard let file = zip_fopen(archive, entry, 0) else {
      let reason = String(cString: zip_strerror(archive))
      throw ScoreError(
        fileName: fileName, problem: "expected an entry \(quoted(entry)): \(reason)")
    }
    defer { zip_fclose(file) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      try abandonment.check()
      let count = Int(zip_fread(file, &chunk, UInt64(chunk.count)))
      if count < 0 {
        let reason = String(cString: zip_file_strerror(file))
        throw ScoreError(
          fileName: fileName, problem: "expected an intact entry \(quoted(entry)): \(reason)")
      }
      if count == 0 { return result }
      if count > limit - result.count {
        throw ScoreError(
          in: fileName, expected: "an entry \(quoted(entry)) of at most \(limit) bytes",
          found: "more")
      }
      result += chunk[..<min(count, chunk.count)]
    }
  }
}
