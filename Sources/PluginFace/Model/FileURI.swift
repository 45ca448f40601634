internal import Glibc

/// Files in lists as they are dropped or pasted: `text/uri-list` (RFC 8089), or plain paths.
enum FileURI {
  /// The paths of a list, line by line; what is neither a file of this machine nor an absolute path is left out.
  static func paths(_ list: [UInt8]) -> [String] {
    list.split { $0 == 10 || $0 == 13 || $0 == 0 }.compactMap { path(Array($0)) }
  }

  private static func path(_ line: [UInt8]) -> String? {
    if line.first == UInt8(ascii: "/") { return String(validating: line, as: UTF8.self) }
    guard String(decoding: line.prefix(5), as: UTF8.self).lowercased() == "file:" else {
      return nil
    }
    var rest = line.dropFirst(5)
    if rest.starts(with: Array("//".utf8)) {
      rest = rest.dropFirst(2)
      let host = rest.prefix { $0 != UInt8(ascii: "/") }
      guard ["", "localhost"].contains(String(decoding: host, as: UTF8.self)) || isHere(host)
      else { return nil }
      rest = rest.dropFirst(host.count)
    }
    guard rest.first == UInt8(ascii: "/"), let bytes = decoded(rest) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Whether a name is that of this machine.
  private static func isHere(_ host: ArraySlice<UInt8>) -> Bool {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return false }
    return host.elementsEqual(name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
  }

  /// Bytes with those that were written as `%` and two digits; nil where they would end the path.
  private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      let digits = text[(index + 1)...].prefix(2)
      guard text[index] == UInt8(ascii: "%"), digits.count == 2,
        digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else {
        bytes.append(text[index])
        index += 1
        continue
      }
      guard value != 0 else { return nil }
      bytes.append(value)
      index += 3
    }
    return bytes
  }
}
