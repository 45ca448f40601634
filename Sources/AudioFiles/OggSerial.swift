internal import Glibc

/// The serial number of an Ogg stream, which libsndfile takes from the clock.
///
/// With one that is always the same, the same samples give the same bytes. Pages as in RFC 3533, 6.
enum OggSerial {
  /// Any number will do: a file has one stream.
  private static let serial: [UInt8] = [1, 0, 0, 0]
  private static let headerLength = 27

  /// Renumbers all pages of a finished file.
  static func fix(_ descriptor: Int32, named name: String) throws(AudioFileError) {
    var offset = 0
    while true {
      let header = bytes(of: descriptor, at: offset, count: headerLength + 255)
      guard header.count >= headerLength, header.starts(with: "OggS".utf8) else { return }
      let segmentCount = Int(header[headerLength - 1])
      let length = header.dropFirst(headerLength).prefix(segmentCount)
        .reduce(headerLength + segmentCount) { $0 + Int($1) }
      var page = bytes(of: descriptor, at: offset, count: length)
      page.replaceSubrange(14..<18, with: serial)
      page.replaceSubrange(22..<26, with: [0, 0, 0, 0])
      let checksum = checksum(page)
      page.replaceSubrange(22..<26, with: (0..<4).map { UInt8(checksum >> (8 * $0) & 0xFF) })
      guard pwrite(descriptor, page, headerLength, offset) == headerLength else {
        throw AudioFileError(name, expected: "to write this file", errorNumber: errno)
      }
      offset += length
    }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.reduce(0) { $0 << 8 ^ table[Int(UInt8($0 >> 24) ^ $1)] }
  }

  /// The remainders of all bytes by the polynomial 0x04C11DB7.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte) << 24) { sum, _ in
      sum & 0x8000_0000 == 0 ? sum << 1 : sum << 1 ^ 0x04C1_1DB7
    }
  }
}
