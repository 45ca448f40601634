// Thread: any

/// What one datagram holds: a message or a bundle of them.
///
/// Time tags are not waited for: what arrives is done.
struct OSCPacket {
  private(set) var messages: [OSCMessage] = []
  /// Whether everything could be read; what could not is left out.
  private(set) var isWhole = true

  private static let mark = Array("#bundle\0".utf8)
  /// The mark and a time tag.
  private static let headSize = 16
  /// Bundles within bundles that are followed.
  private static let greatestDepth = 8
  /// Bytes of a bundle that every network carries in one piece.
  private static let usualSize = 1200

  init(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { read($0, depth: 0) }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer, depth: Int) {
    guard bytes.count >= Self.headSize, bytes.prefix(Self.mark.count).elementsEqual(Self.mark)
    else {
      if let message = OSCMessage(bytes) { messages.append(message) } else { isWhole = false }
      return
    }
    guard depth < Self.greatestDepth else { return isWhole = false }
    var rest = bytes.dropFirst(Self.headSize)
    while !rest.isEmpty {
      let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 4, size > 0, size <= rest.count - 4 else { return isWhole = false }
      rest = rest.dropFirst(4)
      read(UnsafeRawBufferPointer(rebasing: rest.prefix(size)), depth: depth + 1)
      rest = rest.dropFirst(size)
    }
  }

  /// Messages as datagrams: one alone as it is, several as bundles to be done at once.
  static func datagrams(_ messages: [OSCMessage]) -> [[UInt8]] {
    if messages.count == 1 { return [messages[0].bytes] }
    // The time tag that means now.
    let head = mark + [0, 0, 0, 0, 0, 0, 0, 1]
    var result: [[UInt8]] = []
    for message in messages {
      let bytes = message.bytes
      if result.last.map({ $0.count + 4 + bytes.count > usualSize }) ?? true { result.append(head) }
      let size = UInt32(bytes.count)
      result[result.count - 1] += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
      result[result.count - 1] += bytes
    }
    return result
  }
}
