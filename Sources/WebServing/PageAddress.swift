internal import Glibc

/// An address of this machine, in numbers.
public struct PageAddress: Sendable {
  /// As it was given.
  public let text: String
  let isIPv6: Bool
  /// Whether only this machine can reach it.
  public let isLoopback: Bool

  /// - Returns: nil if it is not an address.
  public init?(_ text: String) {
    var old = in_addr()
    var new = in6_addr()
    self.text = text
    if inet_pton(AF_INET, text, &old) == 1 {
      isIPv6 = false
      isLoopback = UInt32(bigEndian: old.s_addr) >> 24 == 127
    } else if inet_pton(AF_INET6, text, &new) == 1 {
      isIPv6 = true
      let bytes = withUnsafeBytes(of: new) { Array($0) }
      isLoopback = bytes == [UInt8](repeating: 0, count: 15) + [1]
    } else {
      return nil
    }
  }

  /// The address as browsers write it; where it is all of this machine's, the one that works here.
  public var inURL: String {
    switch text {
    case "0.0.0.0": "127.0.0.1"
    case "::": "[::1]"
    default: isIPv6 ? "[\(text)]" : text
    }
  }
}
