/// Bytes as text: RFC 4648, 4.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let filler = UInt8(ascii: "=")

  static func encoded(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    var rest = bytes[...]
    while !rest.isEmpty {
      let three = Array(rest.prefix(3))
      let bits = three.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - three.count))
      for place in 0..<4 {
        result.append(place <= three.count ? digits[bits >> (18 - 6 * place) & 63] : filler)
      }
      rest = rest.dropFirst(3)
    }
    return result
  }

  /// Nil for what is no such text.
  static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 4 * 3)
    var (bits, count) = (0, 0)
    for byte in text where byte != filler {
      guard let value = values[Int(byte)] else { return nil }
      bits = (bits << 6 | value) & 0xFFFF
      count += 6
      if count >= 8 {
        count -= 8
        result.append(UInt8(bits >> count & 0xFF))
      }
    }
    return result
  }

  private static let values: [Int?] = (0..<256).map { byte in
    digits.firstIndex(of: UInt8(byte))
  }
}
