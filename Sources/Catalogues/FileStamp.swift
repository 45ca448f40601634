internal import CXXHash
internal import Glibc

/// What a file was: when and where it was written, and what is in it.
public struct FileStamp: Codable, Sendable, Equatable {
  /// What identifies a file that nobody has written to; cheap to find out.
  public struct Place: Codable, Sendable, Equatable {
    /// Its length.
    public let bytes: Int
    /// When it was written last, in seconds since 1970.
    public let modified: String
    /// When anything of it changed last, in seconds since 1970: nobody can set that.
    public let changed: String
    /// Its number in the file system.
    public let inode: UInt64
  }

  /// Where and when.
  public let place: Place
  /// XXH3 of 128 bits, as `xxh128sum` prints it: for changes, not against forgers.
  public let xxh128: String

  /// Looks at a file, and reads it.
  ///
  /// - Throws: one line if that is not possible.
  public init(path: String) throws(CatalogueError) {
    place = try Self.place(of: path)
    xxh128 = try Self.hash(path)
  }

  /// Whether a file is still the same: by its place, or where that is another, by its bytes.
  ///
  /// - Returns: nil if it is gone or another one; otherwise its stamp, which is this one where its place is the same.
  public func renewed(at path: String) -> FileStamp? {
    guard let place = try? Self.place(of: path), place.bytes == self.place.bytes else { return nil }
    if place == self.place { return self }
    guard let now = try? FileStamp(path: path), now.xxh128 == xxh128 else { return nil }
    return now
  }

  /// Whether nobody has touched the file since.
  public func isUntouched(at path: String) -> Bool { (try? Self.place(of: path)) == place }

  private static func place(of path: String) throws(CatalogueError) -> Place {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw CatalogueError("\(path): expected a readable file: \(String(cString: strerror(errno)))")
    }
    func text(_ time: timespec) -> String {
      "\(time.tv_sec).\(String(1_000_000_000 + time.tv_nsec).dropFirst())"
    }
    return Place(
      bytes: Int(status.st_size), modified: text(status.st_mtim), changed: text(status.st_ctim),
      inode: UInt64(status.st_ino))
  }

  /// Of a text.
  public static func hash(of text: String) -> String {
    var text = text
    return text.withUTF8 { string(XXH3_128bits($0.baseAddress, $0.count)) }
  }

  private static func hash(_ path: String) throws(CatalogueError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw CatalogueError("\(path): expected a readable file: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    let state = XXH3_createState()
    defer { XXH3_freeState(state) }
    XXH3_128bits_reset(state)
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { block.deallocate() }
    while true {
      let count = read(descriptor, block.baseAddress, block.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw CatalogueError(
          "\(path): expected a readable file: \(String(cString: strerror(errno)))")
      }
      guard count > 0 else { return string(XXH3_128bits_digest(state)) }
      XXH3_128bits_update(state, block.baseAddress, count)
    }
  }

  private static func string(_ hash: XXH128_hash_t) -> String {
    [hash.high64, hash.low64].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
