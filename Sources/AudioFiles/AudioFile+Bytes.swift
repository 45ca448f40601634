internal import Glibc

extension AudioFile {
  /// The bytes of a file as ``write(_:to:as:)`` writes it, for archives.
  ///
  /// - Parameter name: what errors call it.
  public static func encoded(
    _ buffer: AudioBuffer, as format: AudioFormat, named name: String
  ) throws(AudioFileError) -> [UInt8] {
    guard let file = tmpfile() else {
      throw AudioFileError(name, expected: "to write a temporary file", errorNumber: errno)
    }
    defer { fclose(file) }
    let descriptor = fileno(file)
    _ = try encode(buffer, as: format, into: descriptor, named: name)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw AudioFileError(name, expected: "to write a temporary file", errorNumber: errno)
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard count == bytes.count else {
      throw AudioFileError(name, expected: "to write a temporary file", errorNumber: errno)
    }
    return bytes
  }
}
