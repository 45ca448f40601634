internal import Glibc

/// A page of an Ogg stream: RFC 3533, 6.
struct OggPage {
  /// The whole page, with its header.
  private(set) var bytes: [UInt8]

  private static let headerLength = 27
  /// A page has at most so many segments, of at most 255 bytes.
  static let segmentLimit = 255

  /// The page at an offset of a file; nil if there is none.
  init?(_ descriptor: Int32, at offset: Int) {
    guard let length = Self.length(descriptor, at: offset) else { return nil }
    bytes = AudioFiles.bytes(of: descriptor, at: offset, count: length)
    guard bytes.count == length else { return nil }
  }

  /// Makes a page of a header packet.
  ///
  /// - Parameters:
  ///   - segments: the lengths of its segments.
  ///   - isContinued: whether its first segment goes on with the packet of the page before.
  ///   - template: a page of the same stream.
  init(segments: [Int], body: ArraySlice<UInt8>, isContinued: Bool, like template: OggPage) {
    bytes = Array(template.bytes.prefix(Self.headerLength))
    bytes[5] = isContinued ? 1 : 0
    // Where no packet ends, there is no position.
    let endsPacket = segments.contains { $0 < 255 }
    bytes.replaceSubrange(6..<14, with: [UInt8](repeating: endsPacket ? 0 : 0xFF, count: 8))
    bytes[26] = UInt8(segments.count)
    bytes += segments.map { UInt8($0) } + body
  }

  /// How long the page at an offset is; nil if there is none.
  static func length(_ descriptor: Int32, at offset: Int) -> Int? {
    let header = AudioFiles.bytes(of: descriptor, at: offset, count: headerLength + segmentLimit)
    guard header.count >= headerLength, header.starts(with: "OggS".utf8) else { return nil }
    let count = Int(header[headerLength - 1])
    return header.dropFirst(headerLength).prefix(count)
      .reduce(headerLength + count) { $0 + Int($1) }
  }

  /// The lengths of its segments; one below 255 ends a packet.
  var segments: [Int] {
    bytes[Self.headerLength...].prefix(Int(bytes[Self.headerLength - 1])).map { Int($0) }
  }

  /// What its segments hold.
  var body: ArraySlice<UInt8> { bytes.dropFirst(Self.headerLength + segments.count) }

  /// Gives it a place in a stream whose serial number is always the same.
  ///
  /// - Parameter number: of the page, from 0; nil leaves it.
  mutating func finish(number: Int? = nil) {
    // libsndfile takes the serial number from the clock. Any will do: a file has one stream.
    bytes.replaceSubrange(14..<18, with: [1, 0, 0, 0])
    if let number {
      bytes.replaceSubrange(18..<22, with: (0..<4).map { UInt8(number >> (8 * $0) & 0xFF) })
    }
    bytes.replaceSubrange(22..<26, with: [0, 0, 0, 0])
    let checksum = Self.checksum(bytes)
    bytes.replaceSubrange(22..<26, with: (0..<4).map { UInt8(checksum >> (8 * $0) & 0xFF) })
  }

  /// Its number in the stream.
  var number: Int { Int(integer(bytes[18..<22], bigEndian: false)) }

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
