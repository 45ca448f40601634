/// Files in one: a tar archive in gzip, without compression, as Hydrogen and other programs unpack it.
///
/// - SeeAlso: POSIX, `pax`, *ustar Interchange Format*; RFC 1951 and 1952.
public struct Archive {
  private var blocks: [UInt8] = []
  private static let blockLength = 512
  /// Bytes of ``encoded()`` before the path of the first file.
  public static let headLength = 15

  /// An archive without files.
  public init() {}

  /// Adds a file.
  ///
  /// - Parameter path: of ASCII, at most 100 bytes, with slashes.
  public mutating func add(_ bytes: [UInt8], path: String) {
    precondition(path.utf8.count <= 100, "a path too long for an archive")
    var header = [UInt8](repeating: 0, count: Self.blockLength)
    func write(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
    }
    write(path, at: 0)
    write(Self.octal(0o644, digits: 7), at: 100)
    write(Self.octal(0, digits: 7), at: 108)
    write(Self.octal(0, digits: 7), at: 116)
    write(Self.octal(bytes.count, digits: 11), at: 124)
    // No time of day, so that the same kit gives the same bytes.
    write(Self.octal(0, digits: 11), at: 136)
    write("        ", at: 148)
    write("0", at: 156)
    write("ustar", at: 257)
    write("00", at: 263)
    write(Self.octal(header.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
    header[154] = 0
    blocks += header + bytes
    blocks += [UInt8](repeating: 0, count: (Self.blockLength - bytes.count % 512) % 512)
  }

  private static func octal(_ value: Int, digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// The archive.
  public func encoded() -> [UInt8] {
    let contents = blocks + [UInt8](repeating: 0, count: 2 * Self.blockLength)
    // Deflate, no flags, no time, unknown system.
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    let longest = 65_535
    for start in stride(from: 0, to: contents.count, by: longest) {
      let count = min(longest, contents.count - start)
      result.append(start + count == contents.count ? 1 : 0)
      result += Self.littleEndian(count, 2) + Self.littleEndian(~count, 2)
      result += contents[start..<start + count]
    }
    return result + Self.littleEndian(Int(Self.checksum(contents)), 4)
      + Self.littleEndian(contents.count, 4)
  }

  private static func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// CRC-32 of Ethernet, reflected.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let table = (0..<256).map { index in
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
      return value
    }
    var sum = ~UInt32(0)
    for byte in bytes { sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8) }
    return ~sum
  }
}
