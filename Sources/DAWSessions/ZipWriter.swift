internal import CZip
internal import Glibc

/// Why an archive could not be written.
public struct ZipError: Error, CustomStringConvertible {
  /// What libzip says.
  public let description: String
}

/// Archives that keep their files as they are, since audio is compressed already.
public enum ZipWriter {
  /// What a file of the archive is made of.
  public enum Contents {
    /// All of it.
    case bytes([UInt8])
    /// A file that is read while the archive is written.
    case file(path: String)
  }

  /// All archives are dated alike, so that the same files are the same bytes: 1 January 1980.
  private static let date = 315_532_800

  /// Writes a new archive.
  ///
  /// - Throws: ``ZipError``, and leaves no file.
  public static func write(
    _ entries: [(name: String, contents: Contents)], to path: String
  ) throws(ZipError) {
    var code: Int32 = 0
    guard let archive = zip_open(path, ZIP_CREATE | ZIP_EXCL, &code) else {
      var error = zip_error_t()
      zip_error_init_with_code(&error, code)
      defer { zip_error_fini(&error) }
      throw ZipError(description: String(cString: zip_error_strerror(&error)))
    }
    do throws(ZipError) {
      for entry in entries { try add(entry.name, entry.contents, to: archive) }
    } catch {
      zip_discard(archive)
      throw error
    }
    guard zip_close(archive) == 0 else {
      let error = lastError(of: archive)
      zip_discard(archive)
      throw error
    }
  }

  private static func add(
    _ name: String, _ contents: Contents, to archive: OpaquePointer
  ) throws(ZipError) {
    let source: OpaquePointer?
    switch contents {
    case .file(let path): source = zip_source_file(archive, path, 0, -1)
    case .bytes(let bytes):
      // The library frees what it is given.
      let copy = malloc(max(1, bytes.count))
      bytes.withUnsafeBytes { memory in
        if let start = memory.baseAddress { copy?.copyMemory(from: start, byteCount: memory.count) }
      }
      source = zip_source_buffer(archive, copy, UInt64(bytes.count), 1)
    }
    guard let source else { throw lastError(of: archive) }
    let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
    guard index >= 0 else {
      zip_source_free(source)
      throw lastError(of: archive)
    }
    guard zip_set_file_compression(archive, UInt64(index), ZIP_CM_STORE, 0) == 0,
      zip_file_set_mtime(archive, UInt64(index), date, 0) == 0
    else { throw lastError(of: archive) }
  }

  private static func lastError(of archive: OpaquePointer) -> ZipError {
    ZipError(description: String(cString: zip_strerror(archive)))
  }
}
